"""Reports on the pages: read, written with their figures, changed by two at once, withdrawn; by whom."""

from io import BytesIO

import docx
import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from reports.cases import keeping
from reports.models import CaseReport
from tests import cast
from tests.fonts import needs_fonts
from tests.reports.cases.scene import HELD, MEMBERS, QUARTER

pytestmark = pytest.mark.django_db
FIELDS = {"name": "典型案例", "title": "做法和成效", "period": "2026Q3"}
CHOSEN = {"figure_statistic": "members", "figure_column": "members", "choose": "1"}


@pytest.fixture
def browser(staff):
    return cast.a_browser(staff)


def page(browser, report, name="case_page", **asked):
    return browser.get(reverse(name, args=[report.pk]), asked)


def save(browser, report, **fields):
    sent = {**FIELDS, "text": MEMBERS, "version": report.version, **fields}
    return browser.post(reverse("case_edit", args=[report.pk]), sent)


def new(browser, branch, **fields):
    return browser.post(reverse("case_new"), {**FIELDS, "branch": branch.pk, "text": MEMBERS, **fields})


def errors(answer, field):
    assert answer.status_code == 422
    return answer.context["form"].errors[field]


class TestReading:
    def test_numbers_are_links_with_their_meaning(self, browser, report):
        shown = page(browser, report)
        held, members = shown.context["composed"].figures
        said = shown.content.decode()
        assert f'<a href="{held.url.replace("&", "&amp;")}" title="组织生活（按类型）：主题党日' in said
        assert members.column.definition in said

    def test_a_missing_figure_is_marked_and_keeps_the_paper_back(self, browser, report):
        CaseReport.objects.update(text="共 {{life/gone////}} 次")
        assert "<mark>［数字缺失］</mark>" in page(browser, report).content.decode()
        answer = browser.post(reverse("case_export", args=[report.pk, "docx"]), follow=True)
        assert "报告里有取不到的数字，改好以后再下载：" in answer.content.decode()
        assert not AuditEntry.objects.filter(action="case.export").exists()

    @pytest.mark.parametrize("more", [0, 40])
    def test_the_list_asks_the_same_for_one_and_for_many(
        self, browser, report, written, school, django_assert_num_queries, more
    ):
        for number in range(more):
            written(MEMBERS, school.root, name=f"案例{number}")
        with django_assert_num_queries(8):
            assert browser.get(reverse("case_list")).context["page"].paginator.count == 1 + more


class TestScope:
    def test_another_colleges_report_is_not_found(self, written, school):
        report = written(MEMBERS, school.physics)
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert page(stranger, report).status_code == 404
        assert list(stranger.get(reverse("case_list")).context["page"]) == []

    def test_nor_is_the_universitys_from_below(self, report, school):
        below = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert page(below, report).status_code == 404

    def test_a_leader_reads_and_takes_away_what_a_secretary_may_not_write(self, written, school):
        report = written(MEMBERS, school.teachers)
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.physics))
        secretary = cast.a_browser(cast.a_user(Role.SECRETARY, school.teachers))
        assert [page(one, report).status_code for one in (leader, secretary)] == [200, 200]
        assert leader.post(reverse("case_export", args=[report.pk, "docx"])).status_code == 200
        assert [page(one, report, "case_edit").status_code for one in (leader, secretary)] == [403, 403]

    def test_an_attendance_taker_has_no_figures(self, written, school):
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, school.teachers))
        assert page(taker, written(MEMBERS, school.teachers)).status_code == 404

    def test_staff_write_about_their_own_part_only(self, school):
        college = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert "branch" in new(college, school.music).context["form"].errors
        assert new(college, school.teachers).status_code == 302
        assert CaseReport.objects.get().branch == school.teachers

    def test_no_other_organisation_is_offered(self, school):
        college = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        offered = college.get(reverse("case_new")).context["form"].fields["branch"].queryset
        assert set(offered) == {school.music, school.musicians, school.students}

    def test_the_verb_says_so_too(self, school):
        stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        facts = keeping.Facts("案例", "做法", MEMBERS, QUARTER)
        with pytest.raises(keeping.CaseError, match="由它的工作人员撰写"):
            keeping.write(school.physics, facts, by=stranger)


class TestWriting:
    def test_it_is_kept_by_codes_and_audited(self, browser, staff, school):
        new(browser, school.root)
        report = CaseReport.objects.get()
        assert (report.text, report.author) == ("{{members/members////}}", staff)
        told = {"name": "典型案例", "title": "做法和成效", "period_code": "2026Q3", "version": "1"}
        assert AuditEntry.objects.get(action="case.add").after == told

    def test_a_wrong_placeholder_loses_nothing_of_what_was_typed(self, browser, report):
        typed = "共 {{党员基本情况｜党圆}} 名"
        answer = save(browser, report, text=typed)
        assert errors(answer, "text")[0].startswith("“{{党员基本情况｜党圆}}”：没有名为“党圆”的")
        assert answer.context["form"]["text"].value() == typed

    def test_each_fault_is_a_sentence_of_its_own(self, browser, report):
        assert len(errors(save(browser, report, text="{{甲}}{{乙}}"), "text")) == 2

    @pytest.mark.parametrize(
        ("fields", "name", "sentence"),
        [
            ({"period": "2027"}, "period", "2027年还没有开始，请选择已经开始的期间。"),
            (
                {"period": "2026Q7"},
                "period",
                "“2026Q7”不是统计时间段，应为如 2026、2026Q3、2026-09 或学年 2025-2026，",
            ),
            ({"name": "另一份"}, "name", "党委已有名为“另一份”的案例报告，请换一个名称。"),
        ],
    )
    def test_what_is_wrong_otherwise(self, browser, report, written, school, fields, name, sentence):
        written(MEMBERS, school.root, name="另一份")
        assert errors(save(browser, report, **fields), name)[0].startswith(sentence)

    def test_a_withdrawn_one_leaves_its_name_to_another(self, browser, report, staff, school):
        keeping.withdraw(report, version=1, by=staff)
        assert new(browser, school.root).status_code == 302

    def test_of_two_the_second_sees_both(self, browser, report):
        save(browser, report, text=f"先存的 {MEMBERS}")
        answer = save(browser, report, text="后写的")
        assert (answer.status_code, answer.context["elsewhere"]) == (409, f"先存的 {MEMBERS}")
        assert answer.context["form"]["text"].value() == "后写的"
        assert 'name="version" value="2"' in answer.content.decode()
        report.refresh_from_db()
        assert save(browser, report, text="后写的").status_code == 302

    def test_every_version_stays(self, browser, report, staff):
        save(browser, report, text="第二版")
        versions = page(browser, report, "case_history").context["versions"]
        assert {row.history_user for row, _ in versions} == {staff}
        assert [text for _, text in versions] == [
            "第二版",
            f"一、做法\n开展主题党日 {HELD} 次，党员 {MEMBERS} 名。",
        ]


class TestChoosing:
    def test_a_figure_is_shown_before_it_goes_into_the_text(self, browser, report):
        answer = save(browser, report, text="写到一半", **CHOSEN)
        figure = answer.context["chosen"].figure
        assert (answer.status_code, figure.text, figure.words) == (200, "10", MEMBERS)
        assert figure.url in answer.content.decode().replace("&amp;", "&")
        assert answer.context["form"]["text"].value() == "写到一半"
        assert CaseReport.objects.get().version == 1

    def test_without_script_it_stands_at_the_end(self, browser, report):
        answer = save(browser, report, text="党员", insert=MEMBERS)
        assert answer.context["form"]["text"].value() == f"党员{MEMBERS}"

    def test_another_statistic_brings_its_own_choices(self, browser, report):
        chosen = save(browser, report, **{**CHOSEN, "figure_statistic": "stations"}).context["chosen"]
        assert chosen.figure.words == "{{党员工作站｜工作站}}"
        assert list(chosen.form.fields) == [
            "figure_statistic",
            "figure_column",
            "figure_organisation",
            "figure_period",
        ]

    def test_everything_chosen_goes_into_the_placeholder(self, browser, report, school):
        picked = {
            "figure_statistic": "life_by_kind",
            "figure_row": "theme_day",
            "figure_column": "held",
            "figure_campaign": "1",
            "figure_organisation": school.music.pk,
            "figure_period": "2026Q3",
        }
        picked["figure_campaign"] = (
            save(browser, report, choose="1").context["chosen"].form.fields["figure_campaign"].choices[1][0]
        )
        chosen = save(browser, report, choose="1", **picked).context["chosen"]
        assert chosen.figure.words == (
            "{{组织生活（按类型）｜主题党日｜举行｜专题活动：主题教育｜党组织：音乐学院党总支｜2026Q3}}"
        )

    def test_what_cannot_be_is_said(self, browser, report):
        first = (
            save(browser, report, choose="1").context["chosen"].form.fields["figure_campaign"].choices[1][0]
        )
        picked = {"figure_column": "met", "figure_campaign": first, "choose": "1"}
        assert save(browser, report, **picked).context["chosen"].fault.startswith("按专题活动筛选时不评定")

    def test_a_new_report_is_about_the_organisation_that_is_chosen(self, browser, school):
        answer = new(browser, school.music, **CHOSEN)
        assert (answer.context["branch"], answer.context["chosen"].figure.text) == (school.music, "6")
        assert not CaseReport.objects.exists()


class TestWithdrawing:
    def test_nobody_else_reads_it_and_it_comes_back(self, browser, report, school):
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert page(browser, report, "case_withdraw").status_code == 200
        browser.post(reverse("case_withdraw", args=[report.pk]), {"version": 1})
        assert [page(one, report).status_code for one in (browser, leader)] == [200, 404]
        assert list(leader.get(reverse("case_list")).context["page"]) == []
        browser.post(reverse("case_restore", args=[report.pk]), {"version": 2})
        assert page(leader, report).status_code == 200
        actions = AuditEntry.objects.filter(action__startswith="case.").values_list("action", flat=True)
        assert sorted(actions) == ["case.add", "case.reopen", "case.withdraw"]

    def test_not_over_what_somebody_has_just_changed(self, browser, report):
        save(browser, report)
        answer = browser.post(reverse("case_withdraw", args=[report.pk]), {"version": 1})
        assert (answer.status_code, CaseReport.objects.get().is_withdrawn) == (422, False)

    def test_it_is_changed_only_once_it_is_back(self, browser, report, staff):
        keeping.withdraw(report, version=1, by=staff)
        answer = save(browser, report, version=2)
        assert errors(answer, "__all__") == ["这份报告已经撤回，恢复以后才能修改。"]

    def test_it_does_not_come_back_under_a_name_that_is_taken(self, browser, report, staff, written, school):
        keeping.withdraw(report, version=1, by=staff)
        written(MEMBERS, school.root)
        answer = browser.post(reverse("case_restore", args=[report.pk]), {"version": 2}, follow=True)
        assert "已有名为“典型案例”的案例报告" in answer.content.decode()


class TestPaper:
    def test_word_has_the_text_and_an_annex_of_every_figure(self, browser, report):
        answer = browser.post(reverse("case_export", args=[report.pk, "docx"]))
        made = docx.Document(BytesIO(b"".join(answer.streaming_content)))
        lines = [line.text for line in made.paragraphs if line.text]
        assert lines[:4] == [
            "做法和成效",
            "一、做法",
            "开展主题党日 2 次，党员 10 名。",
            "附件：指标、口径和记录数",
        ]
        assert lines[4:8] == ["中共XX师范大学党委", "2026年10月8日", "附件", "指标、口径和记录数"]
        rows = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
        assert rows[0] == ["序号", "指标", "数值", "口径", "期间", "记录数"]
        held, members = page(browser, report).context["composed"].figures
        assert rows[1:] == [
            ["1", held.name, "2", held.column.definition, "2026年三季度", "2"],
            ["2", members.name, "10", members.column.definition, "2026年三季度", "10"],
        ]
        assert AuditEntry.objects.get(action="case.export").after == {"as": "docx"}

    def test_a_text_without_figures_has_no_annex(self, browser, written, school):
        report = written("只有文字。", school.root)
        answer = browser.post(reverse("case_export", args=[report.pk, "docx"]))
        assert docx.Document(BytesIO(b"".join(answer.streaming_content))).tables == []

    @needs_fonts
    def test_pdf(self, browser, report):
        answer = browser.post(reverse("case_export", args=[report.pk, "pdf"]))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    def test_no_other_form(self, browser, report):
        assert browser.post(reverse("case_export", args=[report.pk, "xlsx"])).status_code == 404
