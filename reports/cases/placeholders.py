"""How a figure stands in a text: in words where somebody writes, by codes where it is kept.

``{{组织生活（按类型）｜专题研讨｜举行｜专题活动：主题教育｜2025}}`` names a statistic, a row where it has groups, the
figure, and where it is not the report's own a campaign, an organisation and a period. Kept is
``{{life_by_kind/held/seminar/3//2025}}``, which a renamed campaign, organisation or column leaves as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Final, Self

from activities.models import Campaign
from branches.models import Branch
from lib.periods import Period
from reports.figures.base import Statistic
from reports.figures.catalogue import INSERTABLE
from reports.figures.life import Life
from reports.figures.sheet import heading
from reports.figures.tables import ByGroup
from reports.measures import DUTY

#: The braces and what is between them; nothing spans two lines.
PATTERN: Final = re.compile(r"\{\{([^{}\n]*)\}\}")
_BAR, _CODES = "｜", "/"
_CAMPAIGN, _ORGANISATION = "专题活动", "党组织"
_SHOWN = 4


class PlaceholderError(ValueError):
    """A placeholder names nothing; the message says which one, what is wrong, and what would be near."""


@dataclass(frozen=True)
class Address:
    """One figure. Row, campaign, organisation and period are empty where none is named."""

    statistic: str
    column: str
    row: str = ""
    campaign: int | None = None
    organisation: int | None = None
    period: str = ""

    @property
    def token(self) -> str:
        return "{{" + _CODES.join(str(part or "") for part in astuple(self)) + "}}"

    @classmethod
    def read(cls, inside: str) -> Self | None:
        """What is kept between the braces; None where it is in words, or where the statistic is no more."""
        parts = inside.split(_CODES)
        if (
            len(parts) != 6
            or parts[0] not in INSERTABLE
            or not all(re.fullmatch(r"\d*", n) for n in parts[3:5])
        ):
            return None
        statistic, column, row, campaign, organisation, period = parts
        return cls(statistic, column, row, int(campaign or 0) or None, int(organisation or 0) or None, period)

    def is_known(self) -> bool:
        statistic = INSERTABLE[self.statistic]
        rows = {"", *words_of_rows(statistic)}
        return self.column in words_of_columns(statistic) and self.row in rows


def words_of_columns(statistic: Statistic) -> dict[str, str]:
    """Code → the heading, with the upper one before it where two are alike."""
    alike = Counter(one.heading for one in statistic.columns)
    return {one.code: one.heading if alike[one.heading] == 1 else heading(one) for one in statistic.columns}


def words_of_rows(statistic: Statistic) -> dict[str, str]:
    """Code → label of the rows that are the same everywhere: groups and kinds; organisations and months are not."""
    if isinstance(statistic, Life):
        return dict(statistic.kinds)
    if not isinstance(statistic, ByGroup):
        return {}
    groups = [(band, group) for band, members in statistic.bands for group in members]
    taken = Counter(group.label for _, group in groups) + Counter(one.heading for one in statistic.columns)
    return {
        group.code: group.label if taken[group.label] == 1 else f"{band}：{group.label}"
        for band, group in groups
    }


class Names:
    """What campaigns and organisations are called within the report's own organisation. A query each, when asked."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    @cached_property
    def campaign_rows(self) -> dict[int, Campaign]:
        return Campaign.objects.in_bulk()

    @property
    def campaigns(self) -> dict[int, str]:
        return {pk: row.name for pk, row in self.campaign_rows.items()}

    @cached_property
    def organisations(self) -> dict[int, str]:
        """The short name, or the code where two are called alike."""
        below = Branch.objects.below(self._branch.path).order_by("order_key")
        found = list(below.values_list("pk", "short_name", "code"))
        alike = Counter(name for _, name, _ in found)
        return {pk: name if alike[name] == 1 else code for pk, name, code in found}

    def in_words(self, address: Address) -> str:
        """The placeholder as it is written; ``address`` must be known."""
        statistic = INSERTABLE[address.statistic]
        parts = [
            statistic.title,
            words_of_rows(statistic).get(address.row, ""),
            words_of_columns(statistic)[address.column],
            _labelled(_CAMPAIGN, address.campaign, self.campaigns) if address.campaign else "",
            _labelled(_ORGANISATION, address.organisation, self.organisations)
            if address.organisation
            else "",
            address.period,
        ]
        return "{{" + _BAR.join(part for part in parts if part) + "}}"


def _labelled(label: str, pk: int, names: Mapping[int, str]) -> str:
    return f"{label}：{names.get(pk, f'#{pk}')}"


def text_in_words(text: str, names: Names) -> str:
    """A kept text as it is written; what is not known any more stays as it is."""

    def said(match: re.Match[str]) -> str:
        address = Address.read(match[1])
        return names.in_words(address) if address and address.is_known() else match[0]

    return PATTERN.sub(said, text)


def text_in_codes(text: str, names: Names, today: date) -> str:
    """A written text as it is kept; PlaceholderError with a sentence for each placeholder that names nothing."""
    faults: list[str] = []

    def kept(match: re.Match[str]) -> str:
        try:
            return parse(match[1], names, today).token
        except PlaceholderError as fault:
            faults.append(f"“{match[0]}”：{fault}")
            return match[0]

    found = PATTERN.sub(kept, text)
    bare = PATTERN.sub("", text)
    if "{{" in bare or "}}" in bare:
        at = re.search(r".{0,12}(\{\{|\}\}).{0,12}", bare)
        faults.append(f"“{at[0] if at else ''}”处的双花括号没有成对，请补全，如 {{{{党员基本情况｜党员}}}}。")
    if faults:
        raise PlaceholderError("\n".join(dict.fromkeys(faults)))
    return found


def parse(inside: str, names: Names, today: date) -> Address:
    """What stands between the braces, in words or by codes. PlaceholderError says what is wrong with it."""
    address = Address.read(inside.strip())
    if address is None:
        first, *rest = (part.strip() for part in inside.replace("|", _BAR).split(_BAR))
        address = _Reader(_statistic(first), names).read(part for part in rest if part)
    elif not address.is_known():
        raise PlaceholderError("没有这个指标，请从“插入数字”里重新选。")
    _check(address, names, today)
    return address


def _statistic(word: str) -> Statistic:
    found = next((one for one in INSERTABLE.values() if word in (one.title, one.name)), None)
    if found is None:
        raise PlaceholderError(_nothing("统计表", word, (one.title for one in INSERTABLE.values())))
    return found


class _Reader:
    """Takes one part after the other; each kind may stand once."""

    def __init__(self, statistic: Statistic, names: Names) -> None:
        self._statistic, self._names = statistic, names
        self._columns, self._rows = words_of_columns(statistic), words_of_rows(statistic)
        self._found: dict[str, str | int] = {}

    def read(self, parts: Iterable[str]) -> Address:
        for part in parts:
            name, value = self._part(part)
            if name in self._found:
                raise PlaceholderError(f"“{part}”多余，同样的内容前面已经写过。")
            self._found[name] = value
        if "column" not in self._found:
            choice = "、".join(self._columns.values())
            raise PlaceholderError(f"没有写“{self._statistic.title}”的哪个指标，有：{choice}。")
        return replace(Address(self._statistic.name, ""), **self._found)  # type: ignore[arg-type]

    def _part(self, part: str) -> tuple[str, str | int]:
        label, _, named = part.replace(":", "：").partition("：")
        if named and label.strip() in (_CAMPAIGN, _ORGANISATION):
            return self._labelled(label.strip(), named.strip())
        for name, words in (("column", self._columns), ("row", self._rows)):
            code = next((code for code, word in words.items() if part in (word, code)), None)
            if code is not None:
                return name, code
        if part[:1].isdigit():
            return "period", _period(part).code
        raise PlaceholderError(
            _nothing(
                f"“{self._statistic.title}”的指标", part, [*self._columns.values(), *self._rows.values()]
            )
        )

    def _labelled(self, label: str, named: str) -> tuple[str, int]:
        is_campaign = label == _CAMPAIGN
        names = self._names.campaigns if is_campaign else self._names.organisations
        pk = next((pk for pk, name in names.items() if name == named), None)
        if pk is None:
            what = label if is_campaign else "报告所属党组织及其下级中的党组织"
            raise PlaceholderError(_nothing(what, named, names.values()))
        return ("campaign" if is_campaign else "organisation"), pk


def _period(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as error:
        raise PlaceholderError(str(error)) from None


def _check(address: Address, names: Names, today: date) -> None:
    statistic = INSERTABLE[address.statistic]
    if address.campaign:
        column = next(one for one in statistic.columns if one.code == address.column)
        if not isinstance(statistic, Life):
            raise PlaceholderError(f"“{statistic.title}”不分专题活动，请去掉“{_CAMPAIGN}”。")
        if column.band == DUTY:
            raise PlaceholderError("按专题活动筛选时不评定应开、已开，请改用“举行”等指标，或去掉专题活动。")
        if address.campaign not in names.campaigns:
            raise PlaceholderError("没有这个专题活动，请从“插入数字”里重新选。")
    if address.organisation and address.organisation not in names.organisations:
        raise PlaceholderError("这个党组织不在报告所属的党组织之内，请从“插入数字”里重新选。")
    if address.period and _period(address.period).start > today:
        raise PlaceholderError(f"{_period(address.period).label}还没有开始，没有可以统计的。")


def _nothing(what: str, word: str, known: Iterable[str]) -> str:
    """What there is that looks like it, else the first few of all."""
    choice = list(known)
    near = get_close_matches(word, choice, n=_SHOWN, cutoff=0.4) or [
        one for one in choice if word and word in one
    ]
    if near:
        return f"没有名为“{word}”的{what}，相近的有：{'、'.join(near[:_SHOWN])}。"
    return f"没有名为“{word}”的{what}，有：{'、'.join(choice[:12])}{'等' if len(choice) > 12 else ''}。"


def pieces(line: str) -> Iterator[tuple[str, str]]:
    """A line cut at its placeholders: what stands before each, and what is between its braces; the last is empty."""
    end = 0
    for match in PATTERN.finditer(line):
        yield line[end : match.start()], match[1]
        end = match.end()
    yield line[end:], ""
