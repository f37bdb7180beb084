"""What a browser without JavaScript would send of the forms of a page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.access.asking import Answer

UNSENT = {"submit", "button", "image", "reset", "file"}

#: Signing out, and the size of the letters.
OF_EVERY_PAGE = {"/logout/", "/text-size/"}


@dataclass
class HtmlForm:
    """One form: every name its controls have, and what they would send as they stand."""

    method: str
    action: str
    names: set[str] = field(default_factory=set)
    sent: dict[str, list[str]] = field(default_factory=dict)

    def take(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.form: HtmlForm | None = None
        self.select = self.textarea = ""
        self.options: list[tuple[str, bool]] = []
        self.is_multiple = False

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = HtmlForm(found.get("method", "get").lower(), found.get("action", ""))
            self.forms.append(self.form)
        if self.form is None:
            return
        name = found.get("name", "")
        if tag in ("input", "select", "textarea", "button") and name:
            self.form.names.add(name)
        if tag == "input" and name and "disabled" not in found:
            self._input(name, found)
        elif tag == "select":
            self.select, self.options, self.is_multiple = name, [], "multiple" in found
        elif tag == "option":
            self.options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self.textarea = name
            self.form.take(name, "")

    def _input(self, name, found):
        kind = found.get("type", "text")
        is_ticked = kind not in ("checkbox", "radio") or "checked" in found
        if kind not in UNSENT and is_ticked:
            self.form.take(name, found.get("value", "on" if kind == "checkbox" else ""))

    def handle_data(self, data):
        if self.form and self.textarea:
            self.form.sent[self.textarea][-1] += data.lstrip("\r\n")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.textarea = ""
        elif tag == "select" and self.form and self.select:
            chosen = [value for value, is_selected in self.options if is_selected]
            if not chosen and self.options and not self.is_multiple:
                chosen = [self.options[0][0]]
            for value in chosen:
                self.form.take(self.select, value)
            self.select = ""


def forms_of(answer: Answer) -> list[HtmlForm]:
    return forms_in(answer.text)


def forms_in(text: str) -> list[HtmlForm]:
    """The forms of a page that post, but those that stand on every page."""
    reader = _Reader()
    reader.feed(text)
    return [one for one in reader.forms if one.method == "post" and one.action not in OF_EVERY_PAGE]
