"""谈心谈话: what was said is for those who said it and the branch's secretary; who had none of a kind in a year."""

from datetime import date, time

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import minutes, papers, records, talks
from activities.attendance import Mark
from activities.kinds import Kind
from activities.models import Activity, Talk
from activities.pasting import take_apart
from activities.refusals import RecordError
from branches.roles import Role
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import errors_of, filled, name_of

DAY = date(2026, 10, 12)
TALK = reverse("activity_log", args=["heart_talk"])
SECRET = "家里老人住院，想减少工作"


def person(name):
    return Member.objects.get(name=name)


def a_talk(branch, *names, day=DAY, content="", pair=""):
    marks = {person(name).pk: Mark("present") for name in names}
    details = {Kind.HEART_TALK: {"pair": pair, "content": content}}
    facts = {"title": "近况", "place": "A305", "starts_at": time(16)}
    return cast.a_record(branch, "heart_talk", day, marks=marks, details=details, **facts)


def a_guest(branch, name):
    """Somebody of another branch who takes part in this one."""
    place = {"branch": branch, "branch_path": branch.path, "kind": "attending", "since": date(2026, 1, 1)}
    return MembershipSpell.objects.create(member=person(name), **place)


def signed_in_as(name):
    user = cast.a_user(name=name)
    Member.objects.filter(name=name).update(account=user)
    return user


def content_of(record):
    return reverse("talk_content", args=[record.pk])


class TestWhoReads:
    def test_those_who_talked_and_the_secretary(self, branch, browser):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        for reader in (browser, cast.a_browser(signed_in_as("教师3"))):
            assert SECRET in reader.get(content_of(record)).content.decode()

    @pytest.mark.parametrize(
        "role", [Role.RECORDER, Role.ATTENDANCE_TAKER, Role.COMMITTEE_STAFF, Role.LEADER]
    )
    def test_nobody_else_who_sees_the_record(self, branch, school, role):
        place = branch if role in (Role.RECORDER, Role.ATTENDANCE_TAKER) else school.physics
        other = cast.a_browser(cast.a_user(role, place))
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        assert other.get(content_of(record)).status_code == 403
        for page in ("activity_detail", "activity_history"):
            assert SECRET not in other.get(reverse(page, args=[record.pk])).content.decode()

    def test_to_others_it_is_not_there(self, branch, school):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        for user in (signed_in_as("教师5"), cast.a_user(Role.SECRETARY, school.students)):
            assert cast.a_browser(user).get(content_of(record)).status_code == 404

    def test_who_was_asked_and_did_not_come_reads_nothing(self, branch):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        user = signed_in_as("教师5")
        record.attendances.create(member=person("教师5"), state="leave")
        assert not talks.may_read(user, record)

    def test_it_is_sealed_and_stands_nowhere_else(self, branch, browser):
        browser.post(TALK, filled_with(browser, "教师3", "教师4", talk_content=SECRET))
        talk = Talk.objects.get()
        assert talk.content == SECRET
        assert SECRET not in str([list(model.objects.values()) for model in (Talk, Activity, AuditEntry)])
        assert SECRET not in str([list(Talk.history.values()), list(Activity.history.values())])

    def test_no_paper_tells_it(self, branch):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        told = str([paper.data(papers.record_of(record)) for paper in papers.PAPERS.values()])
        assert SECRET not in told
        assert "谈话内容" not in told


def filled_with(browser, *names, **more):
    response = browser.get(TALK)
    form = filled(response, **more)
    marked = {name_of(response, name) for name in names}
    return {key: value for key, value in form.items() if not key.startswith("m-") or key in marked}


class TestWhoWrites:
    def test_a_recorder_writes_no_content_of_others(self, branch):
        user = cast.a_user(Role.RECORDER, branch)
        Member.objects.filter(name="教师8").update(account=user)
        browser = cast.a_browser(user)
        refused = browser.post(TALK, filled_with(browser, "教师3", "教师4", talk_content=SECRET))
        assert errors_of(refused) == [
            "谈话内容由谈话人或本支部书记填写。您没有参加这次谈话，请清空谈话内容再提交，由他们补填。"
        ]
        assert browser.post(TALK, filled_with(browser, "教师3", "教师4")).status_code == 302
        assert (
            browser.post(TALK, filled_with(browser, "教师3", "教师8", talk_content="谈了")).status_code == 302
        )

    def test_staff_above_are_not_offered_the_field(self, branch, school):
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        form = browser.get(TALK, {"branch": branch.pk}).context["form"]
        assert "talk_pair" in form.fields
        assert {"talk_content", "notes"}.isdisjoint(form.fields)

    def test_a_correction_by_others_leaves_it(self, branch):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        browser = cast.a_browser(cast.a_user(Role.RECORDER, branch))
        correct = reverse("activity_correct", args=[record.pk])
        browser.post(correct, filled_marks(browser.get(correct), record, place="B101"))
        assert Talk.objects.get().content == SECRET

    def test_nobody_lets_himself_in_by_a_correction(self, branch):
        record = a_talk(branch, "教师3", "教师4", content=SECRET)
        recorder = cast.a_user(Role.RECORDER, branch)
        Member.objects.filter(name="教师8").update(account=recorder)
        marks = {**records.marks_of(record), person("教师8").pk: Mark("present")}
        with pytest.raises(RecordError, match="增加谈话人请由谈话人或本支部书记办理"):
            records.correct(record, by=recorder, version=1, held_on=DAY, marks=marks)
        assert not talks.may_read(recorder, record)

    def test_each_draft_is_kept_and_none_is_told(self, branch, browser):
        record = a_talk(branch, "教师3", "教师4", content="初稿")
        correct = reverse("activity_correct", args=[record.pk])
        browser.post(correct, filled_marks(browser.get(correct), record, talk_content=SECRET))
        assert [row.draft for row in Talk.history.order_by("history_id")] == [1, 2]
        page = browser.get(reverse("activity_history", args=[record.pk]))
        [change] = page.context["versions"][0].changes
        assert (change.label, change.before[:5], change.after[:5]) == ("谈话内容", "第 1 稿", "第 2 稿")

    def test_notes_and_agenda_are_refused(self, branch, secretary):
        with pytest.raises(RecordError, match="谈心谈话没有要点"):
            cast.a_record(branch, "heart_talk", DAY, marks={}, notes=SECRET)
        with pytest.raises(RecordError, match="谈心谈话不写议题"):
            minutes.paste(a_talk(branch, "教师3", "教师4"), take_apart("一、谈话"), by=secretary)


def filled_marks(response, record, **more):
    """The form as shown: those who were not marked had no part."""
    marked = {f"m-{member.hex}" for member in records.marks_of(record)}
    sent = filled(response, **more)
    return {key: value for key, value in sent.items() if not key.startswith("m-") or key in marked}


def test_it_is_complete_without_an_agenda_or_a_photo(branch, secretary):
    record = a_talk(branch, "教师3", "教师4", content=SECRET)
    minutes.complete(record, by=secretary)
    with pytest.raises(RecordError, match="补上谈话内容"):
        minutes.complete(a_talk(branch, "教师3", "教师5"), by=secretary)


class TestPairs:
    """ZB-27: committee–committee, committee–member, member–member."""

    @pytest.mark.parametrize(
        ("names", "pair"),
        [
            (("教师0", "教师1"), "committee"),
            (("教师0", "教师5"), "committee_member"),
            (("教师4", "教师5"), "members"),
            (("教师0", "教师1", "教师5"), "committee_member"),
        ],
    )
    def test_told_by_the_posts_of_the_day(self, branch, names, pair):
        a_talk(branch, *names)
        assert Talk.objects.get().pair == pair

    def test_who_had_none_of_each(self, branch):
        a_talk(branch, "教师0", "教师1", "教师5")
        a_talk(branch, "教师5", "教师6", day=date(2025, 10, 12))
        found = {each.member.name: each for each in talks.coverage(branch, 2026, DAY)}
        assert found["教师0"].missing == []
        assert found["教师2"].missing == ["committee", "committee_member"]
        assert found["教师5"].missing == ["members"]
        assert found["教师6"].missing == ["committee_member", "members"]

    def test_what_was_chosen_stands(self, branch):
        a_talk(branch, "教师0", "教师5", pair="members")
        found = {each.member.name: each for each in talks.coverage(branch, 2026, DAY)}
        assert found["教师5"].missing == ["committee_member"]

    def test_talks_count_wherever_they_were(self, branch, school):
        """He moved here in September; the talk was in the branch he was in before."""
        moved = cast.a_member(school.musicians, "音乐1")
        cast.a_member(school.musicians, "音乐2")
        a_talk(school.musicians, "音乐1", "音乐2", day=date(2026, 3, 2))
        MembershipSpell.objects.filter(member=moved).update(until=date(2026, 8, 31))
        here = {"branch": branch, "branch_path": branch.path, "since": date(2026, 9, 1)}
        MembershipSpell.objects.create(member=moved, **here)
        found = {each.member.name: each for each in talks.coverage(branch, 2026, DAY)}
        assert found["音乐1"].missing == ["committee_member"]

    def test_of_guests_nothing_is_owed_and_only_what_was_here_is_counted(self, branch, school):
        a_guest(school.musicians, "教师4")
        a_guest(school.musicians, "教师5")
        a_talk(school.musicians, "教师4", "教师5")
        a_talk(branch, "教师4", "教师6")
        found = talks.coverage(school.musicians, 2026, DAY)
        told = [(each.member.name, len(each.talks["members"]), each.missing) for each in found]
        assert told == [("教师4", 1, []), ("教师5", 1, [])]
        [home] = [each for each in talks.coverage(branch, 2026, DAY) if each.member.name == "教师4"]
        assert len(home.talks["members"]) == 2

    def test_a_withdrawn_one_does_not_count(self, branch):
        records.withdraw(a_talk(branch, "教师0", "教师5"), by=None, version=1, reason="重复")
        assert all(not each.talks for each in talks.coverage(branch, 2026, DAY))


class TestPages:
    def test_each_cell_opens_its_talks(self, branch, browser):
        record = a_talk(branch, "教师0", "教师5", content=SECRET)
        page = browser.get(reverse("talk_coverage", args=[branch.pk]))
        line = page.context["lines"][5]
        assert [cell.number for cell in line.cells] == [0, 1, 0]
        own = browser.get(reverse("talk_person", args=[line.member.pk]))
        [told] = dict(own.context["groups"])["委员与党员"]
        assert (told["record"], told["others"], told["opens_content"]) == (record, "教师0", True)
        assert SECRET not in own.content.decode()

    def test_what_another_branch_keeps_is_a_figure_and_no_more(self, branch, school, browser):
        cast.a_member(school.musicians, "音乐1")
        a_guest(school.musicians, "教师5")
        record = a_talk(school.musicians, "音乐1", "教师5", content=SECRET)
        line = browser.get(reverse("talk_coverage", args=[branch.pk])).context["lines"][5]
        assert ([cell.number for cell in line.cells], line.opens) == ([0, 0, 1], True)
        text = browser.get(reverse("talk_person", args=[person("教师5").pk])).content.decode()
        assert "另有 1 次谈话由其他党支部记录，计入次数，不在这里列出。" in text
        assert [word for word in ("音乐1", str(record.pk), "近况") if word in text] == []
        own = cast.a_browser(signed_in_as("教师5")).get(reverse("talk_person", args=[person("教师5").pk]))
        assert content_of(record) in own.content.decode()

    def test_a_guests_talks_are_not_opened(self, branch, school):
        a_guest(school.musicians, "教师4")
        secretary = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
        page = secretary.get(reverse("talk_coverage", args=[school.musicians.pk]))
        assert [line.opens for line in page.context["lines"]] == [False]
        assert "由所在党支部安排谈心谈话" in page.content.decode()

    def test_queries_do_not_grow(self, branch, browser, school, django_assert_num_queries):
        address = reverse("talk_coverage", args=[branch.pk])
        browser.get(address)
        for place in (school.musicians, school.students):
            a_guest(place, "教师5")
            a_guest(place, "教师6")
            a_talk(place, "教师5", "教师6")
            a_talk(branch, "教师5", "教师7")
            with django_assert_num_queries(11):
                browser.get(address)

    def test_one_reads_ones_own_wherever_it_was(self, branch, school):
        record = a_talk(branch, "教师3", "教师5", content=SECRET)
        browser = cast.a_browser(signed_in_as("教师5"))
        Member.objects.filter(name="教师5").update(branch=school.students, branch_path=school.students.path)
        page = browser.get(reverse("talk_person", args=[person("教师5").pk]))
        assert content_of(record) in page.content.decode()
        assert browser.get(reverse("talk_person", args=[person("教师3").pk])).status_code == 404
