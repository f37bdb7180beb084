"""T13: the three administrators hold no round, and whoever holds one cannot touch the trail."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from assessments.models import Round
from assessments.refusals import AssessmentError
from branches import grants
from branches.grants import GrantError
from branches.roles import RIGHTS, STAFF, THREE_ADMINS, Right, Role
from tests import cast
from tests.access.rows import all_rows, changes
from tests.assessments.verbs import DO, WHEN


def test_who_judges_and_who_administers_are_different_people():
    assert RIGHTS[Right.ASSESS] == STAFF
    assert not (RIGHTS[Right.ASSESS] | RIGHTS[Right.SEE_GRADES]) & THREE_ADMINS
    assert not RIGHTS[Right.READ_AUDIT] & STAFF


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_nobody_is_both(school, role):
    admin = cast.a_user(role)
    by = cast.a_user(Role.SECURITY_ADMIN)
    with pytest.raises(GrantError, match="不能兼任"):
        grants.give(admin, Role.COMMITTEE_STAFF, branch=school.physics, by=by)


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_an_administrator_does_nothing_in_a_round(scene, role):
    admin = cast.a_user(role)
    before = all_rows()
    for verb, call in DO.items():
        for state in WHEN[verb]:
            Round.objects.update(state=state)
            with pytest.raises(AssessmentError):
                call(scene, admin, admin)
    Round.objects.update(state="draft")
    assert changes(before, all_rows()) == []


def test_what_was_done_is_taken_out_of_the_trail_by_nobody(scene, staff, school):
    """Who keeps the round has no page of the trail; the auditor has one, and only reads. That a row taken out behind
    the program shows is held by tests/accounts/test_audit.py.
    """
    entry = AuditEntry.objects.get(action="round.change")
    kept = (staff, cast.a_user(Role.ORGANIZATION_STAFF, school.root), cast.a_user(Role.SYSTEM_ADMIN))
    listed = reverse("admin:accounts_auditentry_changelist")
    assert [cast.a_browser(user).get(listed).status_code for user in kept] == [403, 403, 403]
    auditor = cast.a_browser(cast.a_user(Role.AUDITOR))
    assert auditor.get(listed).status_code == 200
    for page in ("change", "delete"):
        address = reverse(f"admin:accounts_auditentry_{page}", args=[entry.pk])
        assert auditor.post(address, {"post": "yes", "action": "round.open"}).status_code == 403
    assert AuditEntry.objects.get(action="round.change") == entry
