"""Minutes pasted as one text, taken apart into items: a heading begins each, what was decided is told apart."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

TITLE_LENGTH = 120
#: Headings, the plainest first: what numbers anything in the text numbers its items.
_HEADINGS = (
    re.compile(
        r"^\s*(?:第[一二三四五六七八九十]+项(?:议题)?|议题[一二三四五六七八九十\d]*)\s*[、.．:：]\s*(?P<title>.+)$"
    ),
    re.compile(r"^\s*[一二三四五六七八九十]+\s*[、.．]\s*(?P<title>.+)$"),
    re.compile(r"^\s*\d{1,2}\s*[、.．](?!\d)\s*(?P<title>.+)$"),
)
_DECIDED = re.compile(r"^\s*(?:会议)?(?:决议|决定|议定)(?:事项)?\s*[:：]\s*(?P<rest>.*)$")
_SAID = re.compile(r"^\s*(?:讨论(?:情况)?|发言(?:情况)?|内容)\s*[:：]\s*(?P<rest>.*)$")


@dataclass
class Pasted:
    """One item. Every character of the text is in one of the three, but for numbers and labels."""

    title: str
    said: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)

    @property
    def proceedings(self) -> str:
        return "\n".join(self.said).strip()

    @property
    def decision(self) -> str:
        return "\n".join(self.decided).strip()


def take_apart(text: str) -> list[Pasted]:
    """The items of a text; one without headings is a single item, named by its first line."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    written = [line for line in lines if line.strip()]
    if not written:
        return []
    heading = next((each for each in _HEADINGS if any(each.match(line) for line in written)), None)
    if heading is None:
        return [_filled(_named(written[0].strip()), lines[lines.index(written[0]) + 1 :])]
    before, found = _parts(lines, heading)
    items = [_filled(_named(title), body) for title, body in found]
    items[0].said = [*before, *items[0].said]
    return items


def _parts(lines: Iterable[str], heading: re.Pattern[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """What stands before the first heading, and each heading with the lines below it."""
    before: list[str] = []
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := heading.match(line):
            found.append((match["title"].strip(), []))
        else:
            (found[-1][1] if found else before).append(line)
    return before, found


def _named(title: str) -> Pasted:
    """A line too long for a title is kept whole below it."""
    if len(title) <= TITLE_LENGTH:
        return Pasted(title)
    return Pasted(f"{title[: TITLE_LENGTH - 1]}…", [title])


def _filled(item: Pasted, lines: Iterable[str]) -> Pasted:
    place = item.said
    for line in lines:
        decided, said = _DECIDED.match(line), _SAID.match(line)
        if decided:
            place = item.decided
        elif said:
            place = item.said
        label = decided or said
        place.append(label["rest"] if label else line)
    return item
