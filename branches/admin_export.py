"""A list of the browser admin as a workbook or a PDF: the rows as they are filtered, in the columns the page shows."""

from datetime import date, datetime

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags

from accounts import audit
from lib.sheets.dating import dated
from lib.sheets.outgoing import Outgoing, write_list
from lib.sheets.sending import send
from lib.sheets.writing import OutColumn, OutSheet

#: More than this is for a filter: the answer is made while somebody waits.
MOST = 50_000
KINDS = {models.DateField: "date", models.IntegerField: "integer"}


class TooManyRows(ValueError):
    """The message is for the user."""


def export(model_admin, request, changelist):
    """The answer with the file. Audited with the filter and the number of rows; TooManyRows when there are too many."""
    rows = changelist.queryset
    number = rows.count()
    if number > MOST:
        raise TooManyRows(f"共 {number} 行，一次最多导出 {MOST} 行，请先筛选。")
    content = Outgoing(request.POST)
    content.check(number)
    names = [name for name in model_admin.get_list_display(request) if name != "action_checkbox"]
    title = str(model_admin.opts.verbose_name_plural)
    filters = {name: value for name, value in request.GET.items() if name != "p" and value}
    facts = {"list": model_admin.opts.model_name, "filters": filters, "rows": number}
    entry = audit.record("list.export", by=request.user, after=facts)
    said = "，".join(f"{name}={value}" for name, value in filters.items()) or "无"
    banner = [title, f"筛选：{said}；共 {number} 行。", audit.export_line(entry, request.user)]
    columns, cells = dated(
        [_column(model_admin, name) for name in names],
        [[_value(model_admin, name, row) for name in names] for row in rows.iterator(500)],
    )
    write_list(content, [OutSheet(title, columns, cells, banner)])
    return send(content, title)


def _column(model_admin, name):
    heading = str(label_for_field(name, model_admin.model, model_admin))
    field = _field_of(model_admin, name)
    is_coded = field is not None and (field.choices or isinstance(field, models.DateTimeField))
    kind = next((kind for of, kind in KINDS.items() if isinstance(field, of) and not is_coded), "text")
    return OutColumn(heading, kind, 24 if kind == "text" else None)


def _field_of(model_admin, name):
    own = {field.name: field for field in model_admin.opts.get_fields() if hasattr(field, "attname")}
    return None if hasattr(model_admin, name) else own.get(name)


def _value(model_admin, name, row):
    try:
        field, _, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == model_admin.get_empty_value_display():
        return None
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value if isinstance(value, (date, int)) else strip_tags(str(value)).replace("\u3000", "").strip()
