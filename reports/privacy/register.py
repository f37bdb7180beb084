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
            model_word(label),
            "、".join(word_of(label, name) for name in names.split()),
        )
        for label, names in item.fields.items()
    ]


def model_word(label: str) -> str:
    """The table in Chinese."""
    return _TABLES.get(label) or str(apps.get_model(label)._meta.verbose_name)


def word_of(label: str, name: str) -> str:
    """The column in Chinese, as far as it has a name."""
    field = apps.get_model(label)._meta.get_field(name)
    word = str(getattr(field, "verbose_name", name))
    if word.isascii() and field.related_model:
        return str(field.related_model._meta.verbose_name)
    return _WORDS.get(name, word) if word.isascii() else word


#: Of another's app, which has no Chinese names.
_TABLES = {
    "axes.AccessAttempt": "登录失败",
    "axes.AccessFailureLog": "登录失败记录",
    "axes.AccessLog": "登录记录",
}
#: Columns that no form of ours shows.
_WORDS = {
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
    "after_digest": "写入后的校验值",
    "course": "原来的经过",
    "decisions": "处理的选择",
    "dhash_1": "照片指纹一",
    "dhash_2": "照片指纹二",
    "dhash_3": "照片指纹三",
    "dhash_4": "照片指纹四",
    "digest": "摘要",
    "draft": "草稿",
    "facts": "登记的内容",
    "failures": "连续输错次数",
    "failures_since_start": "连续失败次数",
    "get_data": "地址中的参数",
    "hash": "摘要",
    "http_accept": "浏览器接受的格式",
    "id_last4_hash": "证件号后四位的检索值",
    "id_number_hash": "证件号的检索值",
    "ip_address": "来源地址",
    "is_effective": "是否有效",
    "is_pair_derived": "谈话对象是否推定",
    "is_used": "是否已用",
    "last_step": "上次所用验证码的时间",
    "locked_out": "是否锁定",
    "mac": "签名",
    "marks": "各项评价",
    "name_initials": "姓名首字母",
    "name_order": "姓名排序",
    "name_pinyin": "姓名拼音",
    "outcome": "结果",
    "parameters": "参数",
    "password": "密码摘要",
    "path_info": "打开的地址",
    "phone_last4_hash": "手机号后四位的检索值",
    "post_data": "提交的内容",
    "result_file": "存放的结果文件",
    "session_hash": "会话摘要",
    "session_key": "会话编号",
    "source_id": "并入记录的内部编号",
    "status_before": "原人员类别",
    "stored": "存放的文件",
    "token_hash": "地址密钥的摘要",
    "user_agent": "浏览器",
    "username": "账号",
    "withdrawn_reason": "撤回原因",
}
