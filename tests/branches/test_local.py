"""Local rules: a default without a row, a decision with its citation, and its pages."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from branches import local
from branches.models import LocalSetting
from branches.roles import Role
from tests import cast

CODE = "development-notice-days"
CITATION = "校组字〔2025〕3号第六条"


@pytest.fixture
def staff(db):
    return cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root))


@pytest.mark.django_db
def test_without_a_decision_the_default_holds():
    assert local.value_of(CODE) == 0
    assert local.decided([CODE])[CODE].is_default


@pytest.mark.django_db
def test_a_decision_holds_with_its_citation_and_is_audited():
    local.decide(local.rule_of(CODE), 5, CITATION, by=None)
    decided = local.decided([CODE])[CODE]
    assert (decided.value, decided.citation, decided.shown) == (5, CITATION, "5 个工作日")
    entry = AuditEntry.objects.get(action="rule.decide")
    assert (entry.before["value"], entry.after["value"]) == ("0", "5")


def test_a_page_decides(staff):
    answer = staff.post(reverse("local_rule", args=[CODE]), {"value": "5", "citation": CITATION})
    assert (answer.status_code, answer["Location"]) == (302, reverse("local_rules"))
    assert LocalSetting.objects.get(code=CODE).value == "5"
    page = staff.get(reverse("local_rules")).content.decode()
    assert "5 个工作日" in page
    assert CITATION in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"value": "5", "citation": " "}, "请写明依据的文件，没有依据的校内规定不能启用。"),
        ({"value": "-1", "citation": CITATION}, "取值应是 0 至 30 的整数。"),
        ({"value": "五", "citation": CITATION}, "取值应是 0 至 30 的整数。"),
    ],
)
def test_what_a_page_refuses(staff, sent, sentence):
    answer = staff.post(reverse("local_rule", args=[CODE]), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not LocalSetting.objects.exists()


def test_back_to_the_default_needs_no_citation(staff):
    local.decide(local.rule_of(CODE), 5, CITATION, by=None)
    assert staff.post(reverse("local_rule", args=[CODE]), {"value": "0", "citation": ""}).status_code == 302
    assert local.value_of(CODE) == 0


@pytest.mark.parametrize("days", ["0", "91"])
def test_some_numbers_have_a_least(staff, days):
    answer = staff.post(
        reverse("local_rule", args=["transfer-letter-days"]), {"value": days, "citation": CITATION}
    )
    assert "取值应是 1 至 90 的整数。" in answer.content.decode()


def test_an_unknown_rule_is_a_404(staff):
    assert staff.get(reverse("local_rule", args=["development-nothing"])).status_code == 404


class TestADay:
    CODE = "records-kept-since"

    def sent(self, staff, day, citation=CITATION):
        return staff.post(reverse("local_rule", args=[self.CODE]), {"value": day, "citation": citation})

    def test_it_is_set_shown_and_taken_back(self, staff):
        assert "没有设定" in staff.get(reverse("local_rules")).text
        assert self.sent(staff, "2026-09-01").status_code == 302
        assert local.value_of(self.CODE) == "2026-09-01"
        assert "<b>2026-09-01</b>" in staff.get(reverse("local_rules")).text
        assert 'value="2026-09-01"' in staff.get(reverse("local_rule", args=[self.CODE])).text
        self.sent(staff, "", "")
        assert local.value_of(self.CODE) == ""
        values = AuditEntry.objects.filter(action="rule.decide").order_by("at").values_list("after__value")
        assert list(values) == [("2026-09-01",), ("",)]

    @pytest.mark.parametrize(
        ("day", "citation", "sentence"),
        [
            ("九月", CITATION, "日期应为如 2026-09-01。"),
            ("2026-09-01", "", "请写明依据的文件，没有依据的校内规定不能启用。"),
            ("2027-10-22", CITATION, "最晚填今天起一年以内的日期。"),
        ],
    )
    def test_what_is_refused(self, staff, day, citation, sentence):
        with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
            answer = self.sent(staff, day, citation)
        assert (answer.status_code, sentence in answer.text) == (422, True)
        assert not LocalSetting.objects.exists()
