"""Graduation: filter, batch, letters in one PDF, who is kept, and members and others in one count."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from branches.roles import Role
from jobs.models import Job
from lib import typesetting
from lib.typesetting import CannotTypeset
from members import graduation, introductions, overdue
from members.membership_rules import MovementError
from members.models import Circumstance, DataRequest, Destination, Member, Transfer
from members.transfer_checks import Letter
from tests import cast
from tests.fonts import needs_fonts
from tests.members.rosters import an_id

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-07-02 12:00 +0800")]
DAY = date(2026, 7, 1)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


def graduate(school, name, **more):
    return cast.a_member(school.students, name, **{"graduates_on": DAY, "education": "21", **more})


def post(browser, *people, **values):
    form = {"kind": "study", "place": "中共YY大学委员会", "issued_on": "2026-07-02", "valid_days": "30"}
    return browser.post(reverse("graduates"), {**form, "member": [one.pk for one in people], **values})


def test_the_filter_finds_who_graduates_and_is_not_settled(school, staff):
    first = graduate(school, "甲")
    graduate(school, "乙", education="14")
    graduate(school, "丙", graduates_on=date(2027, 7, 1))
    cast.a_member(school.teachers, "丁")
    browser = cast.a_browser(staff)
    page = browser.get(reverse("graduates"))
    assert [one.name for one in page.context["members"]] == ["甲", "乙"]
    page = browser.get(reverse("graduates"), {"education": "21", "graduates_on": "2026-07-01"})
    assert [one.name for one in page.context["members"]] == ["甲"]
    post(browser, first)
    assert [one.name for one in browser.get(reverse("graduates")).context["members"]] == ["乙"]


def test_the_days_offered_are_those_of_ones_own_part(school, staff):
    graduate(school, "甲")
    cast.a_member(school.musicians, graduates_on=date(2027, 7, 1))
    college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    assert graduation.graduation_days(college) == [DAY]
    assert graduation.graduation_days(staff) == [date(2027, 7, 1), DAY]


def test_everybody_ticked_gets_a_letter_and_who_is_not_does_not(school, staff):
    first, second, third = (graduate(school, name) for name in "甲乙丙")
    own = {f"place-{second.number[1:]}": "中共ZZ县委组织部"}
    answer = post(cast.a_browser(staff), first, second, **own)
    rows = Transfer.objects.order_by("letter")
    assert [(row.name, row.letter, row.elsewhere, row.state) for row in rows] == [
        ("甲", "〔2026〕第0001号", "中共YY大学委员会", "sent"),
        ("乙", "〔2026〕第0002号", "中共ZZ县委组织部", "sent"),
    ]
    assert answer.url == reverse("graduation_batch", args=[rows[0].batch])
    assert Destination.objects.filter(kind="study").count() == 2
    assert not third.destinations.exists()


def test_without_an_organisation_nobody_is_sent_and_nothing_is_written(school, staff):
    first, second = graduate(school, "甲"), graduate(school, "乙")
    own = {f"place-{second.number[1:]}": "中共ZZ县委组织部"}
    answer = post(cast.a_browser(staff), first, second, place="", **own)
    assert answer.status_code == 422
    assert "甲 1 人没有写转往的党组织" in answer.text
    assert (Transfer.objects.count(), Destination.objects.count()) == (0, 0)


@pytest.mark.parametrize(("until", "passes"), [("", True), ("2028-07-01", True), ("2028-07-02", False)])
def test_who_stays_is_kept_for_two_years_at_most(school, staff, until, passes):
    """JY-20: on the last day of the two years it passes, a day more is refused."""
    answer = post(cast.a_browser(staff), graduate(school, "甲"), kind="kept", due_on=until)
    assert answer.status_code == (302 if passes else 422)
    if passes:
        assert Circumstance.objects.get().due_on == date(2028, 7, 1)
        late = overdue.of_people(Member.objects.all(), date(2028, 7, 2))
        assert [(due.rule.code, due.is_late) for due in late] == [("JY-20", True)]
    else:
        assert "教育管理条例第三十四条，JY-20" in answer.text


def test_who_goes_abroad_is_to_be_contacted(school, staff):
    post(cast.a_browser(staff), graduate(school, "甲"), kind="abroad", place="境外高校")
    row = Circumstance.objects.get()
    assert (row.kind, row.since, row.place) == ("abroad", DAY, "境外高校")


def test_members_and_others_are_counted_together_and_each_number_opens_its_list(school, staff):
    browser = cast.a_browser(staff)
    for number in range(11):
        post(browser, graduate(school, f"甲{number}"), kind="grassroots")
    lines = "王一 2022001 中共XX县委组织部\n王二,2022002"
    facts = {"branch": school.physics.pk, "graduates_on": "2026-07-01", "kind": "grassroots"}
    browser.post(reverse("destination_add"), {**facts, "people": lines})
    page = browser.get(reverse("destination_list"))
    (line,) = page.context["figures"]
    assert (line.total, line.members, round(line.share, 3)) == (13, 11, 0.846)
    assert len(browser.get(line.total_url).context["page"].object_list) == 13
    assert len(browser.get(line.members_url).context["page"].object_list) == 11
    others = browser.get(reverse("destination_list"), {"who": "other"})
    assert sorted(row.cells[0] for row, *_ in others.context["rows"]) == ["王一", "王二"]


def test_a_leader_sees_the_figures_and_no_names(school, staff):
    post(cast.a_browser(staff), graduate(school, "欧阳明"))
    leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
    page = leader.get(reverse("destination_list"))
    assert "欧阳明" not in page.text
    assert page.context["figures"][0].members == 1


@pytest.mark.parametrize("text", ["", " \n "])
def test_no_lines_are_no_graduates(school, staff, text):
    with pytest.raises(MovementError, match="每行填写一人"):
        graduation.record_others(text, school.physics, "study", DAY, "", by=staff)


def settled(school, staff, count):
    leavers = [
        graduation.Leaver(graduate(school, f"甲{n}", birth_date=date(2004, 7, 3)), "外校")
        for n in range(count)
    ]
    return graduation.settle(leavers, "study", Letter(date(2026, 7, 2)), by=staff)


def test_the_letters_are_one_pdf_a_page_each(school, staff, monkeypatch):
    batch = settled(school, staff, 3)
    given = {}
    monkeypatch.setattr(typesetting, "pdf", lambda document, data: given.update(data) or b"%PDF")
    answer = cast.a_browser(staff).post(reverse("graduation_batch", args=[batch]))
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (b"%PDF", "application/pdf")
    assert [(one["number"], one["age"]) for one in given["letters"]] == [
        ("〔2026〕第0001号", "21"),
        ("〔2026〕第0002号", "21"),
        ("〔2026〕第0003号", "21"),
    ]


@needs_fonts
def test_the_document_sets_real_pages(school, staff):
    batch = settled(school, staff, 2)
    made = introductions.pdf(introductions.of_batch(staff, batch), by=staff)
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") == 2 or b"/Count 2" in made


@pytest.fixture
def given(monkeypatch):
    """What was typeset last."""
    given = {}
    monkeypatch.setattr(typesetting, "pdf", lambda document, data: given.update(data) or b"%PDF")
    return given


def numbers(given):
    return [one["id_number"] for one in given["letters"]]


def test_in_full_with_a_reason_each_an_unmasking(school, staff, given):
    batch = settled(school, staff, 2)
    ids = [an_id(31), an_id(32)]
    for one, number in zip(introductions.of_batch(staff, batch), ids, strict=True):
        one.member.id_number = number
        one.member.save()
    browser, url = cast.a_browser(staff), reverse("graduation_batch", args=[batch])
    browser.post(url)
    assert not set(numbers(given)) & set(ids)
    answer = browser.post(url, {"reason": "毕业生带信报到"})
    assert (numbers(given), "no-store" in answer["Cache-Control"]) == (ids, True)
    unmasked = AuditEntry.objects.filter(action="member.unmask")
    assert [entry.after for entry in unmasked] == [{"fields": ["id_number"], "reason": "毕业生带信报到"}] * 2
    one = introductions.of_batch(staff, batch)[1]
    browser.post(reverse("transfer_letter", args=[one.pk]), {"reason": "本人补领"})
    assert numbers(given) == ids[1:]


def test_in_full_asks_for_the_password_again(school, staff, given):
    [one] = introductions.of_batch(staff, settled(school, staff, 1))
    browser, asked = cast.a_browser(staff), {"reason": "毕业生带信报到"}
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        for url in (
            reverse("graduation_batch", args=[one.batch]),
            reverse("transfer_letter", args=[one.pk]),
        ):
            assert "再次输入密码" in browser.post(url, asked).text
        assert (given, AuditEntry.objects.filter(action="member.unmask").count()) == ({}, 0)
        browser.post(url, {**asked, "confirm_password": cast.PASSWORD})
        assert len(numbers(given)) == 1


def test_not_in_full_of_who_asked_for_a_restriction(school, staff, given):
    one, other = introductions.of_batch(staff, settled(school, staff, 2))
    DataRequest.objects.create(
        member=other.member, kind="restrict", subject="identity", state="restricted", due_on=DAY
    )
    url = reverse("graduation_batch", args=[one.batch])
    answer = cast.a_browser(staff).post(url, {"reason": "毕业生带信报到"}, follow=True)
    assert f"没有打印：{other.member.name}申请了限制处理" in answer.text
    assert (given, AuditEntry.objects.filter(action="member.unmask").count()) == ({}, 0)
    cast.a_browser(staff).post(reverse("transfer_letter", args=[one.pk]), {"reason": "毕业生带信报到"})
    assert len(numbers(given)) == 1


@pytest.mark.parametrize("reason", ["", "补", " " * 8])
def test_not_in_full_without_a_reason(school, staff, given, reason):
    batch = settled(school, staff, 1)
    url = reverse("graduation_batch", args=[batch])
    answer = cast.a_browser(staff).post(url, {"reason": reason}, follow=True)
    assert "印完整身份证号须写明用途" in answer.text
    assert (given, AuditEntry.objects.filter(action="member.unmask").count()) == ({}, 0)


def test_many_in_full_are_printed_in_portions_and_never_kept(school, staff, given, monkeypatch):
    monkeypatch.setattr(introductions, "AT_ONCE", 2)
    batch = settled(school, staff, 3)
    browser, url = cast.a_browser(staff), reverse("graduation_batch", args=[batch])
    assert "3 至 3" in browser.get(url).text
    browser.post(url, {"reason": "毕业生带信报到", "part": "2"})
    assert [one["number"] for one in given["letters"]] == ["〔2026〕第0003号"]
    assert not Job.objects.exists()
    assert browser.post(url, {"reason": "毕业生带信报到", "part": "1"}).status_code == 302


def test_what_could_not_be_typeset_unmasked_nothing(school, staff, monkeypatch):
    def no_font(document, data):
        raise CannotTypeset("服务器上没有中文字体")

    monkeypatch.setattr(typesetting, "pdf", no_font)
    batch = settled(school, staff, 1)
    cast.a_browser(staff).post(reverse("graduation_batch", args=[batch]), {"reason": "毕业生带信报到"})
    assert not AuditEntry.objects.filter(action="member.unmask").exists()


def test_many_letters_are_a_job(school, staff, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(introductions, "AT_ONCE", 1)
    monkeypatch.setattr(typesetting, "pdf", lambda document, data: b"%PDF")
    batch = settled(school, staff, 2)
    with django_capture_on_commit_callbacks(execute=True):
        cast.a_browser(staff).post(reverse("graduation_batch", args=[batch]))
    job = Job.objects.get()
    assert (job.state, job.result_name, job.done) == (Job.State.DONE, "组织关系介绍信-2份.pdf", 2)
    result = cast.a_browser(staff).get(reverse("job_result", args=[job.pk]))
    assert (b"".join(result.streaming_content), result["Content-Type"]) == (b"%PDF", "application/pdf")


def test_without_a_font_it_says_so(school, staff, monkeypatch):
    def no_font(document, data):
        raise CannotTypeset("服务器上没有中文字体")

    monkeypatch.setattr(typesetting, "pdf", no_font)
    batch = settled(school, staff, 1)
    answer = cast.a_browser(staff).post(reverse("graduation_batch", args=[batch]), follow=True)
    assert "服务器上没有中文字体" in answer.text


def test_another_college_s_staff_sees_no_graduates_and_no_letters(school, staff):
    member = graduate(school, "甲")
    batch = settled(school, staff, 1)
    stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
    assert stranger.get(reverse("graduates")).context["members"] == []
    assert post(stranger, member).status_code == 422
    assert stranger.post(reverse("graduation_batch", args=[batch])).status_code == 404


@pytest.mark.parametrize("people", [1, 50])
def test_queries(school, staff, people, django_assert_num_queries):
    for number in range(people):
        graduate(school, f"甲{number}")
    browser = cast.a_browser(staff)
    browser.get(reverse("graduates"))
    with django_assert_num_queries(7):
        browser.get(reverse("graduates"))
