"""Files of a record in Chromium: added on a phone with and without script, and hostile ones that run nothing (T23)."""

import re
from datetime import date
from hashlib import sha256

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Error

from activities import evidence
from activities.models import Evidence
from branches.roles import Role
from tests import cast
from tests.activities.files import SCRIPT, a_docx, a_pdf, a_photo, an_action, polyglots
from tests.browser.test_secretary import PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HTML = b"<!DOCTYPE html><title>executed</title>" + SCRIPT
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"window.name='executed';alert(1)\"/>"
JS = b"window.name='executed';alert(1)"
#: What must run nothing even if it had been taken: it is laid where the content of a file of that kind lies.
SMUGGLED = [
    *(("a.jpg", a_photo(), hostile) for hostile in (HTML, SVG, JS)),
    *(("a.png", a_photo(kind="PNG"), hostile) for hostile in (HTML, SVG, JS)),
    *(
        ("a.pdf", a_pdf(), hostile)
        for hostile in (HTML, SVG, a_pdf(an_action("/JavaScript", JS="app.alert(1)")))
    ),
    *(("a.docx", a_docx(), hostile) for hostile in (HTML, SVG, JS)),
]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def record():
    branch = cast.a_university().students
    for number in range(6):
        cast.a_member(branch, f"学生{number}")
    return cast.a_record(branch, "theme_day", date(2026, 3, 30), title="参观校史馆")


@pytest.fixture
def secretary(record):
    return cast.a_user(Role.SECRETARY, record.branch, name="学生0")


def sent(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_files_are_added_looked_at_and_taken_away(chromium, live_server, record, secretary, script):
    context = chromium.new_context(locale="zh-CN", viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    sign_in(page, live_server, secretary)
    page.goto(f"{live_server.url}{reverse('activity_detail', args=[record.pk])}")
    page.set_input_files(
        "[name=chosen]",
        [
            sent("合影.jpg", a_photo()),
            sent("讲座.png", a_photo(1, kind="PNG")),
            sent("录音.mp3", b"ID3"),
            sent("方案.docx", a_docx()),
        ],
    )
    page.get_by_role("button", name="上传").click()
    text = page.locator("main").inner_text()
    assert "已添加 3 份材料。" in text
    assert "“录音.mp3”没有添加：这是视频或录音。" in text
    pictures = page.locator(".photos img")
    assert pictures.count() == 2
    with page.expect_download() as document:
        page.get_by_role("link", name="方案.docx", exact=True).click()
    assert document.value.suggested_filename == "方案.docx"
    page.get_by_role("link", name="移除合影.jpg").click()
    page.get_by_role("button", name="移除这份材料").click()
    assert "已移除“合影.jpg”。" in page.locator("main").inner_text()
    assert set(Evidence.objects.values_list("name", flat=True)) == {"讲座.png", "方案.docx"}
    page.locator(".photos a.photo").click()
    assert page.url.endswith(reverse("evidence_file", args=[Evidence.objects.get(kind="png").pk]))
    context.close()


@pytest.mark.parametrize(("script", "width"), [(True, 1600), (False, 2560)], ids=["with script", "without"])
def test_a_large_photo_is_made_smaller_before_it_is_sent(
    chromium, live_server, record, secretary, script, width
):
    large = a_photo(size=(4000, 3000), quality=100)
    context = chromium.new_context(locale="zh-CN", viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    sign_in(page, live_server, secretary)
    page.goto(f"{live_server.url}{reverse('activity_detail', args=[record.pk])}")
    files = [{"name": "合影.jpg", "mimeType": "image/jpeg", "buffer": large}, sent("方案.docx", a_docx())]
    page.set_input_files("[name=chosen]", files)
    size = "document.querySelector('[name=chosen]').files[0].size"
    while script and page.evaluate(size) > 400 * 1024:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="上传").click()
    page.get_by_text("已添加 2 份材料。").wait_for()
    context.close()
    photo, plan = Evidence.objects.order_by("-kind")
    assert (photo.name, photo.width, photo.sha256 == sha256(large).hexdigest()) == (
        "合影.jpg",
        width,
        not script,
    )
    assert plan.name == "方案.docx"


def test_pictures_are_drawn_and_axe_finds_nothing_serious(page, live_server, record, secretary):
    row = evidence.add(record, ContentFile(a_photo(), "合影.jpg"), by=secretary)
    evidence.add(record, ContentFile(a_pdf(), "方案.pdf"), by=secretary)
    sign_in(page, live_server, secretary)
    for size in (PHONE, {"width": 1440, "height": 900}):
        page.set_viewport_size(size)
        for address in (
            reverse("activity_detail", args=[record.pk]),
            reverse("evidence_remove", args=[row.pk]),
        ):
            page.goto(f"{live_server.url}{address}")
            drawn = page.locator("main img").evaluate(
                "image => image.decode().then(() => image.naturalWidth)"
            )
            assert drawn == 320
            found = Axe().run(page).response["violations"]
            assert [
                (each["id"], address) for each in found if each["impact"] in ("serious", "critical")
            ] == []


class Watch:
    """Notices whatever a script of the hostile files would do in a page."""

    def __init__(self, page):
        self.page, self.seen = page, []
        page.on("dialog", self._dialog)

    def _dialog(self, dialog):
        self.seen.append(dialog.message)
        dialog.dismiss()

    def ran(self):
        return bool(self.seen) or "executed" in self.page.evaluate("[window.name, document.title]")


def test_what_would_run_is_noticed(page):
    watch = Watch(page)
    page.set_content(HTML.decode())
    page.wait_for_function("window.name === 'executed'")
    assert watch.ran()
    assert watch.seen == ["1"]


def hostile_rows(record, secretary):
    for name, content in polyglots().items():
        yield evidence.add(record, ContentFile(content, name), by=secretary)
    for number, (name, content, hostile) in enumerate(SMUGGLED):
        row = evidence.add(record, ContentFile(_another(content, number), name), by=secretary)
        for path in (evidence.path_of(row), evidence.thumbnail_of(row)):
            if path.exists():
                path.write_bytes(hostile)
        yield row


def _another(content, number):
    """The same again, with another check sum: a record takes a file once."""
    if content.startswith(b"PK"):
        return a_docx(**{f"word/media/{number}.txt": b"x"})
    return content + b"\n%%%d" % number


def test_no_hostile_file_runs_anything(page, live_server, record, secretary, settings):
    settings.EVIDENCE_RECORD_FILES = 100
    rows = list(hostile_rows(record, secretary))
    addresses = [reverse("evidence_file", args=[row.pk]) for row in rows]
    addresses += [reverse("evidence_thumbnail", args=[row.pk]) for row in rows if row.is_picture]
    assert len(addresses) > 30
    sign_in(page, live_server, secretary)
    watch, ran, opened = Watch(page), [], 0
    for address in addresses:
        try:
            page.goto(f"{live_server.url}{address}")
            opened += 1
        except Error as error:  # a document is saved instead of shown
            if not re.search("Download is starting|net::ERR_ABORTED", str(error)):
                raise
        page.wait_for_timeout(50)
        if watch.ran():
            ran.append(address)
    assert (ran, opened) == ([], sum(1 + row.is_picture for row in rows if row.is_picture))


def test_nor_inside_another_page(page, live_server, record, secretary, settings):
    """Not as a script, a frame, an object or a picture of our own pages, whose policy allows scripts of this server."""
    settings.EVIDENCE_RECORD_FILES = 100
    addresses = [reverse("evidence_file", args=[row.pk]) for row in hostile_rows(record, secretary)]
    sign_in(page, live_server, secretary)
    watch = Watch(page)
    page.evaluate(
        """addresses => Promise.all(addresses.flatMap(address =>
            [["script", "src"], ["iframe", "src"], ["object", "data"], ["img", "src"]].map(([tag, name]) =>
                new Promise(done => {
                    const element = document.createElement(tag);
                    element.onload = element.onerror = done;
                    element[name] = address;
                    document.body.append(element);
                    setTimeout(done, 3000);
                }))))""",
        addresses,
    )
    assert not watch.ran()
