"""What runs meanwhile: a roster of 20,000 new people and the whole roster as a workbook, both as staff would do it."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import BytesIO

from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from tests.load.browser import Answer, Browser, Failed
from tests.members.rosters import HEAD, a_row, an_id

ROWS = 20_000
SECONDS_TO_END = 1200
LOOKED_AT_EVERY = 2.0  # as the page does by itself
FIRST_BIRTH = date(1935, 1, 1)


def roster_of(branches: Sequence[str], turn: int, rows: int = ROWS) -> bytes:
    """A workbook of people whom nobody has yet; ``turn`` counts the workbooks of a run."""
    made = (_row(n, branches[n % len(branches)], turn) for n in range(rows))
    content = BytesIO()
    write_workbook(content, [OutSheet("名册", [OutColumn(heading) for heading in HEAD], made)])
    return content.getvalue()


def _row(number: int, branch: str, turn: int) -> list[object]:
    born = FIRST_BIRTH + timedelta(days=number)
    joined = born.replace(year=born.year + 30, day=1)
    return a_row(
        f"张{chr(0x4E00 + number % 5000)}{chr(0x4E00 + number // 7)}",
        1,
        所在党支部=branch,
        公民身份证号=an_id(501 + 2 * turn, born),
        出生日期=born.isoformat(),
        加入党组织日期=joined.isoformat(),
        转为正式党员日期=joined.replace(year=joined.year + 1).isoformat(),
        手机号=f"13{7 - turn % 5}{number:08d}",
    )


def import_roster(browser: Browser, content: bytes) -> float:
    """Upload, wait for the review, write, wait for the end: the seconds of it all."""
    start = time.monotonic()
    form = browser.form(browser.get("/members/import/", "import"), "/members/import/")
    token = {"csrfmiddlewaretoken": form.sent["csrfmiddlewaretoken"][0]}
    answer = browser.upload("/members/import/", token, "名册.xlsx", content, "upload of 20,000 rows")
    if answer.path == "/members/import/":
        raise Failed("the workbook was not taken in")
    place = answer.path
    review = _once(browser, place, lambda seen: "/write/" in seen.text)
    form = browser.form(review, f"{place}write/")
    browser.post(f"{place}write/", form.sent, "begin writing")
    _once(browser, place, lambda seen: "已写入" in seen.text and 'id="progress"' not in seen.text)
    return time.monotonic() - start


def export_roster(browser: Browser) -> float:
    """Everybody's row as a workbook, fetched: the seconds of it all."""
    start = time.monotonic()
    form = browser.form(browser.get("/members/", "roster"), "/members/export/")
    answer = browser.post("/members/export/", form.sent, "ask for the export", writes=False)
    done = _once(browser, answer.path, lambda seen: "/result/" in seen.text or "没有写入" in seen.text)
    link = re.search(r'"(/jobs/[0-9a-f-]{36}/result/)"', done.text)
    if not link:
        raise Failed(f"no workbook at {answer.path}")
    browser.get(link[1], "fetch the workbook")
    return time.monotonic() - start


def _once(browser: Browser, path: str, is_so: Callable[[Answer], bool]) -> Answer:
    until = time.monotonic() + SECONDS_TO_END
    while time.monotonic() < until:
        answer = browser.get(path, "progress")
        if is_so(answer):
            return answer
        time.sleep(LOOKED_AT_EVERY)
    raise Failed(f"{path} did not end within {SECONDS_TO_END} s")
