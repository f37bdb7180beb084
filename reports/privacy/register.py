"""The register read: every column, and whether somebody has said what it is."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

from accounts.models import User
from members.models import Member

from . import plain
from .items import ITEMS, Item

if TYPE_CHECKING:
    Field = models.Field[Any, Any]

#: Of the versions that simple_history keeps.
PREFIX = "Historical"
BY_CODE = {item.code: item for item in ITEMS}


def registered() -> dict[tuple[str, str], Item]:
    """(model, column) → the item it stands under."""
    return {
        (label, name): item
        for item in ITEMS
        for label, names in item.fields.items()
        for name in names.split()
    }


def columns() -> Iterator[tuple[str, "Field"]]:
    """Every stored column with the label of the model it is of; of a version, that of the model itself."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            yield label_of(model), field


def label_of(model: type[models.Model]) -> str:
    name = model.__name__
    return f"{model._meta.app_label}.{name.removeprefix(PREFIX)}"


def is_plain(label: str, field: "Field") -> bool:
    """Of a kind that says nothing of anybody, or said to be none."""
    if label in plain.MODELS or field.name in plain.NAMES | set(plain.FIELDS.get(label, "").split()):
        return True
    if field.is_relation:
        return field.related_model not in (Member, User)
    return field.primary_key or isinstance(field, models.DateTimeField)


def unclassified() -> list[str]:
    """Columns of which nobody has said whether they are personal, as “members.Member.phone_cipher”."""
    known = registered()
    found = {
        f"{label}.{field.name}"
        for label, field in columns()
        if (label, field.name) not in known and not is_plain(label, field) and not _is_of_version(field)
    }
    return sorted(found)


def stale() -> list[str]:
    """What the register or the list of plain columns names that is not there, or twice."""
    there = {(label, field.name) for label, field in columns()}
    named = [
        (label, name)
        for table in (*(item.fields for item in ITEMS), plain.FIELDS)
        for label, names in table.items()
        for name in names.split()
    ]
    twice = {one for one, times in Counter(named).items() if times > 1}
    return sorted(f"{label}.{name}" for label, name in (set(named) - there) | twice)


def _is_of_version(field: "Field") -> bool:
    """Who made a version, and why: item “audit” says it of all versions at once."""
    return field.name in {"history_user", "history_change_reason"}


def field_words(item: Item) -> list[tuple[str, str]]:
    """Model and columns in Chinese, as the pages show them."""
    return [
        (
            str(apps.get_model(label)._meta.verbose_name),
            "、".join(word_of(label, name) for name in names.split()),
        )
        for label, names in item.fields.items()
    ]


def word_of(label: str, name: str) -> str:
    """The column in Chinese, as far as it has a name."""
    field = apps.get_model(label)._meta.get_field(name)
    word = str(getattr(field, "verbose_name", name))
    if word.isascii() and field.related_model:
        return str(field.related_model._meta.verbose_name)
    return _ENCRYPTED.get(name, word) if word.isascii() else word


_ENCRYPTED = {
    "id_number_cipher": "公民身份号码",
    "phone_cipher": "手机号码",
    "landline_cipher": "固定电话",
    "address_cipher": "家庭住址",
    "note_cipher": "说明",
    "content_cipher": "谈话内容",
    "text_cipher": "内容",
    "answer_cipher": "答复",
    "secret_cipher": "密钥",
    "before_cipher": "原值",
    "self_cipher": "自评",
    "mutual_cipher": "互评意见",
    "masses_cipher": "群众意见",
    "opinion_cipher": "组织意见",
    "disposal_cipher": "处置意见",
    "said_cipher": "说明",
}
