"""One person's browser: cookies, forms, where a redirect leads. Requests are timed up to the last byte."""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

from tests.access.browser_forms import HtmlForm, forms_in
from tests.load.site import HOSTNAME
from tests.services import HOST

SITE = f"https://{HOSTNAME}"
SECONDS_TO_ANSWER = 90
MOST_REDIRECTS = 3
Values = Mapping[str, str | Sequence[str]]


class Failed(Exception):
    """What a person would call broken: an error page, no answer, a sign-in that is asked for again."""


@dataclass(frozen=True)
class Answer:
    status: int
    path: str
    text: str


@dataclass(frozen=True)
class Asked:
    """One request as it was measured; ``fault`` is empty when it was answered as it should be."""

    page: str
    writes: bool
    began: float
    seconds: float
    fault: str


class Browser:
    """``address`` is the visitor's, as the proxy would pass it on; ``told`` hears of each request."""

    def __init__(self, port: int, address: str, told: Callable[[Asked], None]) -> None:
        self.port, self.address, self.told = port, address, told
        self.cookies: dict[str, str] = {}

    def sign_in(self, username: str, password: str) -> None:
        form = self.form(self.get("/login/", "sign in"))
        sent = {**form.sent, "username": username, "password": password}
        if self.post("/login/", sent, "sign in").path.startswith("/login/"):
            raise Failed(f"{username} could not sign in")

    def get(self, path: str, page: str) -> Answer:
        return self._followed(self._measured("GET", path, page, writes=False), page)

    def post(self, path: str, values: Values, page: str, *, writes: bool = True) -> Answer:
        body = urlencode(values, doseq=True).encode()
        kind = "application/x-www-form-urlencoded"
        return self._followed(self._measured("POST", path, page, body, kind, writes=writes), page)

    def upload(self, path: str, values: Values, name: str, content: bytes, page: str) -> Answer:
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in values.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()])
        kind = f"multipart/form-data; boundary={mark}"
        return self._followed(self._measured("POST", path, page, body, kind, writes=True), page)

    def form(self, answer: Answer, action: str = "") -> HtmlForm:
        """The form of a page that goes to ``action``; of several the longest."""
        found = [one for one in forms_in(answer.text) if action in one.action]
        if not found:
            raise Failed(f"no form for {action} on {answer.path}")
        return max(found, key=lambda one: len(one.names))

    def _followed(self, answer: Answer, page: str) -> Answer:
        for _ in range(MOST_REDIRECTS):
            if answer.status not in (302, 303):
                return answer
            answer = self._measured("GET", answer.path, f"after {page}", writes=False)
        raise Failed(f"redirects without end at {answer.path}")

    def _measured(
        self, method: str, path: str, page: str, body: bytes = b"", kind: str = "", *, writes: bool
    ) -> Answer:
        began = time.time()
        start = time.perf_counter()
        try:
            answer = self._ask(method, path, body, kind)
            fault = _fault_of(answer, page)
        except OSError as error:
            answer, fault = None, f"{type(error).__name__} at {path}"
        except http.client.HTTPException as error:
            answer, fault = None, f"{type(error).__name__} at {path}"
        self.told(Asked(page, writes, began, time.perf_counter() - start, fault))
        if answer is None or fault:
            raise Failed(fault)
        return answer

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=SECONDS_TO_ANSWER)
        headers = {
            "Host": HOSTNAME,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.address,
            "Referer": f"{SITE}/",
            "Accept-Encoding": "identity",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"Content-Type": kind} if kind else {}),
        }
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        place = urlsplit(urljoin(SITE + path, response.headers.get("Location", path)))
        is_text = response.headers.get_content_type().startswith("text/")
        text = content.decode() if is_text else f"{len(content)} bytes"
        return Answer(response.status, place.path + (f"?{place.query}" if place.query else ""), text)


def _fault_of(answer: Answer, page: str) -> str:
    if answer.status >= 400:
        return f"{answer.status} at {answer.path}"
    if answer.path.startswith("/login/") and page != "sign in":
        return f"signed out at {answer.path}"
    return ""
