"""Classes of a party school: enrolment, results, certificates, and the trainings that finishing writes."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import AuditEntry
from branches.roles import Role
from members import classes, competence
from members.class_forms import EnrolForm
from members.classes import ClassError, Grade
from members.competence import TrainingError
from members.models import Trainee, Training, TrainingClass
from tests import cast
from tests.fonts import needs_fonts

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


def assert_refused(browser, one, said):
    """Nothing is printed, and the class says why."""
    answer = browser.post(reverse("class_certificates", args=[one.pk]), follow=True)
    assert said in answer.content.decode()
    assert not AuditEntry.objects.filter(action="class.print").exists()


def a_class(by, branch, **facts):
    given = {"kind": "rotation", "title": "支部书记轮训班", "hours": Decimal(24), **facts}
    return classes.open_class(
        by=by, branch=branch, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 3), **given
    )


def a_former_member(school, last):
    gone = cast.a_member(school.teachers, "赵六", school_number="S9")
    for rows in (gone.spells, gone.statuses):
        rows.update(until=last)
    gone.statuses.create(status="left", since=last + timedelta(days=1))
    return gone


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
            member=people[0],
            kind="other",
            title=one.title,
            held_on=one.ends_on,
            hours=Decimal(2),
            organizer="校外党校",
        )
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        assert [(each.kind, each.hours) for each in people[0].trainings.all()] == [("rotation", 24)]
        classes.reopen(one, by=staff)
        assert list(Training.objects.values_list("member__name", "kind", "hours", "organizer")) == [
            ("张三", "other", 2, "校外党校")
        ]

    def test_two_classes_do_not_write_the_same_training(self, school, one, staff, people):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        other = a_class(staff, school.physics)
        classes.enrol(other, people, by=staff)
        graded(other, staff, *[Grade(result="passed")] * 3)
        with pytest.raises(ClassError, match="张三同名、同日结业的培训已由培训班 PX2026-01 登记"):
            classes.finish(other, on=TODAY, by=staff)
        assert Training.objects.count() == 3

    def test_the_training_of_a_class_is_not_dropped_elsewhere(self, one, staff, people):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        with pytest.raises(TrainingError, match="来自培训班 PX2026-01"):
            competence.drop_training(people[0].trainings.get(), by=staff)


class TestCorrecting:
    def test_the_whole_hours_follow_and_less_stays(self, one, staff):
        graded(one, staff, Grade(result="passed"), Grade(result="passed", hours=Decimal(16)))
        for hours in (Decimal(32), Decimal(20)):
            classes.correct(one, by=staff, hours=hours)
            assert [row[1] for row in listed(one)] == [hours, 16, None]
        with pytest.raises(ClassError, match="已有学员登记了 16 学时") as refused:
            classes.correct(one, by=staff, hours=Decimal(12))
        assert (refused.value.field, [row[1] for row in listed(one)]) == ("hours", [20, 16, None])

    @pytest.mark.parametrize(
        ("line", "said"),
        [(75, "张三（合格 70）。"), (50, "李四（不合格 50）。"), (90, "张三（合格 70）、王五")],
    )
    def test_the_pass_mark_agrees_with_the_results(self, one, staff, line, said):
        graded(one, staff, *(Grade(score=Decimal(score)) for score in (70, 50, 80)))
        with pytest.raises(ClassError, match=f"与已登记的结果不一致：{said}") as refused:
            classes.correct(one, by=staff, pass_score=line)
        assert refused.value.field == "pass_score"
        graded(one, staff, *[Grade()] * 3)
        classes.correct(one, by=staff, pass_score=line)
        one.refresh_from_db()
        assert one.pass_score == line

    def test_of_many_three_are_named(self, one, staff, school):
        classes.enrol(one, [cast.a_member(school.teachers, "赵六")], by=staff)
        graded(one, staff, *[Grade(score=Decimal(70))] * 4)
        with pytest.raises(ClassError, match="王五（合格 70）等 4 人。请先清空他们的成绩和结果"):
            classes.correct(one, by=staff, pass_score=75)

    def test_finishing_looks_at_every_result_again(self, one, staff):
        graded(one, staff, *[Grade(score=Decimal(70))] * 3)
        TrainingClass.objects.update(pass_score=75)
        with pytest.raises(ClassError, match="张三：成绩 70，合格线是 75"):
            classes.finish(one, on=TODAY, by=staff)


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

    @pytest.mark.parametrize("day", [date(1989, 12, 31), date(2028, 1, 1), date(9999, 1, 1)])
    @pytest.mark.parametrize(("field", "label"), [("starts_on", "开班日期"), ("ends_on", "结业日期")])
    def test_days_of_another_age(self, one, staff, field, label, day):
        with pytest.raises(ClassError, match=f"^{label}应在 1990-01-01 至 2027-12-31 之间。$") as refused:
            classes.correct(one, by=staff, **{field: day})
        assert refused.value.field == field

    def test_whoever_was_no_member_while_it_lasted(self, one, staff, school):
        left = a_former_member(school, date(2026, 8, 31))
        with pytest.raises(ClassError, match="赵六在培训期间不是党员、发展对象或入党积极分子。"):
            classes.enrol(one, [left], by=staff)
        activist = cast.a_member(school.teachers)
        activist.statuses.update(status="activist")
        on_its_first_day = a_former_member(school, date(2026, 9, 1))
        assert classes.enrol(one, [activist, on_its_first_day], by=staff) == 2
        with pytest.raises(ClassError, match=r"学员赵六在培训期间不是.*请先移出名单，再改日期") as refused:
            classes.correct(one, by=staff, starts_on=date(2026, 9, 2))
        assert refused.value.field == "starts_on"

    def test_days_in_the_wrong_order(self, one, staff):
        with pytest.raises(ValidationError, match="不能早于开班日期"):
            classes.correct(one, by=staff, ends_on=date(2026, 8, 31))

    def test_more_than_a_class_holds(self, one, staff, school, monkeypatch):
        monkeypatch.setattr(classes, "MOST", 3)
        with pytest.raises(ClassError, match="最多 3 人，已有 3 人，不能再加 1 人"):
            classes.enrol(one, [cast.a_member(school.teachers)], by=staff)


class TestPages:
    @pytest.mark.parametrize(
        ("kind", "first"),
        [
            ("rotation", "党支部书记"),
            ("activist", "入党积极分子"),
            ("target", "发展对象"),
            ("probation", "预备党员"),
        ],
    )
    def test_whom_the_class_is_for_is_offered_first(self, school, staff, kind, first):
        one = a_class(staff, school.physics, kind=kind)
        answer = cast.a_browser(staff).get(reverse("class_enrol", args=[one.pk]))
        assert answer.context["audience"] == first
        assert (
            dict(answer.context["query"].fields["who"].choices)[answer.context["query"]["who"].value()]
            == first
        )

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

    @needs_fonts
    def test_certificates_are_printed_a_page_each_in_the_order_of_the_list(self, staff, one):
        one.organizer = "校党委党校"
        one.save()
        browser, address = cast.a_browser(staff), reverse("class_certificates", args=[one.pk])
        assert_refused(browser, one, "这个班还没有办理结业，办理后再打印结业证书。")
        graded(
            one,
            staff,
            Grade(result="passed"),
            Grade(result="failed"),
            Grade(hours=Decimal(16), result="passed"),
        )
        classes.finish(one, on=TODAY, by=staff)
        pages = [page.extract_text() for page in PdfReader(BytesIO(browser.post(address).content)).pages]
        assert [("张三" in page, "王五" in page) for page in pages] == [(True, False), (False, True)]
        first, second = ("".join(page.split()) for page in pages)
        assert "于2026年9月1日至2026年9月3日参加“支部书记轮训班”，完成24个学时，考核合格，准予结业。" in first
        assert "证书编号：PX2026-01-001" in first
        assert ("完成16个学时" in second, "PX2026-01-002" in second) == (True, True)
        assert "校党委党校（盖章）二〇二六年十月二十日" in second
        entry = AuditEntry.objects.get(action="class.print")
        assert (entry.after["rows"], entry.actor) == (2, staff)

    def test_nobody_passed_nothing_to_print(self, staff, one):
        graded(one, staff, *[Grade(result="failed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        assert_refused(cast.a_browser(staff), one, "这个班没有合格的学员，没有结业证书。")

    def test_offered_are_those_of_a_post_who_are_not_enrolled(self, school, staff, one, people):
        secretary = cast.a_post(cast.a_member(school.students), "secretary").member
        cast.a_post(people[0], "secretary")
        cast.a_post(cast.a_member(school.musicians), "secretary")
        browser, url = cast.a_browser(staff), reverse("class_enrol", args=[one.pk])
        assert list(browser.get(url).context["page"]) == [secretary]
        assert secretary in browser.get(url, {"who": "member"}).context["page"]

    def test_the_organisations_that_may_hold_one_are_ones_own(self, school, staff):
        page = cast.a_browser(staff).get(reverse("class_new"))
        assert list(page.context["form"].fields["branch"].queryset) == [school.physics]

    def test_offered_of_a_part_are_no_others(self, school, staff, one):
        there, _elsewhere = (cast.a_member(branch) for branch in (school.students, school.teachers))
        url, asked = reverse("class_enrol", args=[one.pk]), {"who": "member", "branch": school.students.pk}
        assert list(cast.a_browser(staff).get(url, asked).context["page"]) == [there]

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

    def test_who_had_left_is_refused_at_the_line(self, school, staff, one, people):
        a_former_member(school, date(2026, 8, 31))
        sent = {"pasted": f"{people[0].number}\nS9"}
        answer = cast.a_browser(staff).post(reverse("class_enrol", args=[one.pk]), sent)
        said = "第 2 行“S9”：赵六在培训期间不是党员、发展对象或入党积极分子。"
        assert answer.context["form"].errors == {"pasted": [said]}

    @pytest.mark.parametrize("number", [1, 40])
    def test_queries_of_a_paste(self, school, staff, one, number, django_assert_num_queries):
        pasted = "\n".join(cast.a_member(school.teachers).number for _ in range(number))
        form = EnrolForm({"pasted": pasted}, user=staff, one=one)
        with django_assert_num_queries(2):
            assert form.is_valid()

    def test_offered_is_nobody_who_came_later(self, school, staff, one):
        cast.a_member(school.students, joined=date(2026, 9, 4), full=None)
        there = cast.a_member(school.students, joined=date(2026, 9, 3), full=None)
        url = reverse("class_enrol", args=[one.pk])
        assert list(cast.a_browser(staff).get(url, {"who": "member"}).context["page"]) == [there]

    def test_days_of_another_age_stand_at_their_field(self, school, staff):
        sent = {"branch": school.physics.pk, "kind": "induction", "title": "任职班", "hours": "16"}
        days = {"starts_on": "1980-09-01", "ends_on": "2026-09-02", "pass_score": "60"}
        answer = cast.a_browser(staff).post(reverse("class_new"), sent | days)
        said = ["开班日期应在 1990-01-01 至 2027-12-31 之间。"]
        assert (answer.status_code, answer.context["form"].errors) == (422, {"starts_on": said})

    def test_a_wrong_grade_stands_at_its_line(self, staff, one):
        trainee = one.trainees.first()
        sent = {f"score-{trainee.pk}": "40", f"result-{trainee.pk}": "passed"}
        answer = cast.a_browser(staff).post(reverse("class_detail", args=[one.pk]), sent)
        assert list(answer.context["form"].errors) == [f"result-{trainee.pk}"]
        assert Trainee.objects.exclude(result="").count() == 0

    @pytest.mark.parametrize(
        ("name", "typed", "said"),
        [
            ("hours", "两天", "张三：实际学时应为数字，如 24 或 12.5。"),
            ("hours", "25", "张三：实际学时应为 0.1 至 24 的数字。"),
            ("hours", "8.25", "张三：实际学时最多 1 位小数，如 12.5。"),
            ("score", "99999", "张三：成绩应为 0 至 100 的数字。"),
            ("score", "40", "张三：成绩 40，合格线是 60，与所选的结果不一致。"),
        ],
    )
    def test_a_wrong_number_is_told_with_its_name_and_stays_as_typed(self, staff, one, name, typed, said):
        key = one.trainees.get(member__name="张三").pk
        sent = {f"{name}-{key}": typed, f"result-{key}": "passed"}
        page = cast.a_browser(staff).post(reverse("class_detail", args=[one.pk]), sent).content.decode()
        assert (page.count(f"{said}</a></li>"), f'value="{typed}"' in page) == (1, True)

    def test_on_a_phone_every_field_of_a_line_has_its_heading(self, staff, one):
        page = cast.a_browser(staff).get(reverse("class_detail", args=[one.pk])).content.decode()
        headings = [page.count(f'data-label="{label}"') for label in ("实际学时", "成绩", "结果")]
        assert ('class="data stacks grades"' in page, headings) == (True, [3, 3, 3])

    def test_a_line_that_was_not_sent_stays_as_it_is(self, staff, one):
        graded(one, staff, Grade(result="passed"))
        cast.a_browser(staff).post(reverse("class_detail", args=[one.pk]), {"nothing": "1"})
        assert listed(one)[0][3] == "passed"

    def test_the_last_certificate_of_one_kind(self, school, staff, people):
        assert classes.last_passed(people[0], "target", None) is None
        other = a_class(staff, school.physics)
        one = a_class(staff, school.physics, kind="target", title="发展对象培训班")
        for each in (one, other):
            classes.enrol(each, people, by=staff)
            graded(each, staff, Grade(result="passed"), Grade(result="failed"), Grade(result="passed"))
            classes.finish(each, on=TODAY, by=staff)
        seat = classes.last_passed(people[0], "target", date(2026, 9, 3))
        assert (seat.training_class, seat.certificate) == (one, f"{one.number}-001")
        assert classes.last_passed(people[1], "target", None) is None
        assert classes.last_passed(people[0], "target", date(2026, 9, 4)) is None
        classes.reopen(one, by=staff)
        assert classes.last_passed(people[0], "target", None) is None

    def test_each_deed_in_the_trail(self, one, staff):
        graded(one, staff, *[Grade(result="passed")] * 3)
        classes.finish(one, on=TODAY, by=staff)
        classes.reopen(one, by=staff)
        found = AuditEntry.objects.filter(action__startswith="class.").order_by("at", "pk")
        assert [entry.action.partition(".")[2] for entry in found] == [
            *("add", "sign_up", "grade", "graduate", "resume")
        ]
