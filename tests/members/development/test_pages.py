"""The pages of 发展党员: who sees what, the forms of the steps, the lists and the papers."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from docx import Document

from accounts.models import AuditEntry
from branches.roles import Role
from lib import typesetting
from lib.id_number import check_digit
from members import classes
from members.classes import Grade
from members.development import papers
from members.development.loading import progress_of
from members.development.recording import take_back
from members.development.vocabulary import Step
from members.models import DataRequest, Development, DevelopmentPlan, DevelopmentStep, Member
from tests import cast
from tests.fonts import needs_fonts
from tests.members.development.way import Way

pytestmark = pytest.mark.django_db
S = Step
LIST = "/development/"
ID_NUMBER = "99999920050307002" + check_digit("99999920050307002")


def person(way):
    return reverse("development_person", args=[way.development.pk])


def step(way, name):
    return reverse("development_step", args=[way.development.pk, name])


@pytest.fixture
def secretary(way):
    return cast.a_browser(way.secretary)


class TestACancellation:
    def test_is_offered_to_a_probationary_member_without_his_application(self, way, secretary):
        way.walk(S.OATH)
        url = f"{step(way, S.FULL_MEETING)}?decision=cancel"
        assert f'href="{url}"' in secretary.get(person(way)).content.decode()
        page = secretary.get(url).content.decode()
        assert ("应到会有表决权的正式党员" in page, "还没有“提出转正申请”" in page) == (True, False)

    @pytest.mark.parametrize("until", [S.COMMITTEE_TALK, S.FULL_MEETING])
    def test_is_offered_to_nobody_before_the_approval_or_after_the_meeting(self, way, secretary, until):
        way.walk(until)
        assert "decision=cancel" not in secretary.get(person(way)).content.decode()


class TestTheTraining:
    """The form of the step has what the class says of him; nothing is written twice."""

    def passed(self, way, **facts):
        days = {"starts_on": date(2025, 6, 28), "ends_on": date(2025, 7, 1)}
        given = {"kind": "target", "title": "第30期发展对象培训班", "hours": Decimal(24), **days, **facts}
        one = classes.open_class(by=way.staff, branch=way.school.physics, **given)
        classes.enrol(one, [way.member], by=way.staff)
        classes.grade(one, {one.trainees.get().pk: Grade(result="passed")}, by=way.staff)
        classes.finish(one, on=date(2025, 7, 5), by=way.staff)
        return one

    def test_is_filled_in_from_the_certificate_and_counts(self, way):
        way.walk(S.TARGET_FILING)
        one = self.passed(way)
        staff = cast.a_browser(way.staff)
        page = staff.get(step(way, S.TRAINING))
        assert f"已按培训班“{one.number} 第30期发展对象培训班”的结业结果填好" in page.content.decode()
        sent = {bound.html_name: bound.value() for bound in page.context["form"] if bound.value() is not None}
        assert sent == {
            "on": date(2025, 7, 1),
            "hours": 24,
            "result": "passed",
            "certificate": f"{one.number}-001",
        }
        assert staff.post(step(way, S.TRAINING), sent).status_code == 302
        assert progress_of(way.development).day_of(S.TRAINING) == date(2025, 7, 1)

    @pytest.mark.parametrize(
        "facts", [{"kind": "activist"}, {"starts_on": date(2025, 6, 1), "ends_on": date(2025, 6, 19)}]
    )
    def test_a_class_of_another_kind_or_before_he_was_one_of_them_does_not_count(self, way, facts):
        way.walk(S.TARGET_FILING)
        self.passed(way, **facts)
        page = cast.a_browser(way.staff).get(step(way, S.TRAINING))
        assert (page.context["form"].source, page.context["form"]["hours"].value()) == ("", None)


class TestAnApplication:
    def send(self, browser, way, **more):
        facts = {"name": "林微", "branch": way.branch.pk, "id_number": ID_NUMBER, "on": "2026-10-01"}
        return browser.post(reverse("development_new"), {**facts, **more})

    def test_enrols_the_applicant_and_opens_the_way(self, secretary, way):
        answer = self.send(secretary, way)
        development = Development.objects.get()
        assert answer["Location"] == reverse("development_person", args=[development.pk])
        member = development.member
        assert (member.name, member.sex, member.birth_date, member.status) == (
            "林微",
            "female",
            date(2005, 3, 7),
            "applicant",
        )
        assert member.id_number == ID_NUMBER

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"on": "2026-10-21"}, "日期不能晚于今天"),
            ({"on": "2022-01-01"}, "年满十八岁，此前不能申请入党"),
            ({"id_number": "999999200503070021"}, "校验"),
            ({"name": ""}, "姓名"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, secretary, way, sent, sentence):
        answer = self.send(secretary, way, **sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in page
        assert 'value="林微"' in page or "name" in sent
        assert not Development.objects.exists()

    def test_somebody_elsewhere_is_not_told_where(self, secretary, way):
        stranger = cast.a_member(way.school.musicians, "赵丽")
        stranger.id_number = ID_NUMBER
        stranger.save()
        page = self.send(secretary, way).content.decode()
        assert "该人员无法在此新增，请走组织关系转接" in page
        assert way.school.musicians.short_name not in page
        assert AuditEntry.objects.filter(action="member.foreign", outcome="denied").exists()

    def test_an_applicant_of_the_branch_keeps_his_record(self, secretary, way):
        self.send(secretary, way)
        known = Member.objects.get(name="林微")
        Development.objects.all().delete()
        self.send(secretary, way)
        assert Development.objects.get().member == known

    def test_no_foreign_branch_is_a_choice(self, secretary, way):
        assert self.send(secretary, way, branch=way.school.musicians.pk).status_code == 422


class TestTheList:
    def test_says_what_comes_next_and_what_is_late(self, secretary, way):
        way.walk(S.APPLICATION)
        page = secretary.get(LIST).content.decode()
        assert "派人谈话" in page
        assert "派人谈话逾期" in page

    @pytest.mark.parametrize(
        ("until", "query", "is_shown"),
        [
            (S.APPLICATION, {"show": "talk"}, True),
            (S.APPLICATION_TALK, {"show": "talk"}, False),
            (S.APPLICATION, {"show": "late"}, True),
            (S.CONTACTS, {"stage": "activist"}, True),
            (S.CONTACTS, {"stage": "target"}, False),
            (S.CONTACTS, {"step": "target_decision"}, True),
            (S.FULL_APPLICATION, {"show": "full"}, True),
            (S.FULL_APPROVAL, {"show": "full"}, False),
            (S.APPLICATION_TALK, {"show": "eligible"}, True),
            (S.APPLICATION, {"q": "林微"}, True),
            (S.APPLICATION, {"q": "张"}, False),
        ],
    )
    def test_questions(self, secretary, way, until, query, is_shown):
        way.walk(until)
        page = secretary.get(LIST, query).context["page"]
        assert ("林微" in [line.member.name for line in page]) is is_shown

    def test_a_graduate_who_will_not_make_it_is_found_a_year_ahead(self, secretary, db, way):
        way.graduates_on = date(2025, 6, 30)
        way.walk(S.CONTACTS)
        page = secretary.get(LIST, {"show": "clash"}).content.decode()
        assert "毕业前来不及" in page

    def test_the_same_queries_for_1_and_50(self, way, django_assert_num_queries):
        staff = cast.a_browser(way.staff)
        way.walk(S.ADMISSION_APPROVAL)
        staff.get(LIST)
        with django_assert_num_queries(8):
            staff.get(LIST)
        for number in range(49):
            member = cast.a_member(way.branch, f"申请人{number}")
            development = Development.objects.create(member=member, applied_on=date(2026, 9, 1))
            DevelopmentStep.objects.create(development=development, step=S.APPLICATION, on=date(2026, 9, 1))
        with django_assert_num_queries(8):
            assert "共 50 条" in staff.get(LIST).content.decode()

    def test_nobody_else_sees_it(self, way):
        way.walk(S.APPLICATION)
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, way.school.musicians))
        assert "林微" not in stranger.get(LIST).content.decode()
        assert stranger.get(person(way)).status_code == 404


class TestAPerson:
    def test_his_own_way_is_his_to_read_and_not_to_change(self, way):
        way.walk(S.CONTACTS)
        account = cast.a_user()
        Member.objects.filter(pk=way.development.member_id).update(account=account)
        browser = cast.a_browser(account)
        assert browser.get(person(way)).status_code == 200
        assert browser.get(step(way, S.OBSERVATION)).status_code == 403

    def test_the_sentence_the_steps_and_the_earliest_days(self, secretary, way):
        way.walk(S.CONTACTS)
        page = secretary.get(person(way)).content.decode()
        assert "下一步是第 7 步“确定发展对象”，由党支部办理" in page
        assert "发展党员细则第十三条" in page

    @pytest.mark.parametrize(
        ("until", "is_offered"),
        [(S.APPLICATION, False), (S.ADMISSION_MEETING, True), (S.COMMITTEE_TALK, False)],
    )
    def test_whoever_takes_the_last_step_may_take_it_back(self, secretary, way, until, is_offered):
        way.walk(until)
        page = secretary.get(person(way)).content.decode()
        assert (reverse("development_withdraw", args=[way.development.pk]) in page) == is_offered

    def test_what_was_taken_back_stays_readable(self, secretary, way):
        way.walk(S.APPLICATION_TALK)
        take_back(way.development, "谈话人填错", by=way.secretary)
        assert "谈话人填错" in secretary.get(person(way)).content.decode()


class TestAStep:
    def test_a_form_is_recorded(self, secretary, way):
        way.walk(S.APPLICATION)
        answer = secretary.post(step(way, S.APPLICATION_TALK), {"on": "2024-03-20", "talker": "张明"})
        assert answer["Location"] == person(way)
        assert way.development.steps.get(step=S.APPLICATION_TALK).facts == {"talker": "张明"}

    def test_two_at_once_make_one(self, secretary, way):
        way.walk(S.APPLICATION)
        facts = {"on": "2024-03-20", "talker": "张明"}
        assert secretary.post(step(way, S.APPLICATION_TALK), facts).status_code == 302
        answer = secretary.post(step(way, S.APPLICATION_TALK), facts)
        assert (answer.status_code, way.development.steps.filter(step=S.APPLICATION_TALK).count()) == (422, 1)

    def test_a_blocked_step_shows_why_and_no_form(self, secretary, way):
        way.walk(S.APPLICATION_TALK)
        page = secretary.get(step(way, S.TARGET_DECISION)).content.decode()
        assert "还没有“推荐和确定入党积极分子”的记录" in page
        assert "<form method=" not in page.split("<main")[1].split("</main")[0].replace("logout", "")

    def test_an_unknown_step_is_a_404(self, secretary, way):
        way.walk(S.APPLICATION)
        assert secretary.get(step(way, "nothing")).status_code == 404

    def test_only_people_of_the_branch_are_contacts(self, secretary, way):
        way.walk(S.ACTIVIST_FILING)
        stranger = cast.a_member(way.school.musicians)
        answer = secretary.post(step(way, S.CONTACTS), {"on": "2024-06-20", "people": [stranger.pk]})
        assert answer.status_code == 422


class TestPapers:
    def workbook(self, browser, **asked):
        answer = browser.post(reverse("development_papers"), asked)
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    def test_every_list_can_be_written(self, secretary, way):
        way.walk(S.CONTACTS)
        for code in papers.LISTS:
            assert self.workbook(secretary, paper=code)[0][0] == papers.LISTS[code].title

    def test_the_filing_list_of_activists_has_its_columns_and_people(self, secretary, way):
        way.walk(S.ACTIVIST_DECISION)
        head, *rows = self.workbook(secretary, paper="m6")[3:]
        first = "序号 支部 姓名 性别 出生年月 身份证号 学历 职务".split()
        assert head == [*first, *"申请入党时间 推荐或推优方式 确定为积极分子时间 培养联系人".split()]
        assert rows[0][2] == "林微"
        assert rows[0][9] == "群团组织推优"

    @pytest.mark.parametrize(("years", "grade"), [(4, "2023级"), (None, None)])
    def test_the_training_list_has_the_grade_where_it_can_be_told(self, secretary, way, years, grade):
        way.graduates_on = date(2027, 6, 30)
        way.walk(S.TARGET_FILING)
        Member.objects.filter(pk=way.member.pk).update(schooling_years=years, major="物理学")
        head, row = self.workbook(secretary, paper="m13")[3:]
        first = "序号 单位 姓名 学号 性别 民族 出生年月 年级 专业".split()
        assert head == [*first, *"申请入党时间 联系方式 具体表现 备注".split()]
        assert row[7:9] == [grade, "物理学"]

    def test_identity_stands_in_clear_for_a_reason_only(self, way):
        way.walk(S.ACTIVIST_DECISION)
        member = way.member
        member.id_number = ID_NUMBER
        member.save()
        staff = cast.a_browser(way.staff)
        assert ID_NUMBER not in str(self.workbook(staff, paper="m6"))
        assert ID_NUMBER in str(self.workbook(staff, paper="m6", reason="报上级备案"))
        assert ID_NUMBER not in str(
            self.workbook(cast.a_browser(way.secretary), paper="m6", reason="报上级备案")
        )
        in_clear = AuditEntry.objects.filter(action="development.export", after__in_clear=True)
        assert [(entry.after["reason"], entry.after["people"]) for entry in in_clear] == [
            ("报上级备案", [member.number])
        ]
        DataRequest.objects.create(
            member=member, kind="restrict", subject="identity", state="restricted", due_on=date(2026, 9, 21)
        )
        restricted = str(self.workbook(staff, paper="m6", reason="报上级备案"))
        assert (ID_NUMBER in restricted, "其中 1 人申请了限制处理" in restricted) == (False, True)
        assert sorted(entry.after["people"] for entry in in_clear.all()) == [[], [member.number]]

    def test_a_quarter_names_those_who_took_the_step_in_it(self, secretary, way):
        way.walk(S.ADMISSION_FILING)
        assert self.workbook(secretary, paper="m21", period="2025Q3")[4][2] == "林微"
        assert len(self.workbook(secretary, paper="m21", period="2025Q4")) == 4

    def named(self, secretary, paper, period):
        rows = self.workbook(secretary, paper=paper, period=period)
        return [row[3] for row in rows if row[3] not in (None, "姓名")]

    def test_who_was_talked_to_does_not_wait_for_it_in_any_period(self, secretary, way):
        way.walk(S.APPLICATION)
        assert self.named(secretary, "talks", "2024Q1") == ["林微"]
        way.take(S.APPLICATION_TALK)
        assert [self.named(secretary, "talks", period) for period in ("2024Q1", "2026")] == [[], []]

    def test_who_may_take_a_step_is_told_of_the_last_day_of_the_period(self, secretary, way):
        way.walk(S.APPLICATION_TALK)
        for step in (S.ACTIVIST_DECISION, S.ACTIVIST_FILING, S.CONTACTS):
            way.take(step, date(2026, 6, 10))
        periods = ("2026-06", "2027Q1", "2027Q2")
        assert [self.named(secretary, "targets", period) for period in periods] == [[], [], ["林微"]]

    def test_a_wrong_period_is_said(self, secretary, way):
        answer = secretary.post(reverse("development_papers"), {"paper": "m6", "period": "2026Q5"})
        assert "不是统计时间段" in answer.content.decode()

    def test_the_whole_way_as_word(self, secretary, way):
        way.walk(S.INTRODUCERS)
        answer = secretary.get(reverse("development_record_word", args=[way.development.pk]))
        tables = Document(BytesIO(b"".join(answer.streaming_content))).tables
        text = "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
        assert "2024年3月20日；谈话人：张明" in text
        assert way.full[0].name in text

    @needs_fonts
    def test_the_whole_way_as_pdf(self, secretary, way):
        way.walk(S.ADMISSION_MEETING)
        answer = secretary.get(reverse("development_record_pdf", args=[way.development.pk]))
        assert b"".join(answer.streaming_content)[:5] == b"%PDF-"

    def test_without_fonts_a_sentence_instead_of_a_pdf(self, secretary, way, monkeypatch):
        way.walk(S.APPLICATION)

        def none(*args):
            raise typesetting.CannotTypeset(typesetting.NO_FONT)

        monkeypatch.setattr(typesetting, "pdf", none)
        address = reverse("development_record_pdf", args=[way.development.pk])
        assert "Noto CJK" in secretary.get(address, follow=True).content.decode()


class TestPlans:
    def test_use_is_counted_by_the_day_of_approval(self, way):
        way.walk(S.ADMISSION_APPROVAL)
        staff = cast.a_browser(way.staff)
        facts = {"branch": way.school.physics.pk, "quota": "3", "document": "校组字〔2025〕2号"}
        staff.post(reverse("development_plans"), {**facts, "year": "2025"})
        page = staff.get(reverse("development_plans")).content.decode()
        plan = DevelopmentPlan.objects.get()
        assert (plan.branch_path, plan.quota) == (way.school.physics.path, 3)
        assert '<td data-label="已接收" class="n">1</td>' in page
        assert '<td data-label="剩余" class="n">2</td>' in page

    def test_not_twice_a_year(self, way):
        staff = cast.a_browser(way.staff)
        facts = {"branch": way.school.physics.pk, "quota": "3", "year": "2026"}
        staff.post(reverse("development_plans"), facts)
        assert "已经填过" in staff.post(reverse("development_plans"), facts).content.decode()


def test_an_extension_opens_a_new_round():
    way = Way()
    way.before(S.FULL_MEETING)
    way.take(S.FULL_MEETING, date(2026, 8, 1), decision="extend", extension=6)
    way.take(S.FULL_APPROVAL, date(2026, 8, 10))
    progress = progress_of(way.development)
    assert [progress.has(step) for step in (S.FULL_APPLICATION, S.FULL_MEETING, S.FULL_APPROVAL)] == [
        False
    ] * 3
    assert progress.probation_ends == date(2027, 2, 1)
