"""What lies beside a report: the year's figures for the days of each post, and where they lead."""

from datetime import date

import pytest
from django.urls import reverse

from assessments import ballots, evidence, measures, rounds, sealing
from assessments.models import Report, Subject
from assessments.schemes import Measure
from branches import tree
from branches.roles import Role
from members.models import Development, DevelopmentStep
from tests import cast

TODAY = date(2026, 12, 10)


def subject_of(round_, name="甲书记"):
    return Subject.objects.select_related("round", "member", "branch").get(round=round_, member__name=name)


def closed(round_, staff):
    Report.objects.filter(subject__round=round_).update(state="accepted")
    rounds.begin_ballot(round_, on=TODAY, place="", by=staff)
    ballots.close(round_, by=staff)


def facts(subject, user):
    return {fact.label: fact for fact in evidence.sheet_of(subject, user, TODAY).facts}


def test_what_was_held_and_missed_is_told_with_its_lists(drafted, school):
    cast.a_record(school.teachers, "theme_day", date(2026, 9, 15), title="参观校史馆")
    found = facts(subject_of(drafted), cast.a_user(Role.SECRETARY, school.teachers))
    duties, came = found["组织生活按规定开展"], found["到会"]
    [part] = measures.of_subjects([subject_of(drafted)], 2026, TODAY)[subject_of(drafted).pk][Measure.DUTIES]
    assert duties.words == f"应开 {part.required} 次，已开 1 次，缺 {part.required - 1} 次"
    assert [words for words, _ in duties.links] == ["全部", "未开的"]
    assert duties.links[1][1] == (f"/duties/?period=2026&branch={school.teachers.pk}&state=missed")
    assert came.words == "应到 1 人次，实到 1 人次"


def test_a_rate_of_five_and_more(drafted, school):
    for number in range(4):
        cast.a_member(school.teachers, f"党员{number}")
    cast.a_record(school.teachers, "theme_day", date(2026, 9, 15), title="参观校史馆")
    assert (
        facts(subject_of(drafted), cast.a_user())["到会"].words == "应到 5 人次，实到 5 人次，到会率 100.0%"
    )


def test_no_list_is_offered_that_the_reader_may_not_open(drafted):
    assert {fact.links for fact in facts(subject_of(drafted), cast.a_user()).values()} == {()}


def test_before_anything_was_asked(drafted):
    """乙 leads since July; nothing fell due to a branch of the students before."""
    subject = subject_of(drafted, "乙书记")
    subject.posts = [{**subject.posts[0], "since": "2026-12-09", "until": "2026-12-10"}]
    assert facts(subject, cast.a_user())["组织生活按规定开展"].words == "还没有到期的要求"


def test_two_posts_are_told_apart(drafted, school):
    subject = subject_of(drafted)
    subject.posts = [
        {"branch": school.teachers.pk, "since": "2026-01-01", "until": "2026-06-30"},
        {"branch": school.students.pk, "since": "2026-07-01", "until": "2026-12-31"},
    ]
    labels = list(facts(subject, cast.a_user()))
    assert labels[:2] == [
        "组织生活按规定开展（物理教师党支部）",
        "组织生活按规定开展（物理学生党支部）",
    ]


def test_two_spells_in_one_branch_are_told_by_their_days(drafted, school):
    subject = subject_of(drafted)
    spell = {"branch": school.teachers.pk}
    subject.posts = [
        spell | {"since": "2026-01-01", "until": "2026-06-30"},
        spell | {"since": "2026-07-01", "until": "2026-12-31"},
    ]
    assert list(facts(subject, cast.a_user()))[:2] == [
        "组织生活按规定开展（物理教师党支部，2026-01-01 至 2026-06-30）",
        "组织生活按规定开展（物理教师党支部，2026-07-01 至 2026-12-31）",
    ]


def test_figures_stay_when_the_ballot_is_closed(grading, school, staff):
    subject = subject_of(grading)
    before = facts(subject, staff)["到会"].words
    cast.a_record(school.teachers, "theme_day", date(2026, 9, 15), title="补记的")
    sheet = evidence.sheet_of(subject, staff, date(2027, 3, 1))
    assert (sheet.as_of, sheet.is_frozen) == (TODAY, True)
    assert facts(subject, staff)["到会"].words == before == "这一年还没有数据"


def approve(branch, step, day):
    made = Development.objects.create(member=cast.a_member(branch), applied_on=date(2024, 1, 1))
    return DevelopmentStep.objects.create(development=made, step=step, on=day)


def test_the_development_is_told_by_the_days_of_the_post_and_stays_too(reporting, school, staff):
    approve(school.students, "admission_approval", date(2026, 6, 30))
    approve(school.students, "admission_approval", date(2026, 7, 1))
    approve(school.students, "full_approval", date(2026, 12, 1))
    assert facts(subject_of(reporting, "乙书记"), staff)["发展党员"].words == "接收预备党员 1 人，转正 1 人"
    closed(reporting, staff)
    DevelopmentStep.objects.all().delete()
    approve(school.teachers, "full_approval", date(2026, 12, 1))
    assert facts(subject_of(reporting, "甲书记"), staff)["发展党员"].words == "接收预备党员 0 人，转正 0 人"
    assert facts(subject_of(reporting, "乙书记"), staff)["发展党员"].words == "接收预备党员 1 人，转正 1 人"


def test_nothing_of_an_archived_round_moves_with_the_records(subject, school, staff):
    """Its digest would tell; all the sheet says is of the day the ballot was closed."""
    told = {label: fact.words for label, fact in facts(subject, staff).items()}
    digest = sealing.digest_of(subject.round)
    cast.a_record(school.teachers, "theme_day", date(2026, 9, 15), title="补记的")
    cast.a_training(subject.member, day=date(2026, 5, 1), hours=32)
    approve(school.teachers, "full_approval", date(2026, 12, 1))
    assert {label: fact.words for label, fact in facts(subject, staff).items()} == told
    assert sealing.digest_of(subject.round) == digest


def test_many_places_are_read_as_a_whole_and_say_the_same(drafted, school, monkeypatch):
    """A condition of a range for each of hundreds of branches would be too long for SQLite."""
    cast.a_record(school.teachers, "theme_day", date(2026, 9, 15))
    cast.a_record(school.students, "theme_day", date(2026, 10, 15))
    cast.a_record(school.musicians, "theme_day", date(2026, 9, 16))
    subjects = list(drafted.subjects.all())
    narrow = measures.of_subjects(subjects, 2026, TODAY)
    monkeypatch.setattr(measures, "MOST_RANGES", 1)
    assert measures.of_subjects(subjects, 2026, TODAY) == narrow


def test_a_branch_that_moved_keeps_what_it_missed_before(school, drafted):
    """Moved in October, it is judged for every month of the year all the same."""
    subject = subject_of(drafted)
    [stayed] = measures.of_subjects([subject], 2026, TODAY)[subject.pk][Measure.DUTIES]
    tree.move(school.teachers, school.music, on=date(2026, 10, 5), by=None)
    [moved] = measures.of_subjects([subject_of(drafted)], 2026, TODAY)[subject.pk][Measure.DUTIES]
    assert (moved.required, moved.met) == (stayed.required, stayed.met)


def test_a_committee_has_no_list_of_hours_of_its_own(drafted, school):
    subject = subject_of(drafted)
    subject.posts = [{"branch": school.physics.pk, "since": "2026-01-01", "until": "2026-12-31"}]
    [hours] = measures.of_subjects([subject], 2026, TODAY)[subject.pk][Measure.HOURS]
    assert hours.url == f"{reverse('study_hours')}?year=2026"


@pytest.mark.parametrize("number", [0, 3])
def test_the_number_of_queries_does_not_depend_on_the_posts(
    drafted, school, number, django_assert_max_num_queries
):
    subject = subject_of(drafted)
    subject.posts = subject.posts * (number + 1)
    reader = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    with django_assert_max_num_queries(32):
        evidence.sheet_of(subject, reader, TODAY)


def test_whoever_is_added_while_reports_are_written_has_one_to_write(reporting, school, staff):
    former = cast.a_member(school.students, "前书记")
    post = cast.a_post(former, "deputy", since=date(2020, 1, 1))
    type(post).objects.filter(pk=post.pk).update(title="secretary", until=date(2026, 6, 30))
    made = rounds.add(reporting, former, school.students, by=staff)
    assert Report.objects.get(subject=made).state == "draft"
