"""The pages and workbooks of the register of 《入党志愿书》."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members.development.vocabulary import Step
from members.models import FormDraw, MembershipForm
from tests import cast
from tests.members.development.test_membership_forms import a_draw, form, mark

S = Step
pytestmark = pytest.mark.django_db
DRAWS, NUMBERS, DRAW = "/development/forms/", "/development/forms/numbers/", "/development/forms/draw/"


@pytest.fixture
def staff(way):
    return cast.a_browser(way.staff)


@pytest.fixture
def secretary(way):
    return cast.a_browser(way.secretary)


def rows_of(answer):
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()][2:]
    return [row for row in rows if any(row)]


class TestTheDraws:
    def test_count_each_form_once_and_lead_to_it(self, secretary, way):
        way.walk(S.MEMBERSHIP_FORM)
        row = a_draw(way, quantity=5)
        for number, as_ in (("2025002", "void"), ("2025003", "lost"), ("2025004", "returned")):
            mark(way, number, as_)
        page = secretary.get(DRAWS).content.decode()
        for state in ("used", "void", "lost", "returned", "unused"):
            address = f"{NUMBERS}?draw={row.pk}&amp;state={state}"
            assert f'<a href="{address}">1</a>' in page
            found = secretary.get(NUMBERS, {"draw": row.pk, "state": state}).context["lines"]
            assert [line.state for line in found] == [state]
        assert secretary.get(DRAWS).context["total"].drawn == 5

    def test_by_organisation_and_year(self, staff, way):
        a_draw(way, "A01", branch=way.school.physics)
        a_draw(way, "B01", on=date(2026, 1, 5))

        def drawn(**asked):
            return [row.first for row, _ in staff.get(DRAWS, asked).context["lines"]]

        assert drawn() == ["B01", "A01"]
        assert drawn(branch=way.branch.pk) == ["B01"]
        assert drawn(year="2025") == ["A01"]
        assert drawn(year="2024") == []
        assert staff.get(DRAWS, {"year": "2025"}).context["total"].drawn == 3

    def test_say_how_many_forms_are_in_no_draw(self, secretary, way):
        way.walk(S.MEMBERSHIP_FORM)
        assert secretary.get(DRAWS).context["beside"] == 1
        (line,) = secretary.get(NUMBERS, {"state": "beside"}).context["lines"]
        assert (line.number, line.development, line.form) == ("2025001", way.development, None)
        a_draw(way)
        assert secretary.get(DRAWS).context["beside"] == 0

    def test_the_same_queries_for_1_and_50(self, staff, way, django_assert_num_queries):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way)
        staff.get(DRAWS)
        with django_assert_num_queries(8):
            staff.get(DRAWS)
        for number in range(49):
            a_draw(way, f"N{number:03d}00")
        with django_assert_num_queries(8):
            assert "共 50 条" in staff.get(DRAWS).content.decode()

    def test_of_others_are_not_seen(self, way):
        a_draw(way)
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, way.school.musicians))
        assert stranger.get(DRAWS).context["total"].drawn == 0
        assert stranger.get(NUMBERS, {"draw": FormDraw.objects.get().pk}).context["lines"] == []
        assert stranger.get(reverse("membership_form", args=[form().pk])).status_code == 404


class TestTheNumbers:
    def test_the_same_queries_for_1_and_50(self, staff, way, django_assert_num_queries):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way, quantity=1)
        staff.get(NUMBERS)
        with django_assert_num_queries(7):
            staff.get(NUMBERS)
        a_draw(way, "2025002", 49)
        with django_assert_num_queries(7):
            assert "共 50 条" in staff.get(NUMBERS).content.decode()

    def test_are_found_as_they_are_typed(self, staff, way):
        a_draw(way, "2026-A098", 4)
        found = staff.get(NUMBERS, {"q": "ａ10"}).context["lines"]
        assert [line.number for line in found] == ["2026-A100", "2026-A101"]

    def test_who_belongs_elsewhere_is_not_named(self, way):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way, branch=way.school.musicians, by=cast.a_user(Role.ORGANIZATION_STAFF, way.school.root))
        page = cast.a_browser(cast.a_user(Role.SECRETARY, way.school.musicians)).get(NUMBERS)
        assert "使用人不在本组织" in page.content.decode()
        assert "林微" not in page.content.decode()


class TestDrawing:
    def send(self, browser, way, **more):
        facts = {"branch": way.branch.pk, "on": "2026-10-01", "first": "2026-000098", "quantity": "3"}
        return browser.post(DRAW, {**facts, "receiver": "李红", "issuer": "张明", **more})

    def test_is_recorded(self, staff, way):
        assert self.send(staff, way)["Location"] == DRAWS
        row = FormDraw.objects.get()
        assert (row.branch, row.numbers, row.quantity) == (way.branch, "2026-000098 至 2026-000100", 3)
        assert (row.receiver, row.issuer, row.entered_by) == ("李红", "张明", way.staff)

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"first": "2026-98A"}, "不是以数字结尾"),
            ({"quantity": "0"}, "数量（份）应为 1 至"),
            ({"on": "2026-10-21"}, "日期不能晚于今天"),
            ({"receiver": ""}, "领取人"),
        ],
    )
    def test_what_is_wrong_is_said(self, staff, way, sent, sentence):
        answer = self.send(staff, way, **sent)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not FormDraw.objects.exists()

    def test_numbers_that_are_registered_are_said(self, staff, way):
        self.send(staff, way)
        answer = self.send(staff, way, first="2026-000100")
        assert "编号2026-000100已经登记过领取" in answer.content.decode()

    def test_is_taken_back(self, staff, way):
        row = a_draw(way)
        address = reverse("form_draw_cancel", args=[row.pk])
        assert address in staff.get(NUMBERS, {"draw": row.pk}).content.decode()
        mark(way)
        assert address not in staff.get(NUMBERS, {"draw": row.pk}).content.decode()
        assert "已经使用或标记" in staff.post(address, {"reason": "编号填错"}).content.decode()
        staff.post(reverse("membership_form_unmark", args=[form().pk]), {"reason": "看错编号"})
        assert staff.post(address, {"reason": "编号填错"})["Location"] == DRAWS
        assert not MembershipForm.objects.exists()


class TestMarking:
    def test_a_form_is_marked_corrected_and_unmarked(self, secretary, way):
        a_draw(way)
        address = reverse("membership_form", args=[form().pk])
        for as_ in ("lost", "void"):
            facts = {"mark": as_, "on": "2026-10-01", "reason": "填写有误"}
            assert secretary.post(address, facts)["Location"] == address
            assert form().mark == as_
        assert f'href="{NUMBERS}?draw={form().draw_id}"' in secretary.get(address).content.decode()
        assert "更正标记" in secretary.get(address).content.decode()
        answer = secretary.post(reverse("membership_form_unmark", args=[form().pk]), {"reason": "看错编号"})
        assert (answer["Location"], form().mark) == (address, "")

    def test_a_used_form_offers_no_mark_and_takes_none(self, secretary, way):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way)
        address = reverse("membership_form", args=[form().pk])
        page = secretary.get(address).content.decode()
        assert "已经使用的不能标记" in page
        assert "林微" in page
        answer = secretary.post(address, {"mark": "lost", "on": "2026-10-01", "reason": "找不到"})
        assert (answer.status_code, form().mark) == (422, "")
        assert "编号2025001已由林微使用，不能标记为遗失" in answer.content.decode()

    def test_the_step_says_that_the_form_is_void(self, secretary, way):
        a_draw(way)
        mark(way)
        way.before(S.MEMBERSHIP_FORM)
        address = reverse("development_step", args=[way.development.pk, S.MEMBERSHIP_FORM])
        answer = secretary.post(address, {"on": "2025-07-25", "form_number": "2025001"})
        assert (answer.status_code, "登记为作废，不能使用" in answer.content.decode()) == (422, True)


class TestWorkbooks:
    def test_management(self, secretary, way):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way, quantity=4)
        mark(way, "2025002", "void")
        mark(way, "2025003", "returned")
        head, *rows = rows_of(secretary.post(reverse("form_export", args=["management"])))
        assert head == [
            *"序号 党组织名称 领取人 领取数量 编号 姓名 领取时间".split(),
            *"使用数量 遗失数量 损毁作废数量 未用退回数量".split(),
        ]
        (row,) = rows
        assert row[1:6] == [way.branch.name, "李红", 4, "2025001 至 2025004", "林微"]
        assert row[7:] == [1, 0, 1, 1]
        assert AuditEntry.objects.get(action="form.export").after == {"list": "management", "rows": 1}

    def test_use(self, secretary, way):
        way.walk(S.ADMISSION_MEETING)
        a_draw(way)
        mark(way, "2025002", "lost")
        mark(way, "2025003", "returned")
        head, *rows = rows_of(secretary.post(reverse("form_export", args=["use"])))
        assert head == [
            *"序号 《入党志愿书》编号 使用情况 使用人姓名 出生年月 列为发展对象时间".split(),
            *"接收为预备党员时间 所在党组织名称 发放人 领取人 备注".split(),
        ]
        assert [row[1:4] for row in rows] == [
            ["2025001", "正常使用", "林微"],
            ["2025002", "遗失", None],
            ["2025003", "未使用", None],
        ]
        assert [day.date() for day in rows[0][5:7]] == [date(2025, 6, 10), date(2025, 8, 1)]
        assert rows[0][7:10] == [way.branch.name, "张明", "李红"]
        assert [row[10] for row in rows] == [
            None,
            "2025-07-20，填写有误",
            "未用退回，2025-07-20，填写有误",
        ]

    def test_use_names_forms_in_no_draw(self, secretary, way):
        way.walk(S.MEMBERSHIP_FORM)
        (row,) = rows_of(secretary.post(reverse("form_export", args=["use"])))[1:]
        assert (row[1], row[3], row[10]) == ("2025001", "林微", "没有领取登记")

    def test_only_what_is_asked(self, staff, way):
        a_draw(way)
        mark(way)
        for asked, count in (({"state": "void"}, 1), ({"year": "2024"}, 0), ({"q": "2025002"}, 1)):
            assert len(rows_of(staff.post(reverse("form_export", args=["use"]), asked))[1:]) == count
        assert staff.post(reverse("form_export", args=["use"]), {"year": "soon"}).status_code == 404
        assert staff.post(reverse("form_export", args=["nothing"])).status_code == 404
