"""What a stranger tried at signing in, exports, the trail and a save; docs/security.md tells what came of it."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.sign_on import cas
from activities.models import Activity
from activities.views.record import SENT_BEFORE
from branches.roles import Role
from tests import cast
from tests.activities.forms import filled

pytestmark = pytest.mark.django_db

EXPORT = reverse("roster_export")
GENERAL = reverse("activity_log", args=["general_meeting"])


def later(**passed):
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)


class TestAnAcknowledgedSave:
    @pytest.fixture
    def branch(self):
        branch = cast.a_university().teachers
        for number in range(3):
            cast.a_member(branch, f"教师{number}")
        return branch

    def test_the_same_form_with_another_text_is_not_taken_in_silence(self, branch):
        """Back in the browser, changed, sent again: what is not kept must not look kept."""
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, branch))
        sent = filled(browser.get(GENERAL), notes="第一稿")
        browser.post(GENERAL, sent)
        again = browser.post(GENERAL, {**sent, "notes": "第二稿"}, follow=True)
        assert list(Activity.objects.values_list("notes", flat=True)) == ["第一稿"]
        assert SENT_BEFORE in [str(message) for message in again.context["messages"]]


class TestTheTrail:
    def test_a_name_imitates_nobody(self):
        """An entry says the account beside the name, and "系统" only where nobody did it."""
        user = cast.a_user(Role.AUDITOR, name="系统")
        cast.a_browser(user).post("/logout/")
        assert AuditEntry.objects.get(action="session.sign_out").actor_label == f"系统（{user.username}）"

    def test_an_address_is_not_made_up(self):
        user = cast.a_user()
        claims = {"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
        cast.a_browser(user).post("/logout/", headers=claims)
        assert AuditEntry.objects.get(action="session.sign_out").address == "127.0.0.1"


class TestAskedAgain:
    @pytest.fixture
    def staff(self):
        return cast.a_user(Role.COMMITTEE_STAFF, cast.a_university().physics)

    def is_file(self, answer):
        return "attachment" in answer.get("Content-Disposition", "")

    def test_a_proof_counts_in_its_own_session(self, staff):
        here, elsewhere = cast.a_browser(staff), cast.a_browser(staff)
        with later(minutes=16):
            assert self.is_file(here.post(EXPORT, {"confirm_password": cast.PASSWORD}))
            assert not self.is_file(elsewhere.post(EXPORT, {"q": ""}))

    def test_neither_an_address_nor_json_nor_another_method_carries_it(self, staff):
        browser = cast.a_browser(staff)
        body = json.dumps({"confirm_password": cast.PASSWORD})
        with later(minutes=16):
            answers = [
                browser.get(EXPORT),
                browser.get(f"{EXPORT}?confirm_password={cast.PASSWORD}"),
                browser.post(f"{EXPORT}?confirm_password={cast.PASSWORD}"),
                browser.post(EXPORT, body, content_type="application/json"),
                browser.put(EXPORT, body, content_type="application/json"),
                browser.post(EXPORT, {"confirm_password": ["", "wrong"]}),
                browser.post(EXPORT, headers={"X-HTTP-Method-Override": "GET", "HX-Request": "true"}),
                browser.head(EXPORT),
            ]
        assert [self.is_file(answer) for answer in answers] == [False] * len(answers)

    def test_another_ones_password_is_none(self, staff):
        other = cast.a_user(Role.SYSTEM_ADMIN)
        other.set_password("quite another phrase 7")
        other.save()
        browser = cast.a_browser(staff)
        with later(minutes=16):
            answer = browser.post(
                EXPORT, {"confirm_password": "quite another phrase 7", "username": other.username}
            )
        assert answer.status_code == 422

    def test_it_is_over_again_after_a_while_and_a_wrong_clock_helps_nobody(self, staff):
        browser = cast.a_browser(staff)
        session = browser.session
        session["proved_at"] = 0
        session.save()
        assert not self.is_file(browser.post(EXPORT, {"q": ""}))


class TestForgedAnswersOfTheService:
    XML = '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">{}</cas:serviceResponse>'

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            (
                "<cas:authenticationSuccess><cas:user>admin<!-- -->x</cas:user></cas:authenticationSuccess>",
                "adminx",
            ),
            (
                (
                    "<cas:authenticationFailure code='X'><cas:authenticationSuccess><cas:user>admin</cas:user>"
                    "</cas:authenticationSuccess></cas:authenticationFailure>"
                ),
                None,
            ),
            (
                (
                    "<cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess>"
                    "<cas:authenticationFailure code='X'/>"
                ),
                None,
            ),
            (
                "<other><cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess></other>",
                None,
            ),
            ("<authenticationSuccess xmlns=''><user>admin</user></authenticationSuccess>", None),
        ],
    )
    def test_only_a_plain_success_names_somebody(self, monkeypatch, body, name):
        monkeypatch.setattr(cas, "fetch", lambda url: self.XML.format(body).encode())
        service = cas.SignOn(server="https://cas.example.edu.cn", kind="cas")
        if name is None:
            with pytest.raises(cas.SignOnError):
                cas.name_of(service, "ST-1", "https://x/")
        else:
            assert cas.name_of(service, "ST-1", "https://x/") == name

    def test_a_ticket_brings_no_parameter_of_its_own(self, monkeypatch):
        asked = []
        monkeypatch.setattr(cas, "fetch", lambda url: asked.append(url) or b"<x/>")
        service = cas.SignOn(server="https://cas.example.edu.cn", kind="cas")
        with pytest.raises(cas.SignOnError):
            cas.name_of(service, "ST-1&service=https://evil.example/#", "https://x/")
        assert asked[0].endswith("ticket=ST-1%26service%3Dhttps%3A%2F%2Fevil.example%2F%23")
