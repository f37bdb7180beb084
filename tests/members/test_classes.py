"""Classes of a party school: enrolment, results, certificates, and the trainings that finishing writes."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches.roles import Role
from members import classes, competence
from members.classes import ClassError, Grade
from members.competence import TrainingError
from members.models import Trainee, Training, TrainingClass
from tests import cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800"):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def people(school):
    return [cast.a_member(school.teachers, name) for name in ("张三", "李四", "王五")]


@pytest.fixture
def one(school, staff, people):
    made = a_class(staff, school.physics)
    classes.enrol(made, people, by=staff)
    return made


def a_class(by, branch, **facts):
    given = {"kind": "rotation", "title": "支部书记轮训班", "hours": Decimal(24), **facts}
    return classes.open_class(
        by=by, branch=branch, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 3), **given
    )


def graded(one, by, *grades):
    keys = one.trainees.order_by("member__name_order").values_list("pk", flat=True)
    classes.grade(one, dict(zip(keys, grades, strict=False)), by=by)


def listed(one):
    rows = one.trainees.order_by("member__name_order")
    return list(rows.values_list("member__name", "hours", "score", "result", "certificate"))


class TestFinishing:
    def test_certificates_and_trainings_for_those_who_passed(self, one, staff):
        graded(one, staff, Grade(score=Decimal(90)), Grade(score=Decimal(50)), Grade(result="missed"))
        assert classes.finish(one, on=TODAY, by=staff) == 1
        assert listed(one) == [
            ("张三", 24, 90, "passed", "PX2026-01-001"),
            ("李四", None, 50, "failed", None),
            ("王五", None, None, "missed", None),
        ]
        [training] = Training.objects.all()
        assert (training.member.name, training.kind, training.hours) == ("张三", "rotation", 24)
        assert (training.title, training.held_on) == ("支部书记轮训班", date(2026, 9, 3))

    def test_taken_back_with_its_trainings_and_no_number_given_twice(self, one, staff):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        classes.reopen(one, by=staff)
        assert (Training.objects.count(), [row[4][-3:] for row in listed(one)]) == (0, ["001", "002", "003"])
        graded(one, staff, Grade(result="failed"), Grade(result="passed", hours=Decimal(16)))
        classes.finish(one, on=TODAY, by=staff)
        assert [row[4] and row[4][-3:] for row in listed(one)] == [None, "002", "003"]
        assert sorted(Training.objects.values_list("hours", flat=True)) == [16, 24]

    def test_a_training_noted_by_hand_is_the_same_one(self, one, staff, people):
        Training.objects.create(
            member=people[0], kind="other", title=one.title, held_on=one.ends_on, hours=Decimal(2)
        )
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        assert [(each.kind, each.hours) for each in people[0].trainings.all()] == [("rotation", 24)]

    def test_the_training_of_a_class_is_not_dropped_elsewhere(self, one, staff, people):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        with pytest.raises(TrainingError, match="来自培训班 PX2026-01"):
            competence.drop_training(people[0].trainings.get(), by=staff)


class TestRefused:
    def test_before_its_end_without_people_or_results(self, school, staff, one):
        empty = a_class(staff, school.physics)
        with pytest.raises(ClassError, match="还没有学员"):
            classes.finish(empty, on=TODAY, by=staff)
        with pytest.raises(ClassError, match="2026-09-03 才结束"):
            classes.finish(one, on=date(2026, 9, 2), by=staff)
        graded(one, staff, Grade(result="passed"))
        with pytest.raises(ClassError, match="还有 2 人没有登记结果：李四、王五。"):
            classes.finish(one, on=TODAY, by=staff)

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (Grade(score=Decimal(101)), "成绩应在 0 到 100 之间"),
            (Grade(hours=Decimal(25), result="passed"), "不超过培训班的 24 学时"),
            (Grade(hours=Decimal(0), result="passed"), "大于 0"),
            (Grade(score=Decimal(59), result="passed"), "合格线是 60，与所选的结果不一致"),
            (Grade(hours=Decimal(8), result="missed"), "未参加的不填学时和成绩"),
        ],
    )
    def test_grades_that_cannot_be(self, one, staff, given, said):
        with pytest.raises(ClassError, match=f"张三：.*{said}"):
            graded(one, staff, given)

    def test_nothing_changes_after_the_finish(self, one, staff, school):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        later = cast.a_member(school.teachers)
        for verb in (
            lambda: classes.enrol(one, [later], by=staff),
            lambda: graded(one, staff, Grade(result="failed")),
            lambda: classes.strike(one.trainees.first(), by=staff),
            lambda: classes.correct(one, by=staff, hours=Decimal(8)),
            lambda: classes.discard(one, by=staff),
        ):
            with pytest.raises(ClassError, match="先撤销结业"):
                verb()

    def test_whoever_has_a_certificate_stays_on_the_list(self, one, staff):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        classes.reopen(one, by=staff)
        with pytest.raises(ClassError, match="不能移出"):
            classes.strike(one.trainees.first(), by=staff)
        with pytest.raises(ClassError, match="不能删除"):
            classes.discard(one, by=staff)

    def test_people_and_organisations_of_others(self, one, school, staff):
        with pytest.raises(ClassError, match="不在您的管理范围内"):
            classes.enrol(one, [cast.a_member(school.musicians)], by=staff)
        with pytest.raises(ClassError, match="由组织部和二级党组织工作人员登记"):
            a_class(staff, school.music)

    def test_days_in_the_wrong_order(self, one, staff):
        with pytest.raises(ValidationError, match="不能早于开班日期"):
            classes.correct(one, by=staff, ends_on=date(2026, 8, 31))

    def test_more_than_a_class_holds(self, one, staff, school, monkeypatch):
        monkeypatch.setattr(classes, "MOST", 3)
        with pytest.raises(ClassError, match="最多 3 人，已有 3 人，不能再加 1 人"):
            classes.enrol(one, [cast.a_member(school.teachers)], by=staff)


class TestPages:
    def test_from_opening_to_the_workbook(self, school, staff, people):
        browser = cast.a_browser(staff)
        sent = {"branch": school.physics.pk, "kind": "induction", "title": "任职班", "hours": "16"}
        days = {"starts_on": "2026-09-01", "ends_on": "2026-09-02", "pass_score": "60"}
        browser.post(reverse("class_new"), sent | days)
        one = TrainingClass.objects.get()
        enrol, detail = reverse("class_enrol", args=[one.pk]), reverse("class_detail", args=[one.pk])
        pasted = f"\n{people[1].number.lower()}\n"
        browser.post(enrol, {"people": [people[0].pk], "pasted": pasted})
        first, second = one.trainees.order_by("member__name_order")
        browser.post(
            detail, {f"result-{first.pk}": "passed", f"score-{second.pk}": "59", f"result-{second.pk}": ""}
        )
        browser.post(reverse("class_finish", args=[one.pk]))
        assert [row[3] for row in listed(one)] == ["passed", "failed"]
        answer = browser.post(reverse("class_export", args=[one.pk]))
        sheet = load_workbook(BytesIO(answer.getvalue())).active
        rows = [row[3:] for row in sheet.iter_rows(values_only=True) if row[3] in ("张三", "李四")]
        assert rows == [
            ("张三", "物理教师党支部", "正式党员", 16, None, "合格", "PX2026-01-001"),
            ("李四", "物理教师党支部", "正式党员", None, 59, "不合格", None),
        ]

    def test_offered_are_those_of_a_post_who_are_not_enrolled(self, school, staff, one, people):
        secretary = cast.a_post(cast.a_member(school.students), "secretary").member
        cast.a_post(people[0], "secretary")
        cast.a_post(cast.a_member(school.musicians), "secretary")
        browser, url = cast.a_browser(staff), reverse("class_enrol", args=[one.pk])
        assert list(browser.get(url).context["page"]) == [secretary]
        assert secretary in browser.get(url, {"who": "member"}).context["page"]

    @pytest.mark.parametrize(
        ("pasted", "said"),
        [
            ("", "请勾选学员"),
            ("\n20269999", "第 2 行“20269999”：您管理的人员中没有"),
            ("S1", "有 2 人，请改填党员编号"),
        ],
    )
    def test_pasted_numbers_that_name_nobody(self, school, staff, one, pasted, said):
        for _ in range(2):
            cast.a_member(school.students, school_number="S1")
        answer = cast.a_browser(staff).post(reverse("class_enrol", args=[one.pk]), {"pasted": pasted})
        [errors] = answer.context["form"].errors.values()
        assert (answer.status_code, said in errors[0]) == (422, True)

    def test_a_wrong_grade_stands_at_its_line(self, staff, one):
        trainee = one.trainees.first()
        sent = {f"score-{trainee.pk}": "40", f"result-{trainee.pk}": "passed"}
        answer = cast.a_browser(staff).post(reverse("class_detail", args=[one.pk]), sent)
        assert list(answer.context["form"].errors) == [f"result-{trainee.pk}"]
        assert Trainee.objects.exclude(result="").count() == 0

    def test_a_line_that_was_not_sent_stays_as_it_is(self, staff, one):
        graded(one, staff, Grade(result="passed"))
        cast.a_browser(staff).post(reverse("class_detail", args=[one.pk]), {"nothing": "1"})
        assert listed(one)[0][3] == "passed"

    def test_each_deed_in_the_trail(self, one, staff):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        classes.reopen(one, by=staff)
        found = AuditEntry.objects.filter(action__startswith="class.").order_by("at", "pk")
        assert [entry.action.partition(".")[2] for entry in found] == [
            *("add", "sign_up", "grade", "graduate", "resume")
        ]
