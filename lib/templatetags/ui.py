"""The components of the pages, as template tags; settings make them built in, so no page loads them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from numbers import Rational
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lib import sentences

register = template.Library()

# Status never speaks by colour alone: each state has its word, its shape in text and its mark in a matrix cell, which
# is an icon or a character.
STATES = {
    "done": ("已完成", "check"),
    "belated": ("已完成（补记）", "补"),
    "due": ("即将到期", "bang"),
    "late": ("逾期未开", "x"),
    "waived": ("已同意免开", "免"),
    "exempt": ("不适用", "dash"),
    "todo": ("未到期", "dot"),
    "doing": ("办理中", "half"),
}
#: States that share the shape of another in text, where their word tells them apart.
SHAPES = {"belated": "done", "waived": "exempt"}
NOTICE_ICONS = {"": "info", "ok": "check", "due": "bang", "late": "x", "lock": "lock"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and hidden from screen readers."""
    if not label:
        return _decoration(name, staticfiles_storage)
    return _drawn(name, format_html('role="img" aria-label="{}"', label))


@lru_cache
def _decoration(name: str, storage: object) -> SafeString:
    """Made once for the ``storage`` that names the sprite: a matrix has hundreds, and the name of a file is dear."""
    return _drawn(name, SafeString('aria-hidden="true"'))


def _drawn(name: str, named: SafeString) -> SafeString:
    return format_html(
        '<svg class="icon" {}><use href="{}#i-{}"></use></svg>', named, static("icons.svg"), name
    )


@register.simple_tag
def status(state: str, word: str = "", *, icon_only: bool = False) -> SafeString:
    word = word or STATES[state][0]
    shape = f"st-{SHAPES.get(state, state)}"
    if icon_only:
        return format_html('<span class="status is-{}">{}</span>', state, icon(shape, word))
    return format_html('<span class="status is-{}">{}{}</span>', state, icon(shape), word)


def _mark(state: str) -> SafeString:
    mark = STATES[state][1]
    return icon(mark) if mark.isascii() else format_html('<b aria-hidden="true">{}</b>', mark)


@register.simple_tag
def cell(state: str, label: str, url: str = "", count: int | str = "", note: str = "") -> SafeString:
    """One cell of an obligation matrix: a link when there is a list behind it. label: what the cell is about; note: why
    it is so, read out where no link leads to it.
    """
    word = STATES[state][0]
    why = f"。{note}" if note else ""
    inside = format_html('{}{}<span class="vh">{}：{}{}</span>', _mark(state), count, label, word, why)
    if url:
        return format_html('<a class="cell is-{}" href="{}">{}</a>', state, url, inside)
    return format_html('<span class="cell is-{}">{}</span>', state, inside)


@register.simple_tag
def legend(*states: str) -> SafeString:
    """The marks of a matrix, each as its cells have it, with its word."""
    shown = states or tuple(state for state in STATES if state != "doing")
    entries = format_html_join(
        "",
        '<span><span class="cell is-{}">{}</span>{}</span>',
        ((state, _mark(state), STATES[state][0]) for state in shown),
    )
    return format_html('<p class="legend">{}</p>', entries)


@register.simple_block_tag
def notice(content: str, kind: str = "") -> SafeString:
    css = f"notice notice-{kind}" if kind else "notice"
    return format_html('<div class="{}">{}<div>{}</div></div>', css, icon(NOTICE_ICONS[kind]), content)


@register.simple_block_tag
def conclusion(content: str) -> SafeString:
    return format_html('<div class="conclusion"><p>{}</p></div>', content)


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", look: str = "chips", *, mark: bool = True
) -> dict[str, Any]:
    """A form field with label, 必填, hint and error. look, for several choices: chips, list or seg.

    mark=False leaves 必填 out, for forms like the sign-in where every field is.
    """
    help_text = hint or bound.help_text
    described = [f"{bound.auto_id}_helptext"] if help_text and bound.auto_id else []
    if bound.errors and bound.auto_id:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.use_fieldset:
        kind = "choices"
    elif isinstance(bound.field.widget, CheckboxInput):
        kind = "checkbox"
    else:
        kind = "line"
    return {
        "kind": "hidden" if bound.is_hidden else kind,
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "hint": help_text,
        "look": look,
        "mark": mark and bound.field.required,
        "described_by": " ".join(described),
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any]) -> dict[str, Any]:
    """Every error of the forms and formsets, each linked to its field; nothing when there is none."""
    return {"problems": [problem for form in forms if form for problem in _problems(form)]}


def _problems(form: BaseForm | BaseFormSet[Any]) -> Iterator[dict[str, str]]:
    if isinstance(form, BaseFormSet):
        yield from ({"target": "", "text": text} for text in sentences.texts_of_rows(form))
        for single in form:
            yield from _problems(single)
        return
    yield from ({"target": "", "text": str(text)} for text in form.non_field_errors())
    for bound in form:
        target = _first_control(bound)
        yield from ({"target": target, "text": text} for text in sentences.texts(bound))


def _first_control(bound: BoundField) -> str:
    if bound.is_hidden:
        return ""
    # A group of radios or boxes has no element with the field's own id.
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.auto_id else "")


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], target: str = "", param: str = "page") -> dict[str, Any]:
    """Links to the other pages, keeping the rest of the query string. target: the id of the table frame htmx swaps."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)

    def link(number: int) -> str:
        query[param] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {
        "page": page,
        "target": target,
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
        "links": [
            {"number": n, "url": link(n) if isinstance(n, int) else "", "current": n == page.number}
            for n in numbers
        ],
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(here: str, *trail: str) -> dict[str, Any]:
    """The way up, as label and url by turns: {% crumbs "导入" "首页" home_url "党员花名册" roster_url %}."""
    return {"here": here, "trail": list(zip(trail[::2], trail[1::2], strict=True))}


@register.inclusion_tag("components/back.html")
def back(url: str) -> dict[str, Any]:
    """The arrow in a phone page's top bar, for block back."""
    return {"url": url}


@register.inclusion_tag("components/menu.html")
def menu(label: str, entries: Iterable[Any], *, primary: bool = False) -> dict[str, Any]:
    """A button that unfolds links. Each entry: label, url, note, download."""
    return {"label": label, "entries": entries, "primary": primary}


@register.inclusion_tag("components/figures.html")
def figures(entries: Iterable[Any], *, five: bool = False) -> dict[str, Any]:
    """The figures strip. Each entry: label, value (ready text), url, beside, note."""
    return {"entries": entries, "five": five}


@register.inclusion_tag("components/due_item.html")
def due_item(item: Any, *, primary: bool = False) -> dict[str, Any]:
    """One li of ol.due-list. item: day, when, is_soon, is_late, title, note, url, action."""
    return {"item": item, "primary": primary}


@register.inclusion_tag("components/matrix.html")
def matrix(caption: str, heads: Iterable[Any], rows: Iterable[Any], css: str = "") -> dict[str, Any]:
    """An obligation matrix. heads: label, is_now; rows: label, url, is_now, cells; cells: the arguments of the tag
    cell, colspan, rowspan. css: matrix-mini (home), matrix-phone matrix-tall (months down), matrix-wide.
    """
    return {"caption": caption, "heads": heads, "rows": rows, "css": css}


@register.inclusion_tag("components/bars.html")
def bars(
    caption: str,
    rows: Iterable[Any],
    unit: str = "单位",
    value: str = "数值",
    target: int = 0,
    *,
    plain: bool = False,
) -> dict[str, Any]:
    """Horizontal bars that are their own data table. rows: label, url, width (0 to 100), value, value_url.

    target draws the required value; plain is for counts, where there is nothing to reach.
    """
    return {"caption": caption, "rows": rows, "unit": unit, "value": value, "target": target, "plain": plain}


@register.inclusion_tag("components/stepper.html")
def stepper(name: str, steps: Iterable[Any]) -> dict[str, Any]:
    """Each step: label, note, state (done, due, now or empty)."""
    return {"name": name, "steps": steps}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any], *, log: bool = False) -> dict[str, Any]:
    """Each entry: label, note, when, state (done, now, late or empty), number. log: plain dots, no numbers."""
    return {"entries": entries, "log": log}


@register.inclusion_tag("components/empty.html")
def empty_state(text: str, url: str = "", action: str = "", *, primary: bool = False) -> dict[str, Any]:
    return {"text": text, "url": url, "action": action, "primary": primary}


@register.inclusion_tag("components/ignored.html")
def ignored(form: BaseForm) -> dict[str, Any]:
    """Says which conditions of a query were left out, and why; nothing when all were taken."""
    form.is_valid()
    return {
        "refused": [
            (form.fields[name].label, " ".join(map(str, why)))
            for name, why in form.errors.items()
            if name in form.fields
        ]
    }


@register.inclusion_tag("components/query.html")
def query(form: BaseForm, target: str, clear_url: str = "", *, filtered: bool = False) -> dict[str, Any]:
    """The filter row of a table frame, a GET form. target: the id of the frame htmx swaps."""
    return {"form": form, "target": target, "clear_url": clear_url, "filtered": filtered}


@register.inclusion_tag("components/roster.html")
def roster(
    people: Sequence[Any],
    reasons: BoundField | None = None,
    reason_text: BoundField | None = None,
    *,
    chosen: bool = False,
    unfolded: bool = False,
) -> dict[str, Any]:
    """Who came, inside form[data-roster]. people: name (of the field), id, label, note, votes, mark (present, leave,
    absent, exempt or empty), reason_name, reason, is_exempt (nothing is asked of the person); reasons and reason_text:
    the fields for those on leave; chosen: who is not marked had no part; unfolded: the single reasons stand open.
    The button named all asks the server to mark everyone left; the script does the same on the page.
    """
    shown = {"reasons": reasons, "reason_text": reason_text, "chosen": chosen, "unfolded": unfolded}
    asked = sum(person.mark != "exempt" for person in people)
    return {"people": people, "asked": asked, **shown}


@register.inclusion_tag("components/submitbar.html")
def submitbar(
    form_id: str, label: str, tally: Any = None, quorum: Any = None, later: str = ""
) -> dict[str, Any]:
    """The sticky bar of a phone form, for block bottom. tally: expected, present, leave, absent; quorum: rule (who,
    yes, no, article), state, text; later: label of a lesser button that sends later=1.
    """
    return {"form_id": form_id, "label": label, "tally": tally, "quorum": quorum, "later": later}


@register.filter
def said(bound: BoundField) -> list[str]:
    """The errors of a field, each naming it by its label."""
    return sentences.texts(bound)


@register.filter
def chinese_date(value: datetime.date | None, form: str = "") -> str:
    """3月31日, with the year when it is not this year's; form="full" always writes the year."""
    if not value:
        return ""
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    day = f"{value.month}月{value.day}日"
    return day if value.year == timezone.localdate().year and form != "full" else f"{value.year}年{day}"


@register.filter
def percent(ratio: Rational | Decimal | float | None) -> str:
    """0.903 → 90.3%; None, where nothing was expected, → —."""
    return "—" if ratio is None or ratio == "" else f"{points(ratio)}%"


def points(ratio: Rational | Decimal | float) -> Decimal:
    """The percentage that is shown, of one decimal; what is compared are these, so that their difference agrees.

    1,999 of 2,000 is not all of them: rounding must not announce a completion that did not happen.
    """
    if isinstance(ratio, Rational):
        exact = Decimal(int(ratio.numerator)) / Decimal(int(ratio.denominator))
    else:
        exact = Decimal(str(ratio))
    shown = (exact * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Decimal("99.9") if exact < 1 and shown == 100 else shown


@register.filter
def thousands(value: int | Decimal | None) -> str:
    return "—" if value is None or value == "" else f"{value:,}"
