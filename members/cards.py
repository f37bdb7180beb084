"""The A5 card for a political birthday, as paper (PDF) and as a picture (PNG)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from branches.models import Branch
from branches.scope import covering_ranges
from lib import typesetting
from lib.dates import in_characters
from lib.periods import Period

from .birthdays import Birthday, almanac
from .greetings import words_for
from .models import Greeting

DOCUMENT = "birthday_card.typ"


class NoCard(ValueError):
    """There is no card to print; the message is for the user."""


@dataclass(frozen=True)
class Card:
    """What stands on a card: ``title`` as 入党 5 周年, ``lines`` the paragraphs, then who signs and when."""

    name: str
    title: str
    lines: list[str]
    signed: str
    dated: str


def card_of(birthday: Birthday, branch: Branch, greeting: Greeting | None = None) -> Card:
    """The words of the greeting that was sent, else those it would have."""
    return Card(
        name=birthday.name,
        title=greeting.title if greeting else birthday.title,
        lines=(greeting.text if greeting else words_for(birthday)).splitlines(),
        signed=branch.name,
        dated=in_characters(greeting.day if greeting else birthday.day),
    )


def of_month(month: Period, branch: Branch) -> list[Card]:
    """A card for everybody of the branch who has a birthday in ``month`` and has not declined."""
    found = almanac(month.start, month.end, covering_ranges([branch.path])).birthdays
    wanted = [one for one in found if not one.is_opted_out and one.stays]
    if not wanted:
        raise NoCard(f"{branch.short_name}{month.label}没有要打印的贺卡。")
    sent = Greeting.objects.filter(member__in=[one.member_id for one in wanted], year=month.start.year)
    by_member = {greeting.member_id: greeting for greeting in sent}
    return [card_of(one, branch, by_member.get(one.member_id)) for one in wanted]


def check(birthday: Birthday | None, name: str, year: int) -> Birthday:
    """Refuse a card for nobody's day, against somebody's wish, or for somebody who has left."""
    if birthday is None:
        raise NoCard(f"{name}在{year}年没有政治生日，请先核对入党日期。")
    if birthday.is_opted_out:
        raise NoCard(f"{name}已关闭政治生日祝贺，不制作贺卡。")
    if not birthday.stays:
        raise NoCard(f"{name}已不在党员名册上，不制作贺卡。")
    return birthday


def pdf(cards: Sequence[Card]) -> bytes:
    """A page each."""
    return typesetting.pdf(DOCUMENT, {"cards": [asdict(card) for card in cards]})


def picture(card: Card) -> bytes:
    return typesetting.pictures(DOCUMENT, {"cards": [asdict(card)]})[0]
