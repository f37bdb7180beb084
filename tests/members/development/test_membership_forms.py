"""《入党志愿书》: draws and their numbers, marks, and what the recording of a step asks of them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEntry
from branches import tree
from branches.roles import Role
from members.development import form_numbers, membership_forms
from members.development.membership_forms import FormError
from members.development.recording import Refused, take_back
from members.development.vocabulary import Step
from members.models import FormDraw, MembershipForm
from tests import cast

S = Step
pytestmark = pytest.mark.django_db
DRAWN = date(2025, 7, 1)
SPOILT = date(2025, 7, 20)


def a_draw(way, first="2025001", quantity=3, *, on=DRAWN, branch=None, by=None):
    return membership_forms.draw(
        branch or way.branch, on, first, quantity, receiver="李红", issuer="张明", by=by or way.staff
    )


def form(number="2025001"):
    return MembershipForm.objects.get(number=number)


def states():
    forms = membership_forms.with_state(MembershipForm.objects.all())
    return dict(forms.values_list("number", "state"))


def mark(way, number="2025001", as_="void", on=SPOILT, reason="填写有误", *, by=None):
    membership_forms.mark(form(number), as_, on, reason, by=by or way.secretary)


class TestNumbers:
    @pytest.mark.parametrize(
        ("first", "quantity", "found"),
        [
            ("2026-000123", 2, ["2026-000123", "2026-000124"]),
            ("A099", 3, ["A099", "A100", "A101"]),
            ("0009", 2, ["0009", "0010"]),
            ("7", 1, ["7"]),
            ("黔2026第08", 2, ["黔2026第08", "黔2026第09"]),
        ],
    )
    def test_follow_with_prefix_and_width(self, first, quantity, found):
        assert form_numbers.following(first, quantity) == found

    @pytest.mark.parametrize(
        ("first", "quantity", "sentence"),
        [("2026-12A", 2, "不是以数字结尾"), ("A99", 2, "多出一位（A100）"), ("", 1, "不是以数字结尾")],
    )
    def test_that_cannot_be_counted_are_told(self, first, quantity, sentence):
        with pytest.raises(ValueError, match=sentence):
            form_numbers.following(first, quantity)

    @pytest.mark.parametrize("typed", ["2026-a01", " 2026－Ａ０１ ", "2026—A 01"])
    def test_are_written_in_one_way(self, typed):
        assert form_numbers.tidy(typed) == "2026-A01"


class TestADraw:
    def test_makes_a_row_for_each_form(self, way):
        row = a_draw(way, " 2025－００１", 3)
        assert (row.first, row.last, row.quantity, row.branch_path) == (
            "2025-001",
            "2025-003",
            3,
            way.branch.path,
        )
        assert states() == dict.fromkeys(["2025-001", "2025-002", "2025-003"], "unused")
        assert AuditEntry.objects.get(action="form.draw").after["quantity"] == 3

    def test_no_number_is_drawn_twice(self, way):
        a_draw(way, "2025001", 5)
        with pytest.raises(FormError, match="编号2025004、2025005已经登记过领取"):
            a_draw(way, "2025004", 5)
        assert FormDraw.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"quantity": 0}, "一次登记1至1000份"),
            ({"quantity": 1001}, "一次登记1至1000份"),
            ({"on": date(2026, 10, 21)}, "不能晚于今天"),
            ({"first": "无"}, "不是以数字结尾"),
            ({"first": "㍿" * 20 + "1"}, "不能超过40个字符"),
        ],
    )
    def test_nonsense_is_refused(self, way, facts, sentence):
        with pytest.raises(FormError, match=sentence):
            a_draw(way, **facts)
        assert not FormDraw.objects.exists()

    def test_is_for_whoever_approves_there(self, way):
        elsewhere = cast.a_user(Role.COMMITTEE_STAFF, way.school.music)
        for user in (way.secretary, elsewhere):
            with pytest.raises(PermissionDenied):
                a_draw(way, by=user)

    def test_is_read_where_its_branch_went(self, way):
        a_draw(way)
        tree.bequeath(way.branch, way.school.teachers)
        heir = cast.a_user(Role.SECRETARY, way.school.teachers)
        assert [draw.branch for draw in FormDraw.objects.visible_to(heir)] == [way.branch]
        assert not FormDraw.objects.visible_to(way.secretary).exists()

    def test_covers_what_was_used_before(self, way):
        way.walk(S.MEMBERSHIP_FORM)
        a_draw(way)
        assert states() == {"2025001": "used", "2025002": "unused", "2025003": "unused"}

    def test_is_taken_back_while_nothing_became_of_it(self, way):
        row = a_draw(way)
        with pytest.raises(PermissionDenied):
            membership_forms.cancel(row, "编号填错", by=way.secretary)
        membership_forms.cancel(row, "编号填错", by=way.staff)
        assert not MembershipForm.objects.exists()
        entry = AuditEntry.objects.get(action="form.cancel")
        assert (entry.before["first"], entry.after) == ("2025001", {"reason": "编号填错"})

    def test_is_not_taken_back_afterwards(self, way):
        row = a_draw(way)
        mark(way, "2025002")
        with pytest.raises(FormError, match="编号2025002已经使用或标记"):
            membership_forms.cancel(row, "编号填错", by=way.staff)


class TestAMark:
    def test_says_what_when_and_why(self, way):
        a_draw(way)
        mark(way, "2025002", "lost")
        row = form("2025002")
        assert (row.mark, row.marked_on, row.mark_reason) == ("lost", SPOILT, "填写有误")
        assert states()["2025002"] == "lost"

    def test_is_corrected_and_taken_away_with_the_trail_kept(self, way):
        a_draw(way)
        mark(way, as_="lost")
        mark(way, as_="void", reason="找到了，已污损")
        membership_forms.unmark(form(), "看错编号", by=way.secretary)
        assert states()["2025001"] == "unused"
        trail = AuditEntry.objects.filter(action__in=["form.mark", "form.unmark"])
        assert {(entry.before["mark"], entry.after["mark"], entry.after["reason"]) for entry in trail} == {
            ("", "lost", "填写有误"),
            ("lost", "void", "找到了，已污损"),
            ("void", "", "看错编号"),
        }

    def test_taking_away_none_changes_nothing(self, way):
        a_draw(way)
        membership_forms.unmark(form(), "看错编号", by=way.secretary)
        assert not AuditEntry.objects.filter(action="form.unmark").exists()

    @pytest.mark.parametrize(
        ("on", "sentence"),
        [(date(2025, 6, 30), "不能早于领取日期（2025年7月1日）"), (date(2026, 10, 21), "不能晚于今天")],
    )
    def test_is_dated_between_the_draw_and_today(self, way, on, sentence):
        a_draw(way)
        with pytest.raises(FormError, match=sentence):
            mark(way, on=on)
        mark(way, on=DRAWN)

    def test_a_used_form_is_not_marked_before_its_step_is_taken_back(self, way):
        a_draw(way)
        way.walk(S.MEMBERSHIP_FORM)
        with pytest.raises(FormError, match="编号2025001已由林微使用，不能标记为作废"):
            mark(way)
        take_back(way.development, "填写时写坏", by=way.secretary)
        mark(way)
        assert states()["2025001"] == "void"

    def test_a_stranger_is_not_named(self, way):
        a_draw(way, branch=way.school.musicians, by=cast.a_user(Role.ORGANIZATION_STAFF, way.school.root))
        way.walk(S.MEMBERSHIP_FORM)
        with pytest.raises(FormError, match="编号2025001已有人使用"):
            mark(way, by=cast.a_user(Role.SECRETARY, way.school.musicians))

    def test_is_for_whoever_develops_there(self, way):
        a_draw(way)
        for user in (
            cast.a_user(Role.SECRETARY, way.school.musicians),
            cast.a_user(Role.LEADER, way.school.root),
        ):
            with pytest.raises(PermissionDenied):
                mark(way, by=user)
            with pytest.raises(PermissionDenied):
                membership_forms.unmark(form(), "看错编号", by=user)


class TestTheStep:
    def test_takes_an_unused_form_and_one_in_no_draw(self, way):
        a_draw(way, "9001")
        way.before(S.MEMBERSHIP_FORM)
        way.take(S.MEMBERSHIP_FORM, form_number=" ９００１ ")
        assert way.development.steps.get(step=S.MEMBERSHIP_FORM).facts == {"form_number": "9001"}
        assert states()["9001"] == "used"
        take_back(way.development, "编号填错", by=way.secretary)
        way.take(S.MEMBERSHIP_FORM, form_number="8001")
        assert states()["9001"] == "unused"

    @pytest.mark.parametrize(("as_", "word"), [("void", "作废"), ("lost", "遗失"), ("returned", "未用退回")])
    def test_takes_no_marked_form(self, way, as_, word):
        a_draw(way)
        mark(way, as_=as_)
        way.before(S.MEMBERSHIP_FORM)
        with pytest.raises(Refused, match=f"2025001的入党志愿书已在2025年7月20日登记为{word}，不能使用"):
            way.take(S.MEMBERSHIP_FORM)
        way.take(S.MEMBERSHIP_FORM, form_number="2025002")

    def test_takes_no_form_twice(self, way):
        way.walk(S.MEMBERSHIP_FORM)
        first = way.development
        way.before(S.MEMBERSHIP_FORM)
        with pytest.raises(Refused, match="编号2025001的入党志愿书已有人使用"):
            way.take(S.MEMBERSHIP_FORM, form_number="２０２５００１")
        take_back(first, "编号填错", by=way.secretary)
        way.take(S.MEMBERSHIP_FORM)
