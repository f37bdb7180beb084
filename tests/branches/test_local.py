"""Local rules: a default without a row, a decision with its citation, and its pages."""

import pytest
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
