"""FZ-07, 接续培养: an activist from elsewhere goes on with what was handed over, counted from the original date."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.roles import Role
from members.controls import IN_ORDER
from members.development import listing, record
from members.development.continuing import Handover, take_over
from members.development.loading import progress_of
from members.development.recording import Refused
from members.development.rules import RULES
from members.development.vocabulary import Step
from members.enrolment import NewMember
from members.models import Development, Member
from tests import cast

pytestmark = pytest.mark.django_db
S = Step
RECEIVED = date(2025, 9, 10)
DATES = {
    S.APPLICATION: date(2024, 3, 1),
    S.APPLICATION_TALK: date(2024, 3, 20),
    S.ACTIVIST_DECISION: date(2024, 10, 15),
    S.ACTIVIST_FILING: date(2024, 10, 30),
    S.OBSERVATION: date(2025, 4, 10),
}
HANDED = Handover("中共YY大学委员会", "入党申请书、培养教育考察登记表，已审查", RECEIVED, DATES)


def came(way, handed=HANDED, *, by=None, born=date(2005, 3, 7)):
    person = NewMember("林微", "female", way.branch, "activist", birth_date=born)
    way.development = take_over(person, handed, by=by or way.secretary)
    return way.development


def refused(way, handed=HANDED, **more):
    with pytest.raises(Refused) as caught:
        came(way, handed, **more)
    assert (Development.objects.count(), Member.objects.filter(name="林微").count()) == (0, 0)
    return [(each.code, each.article, each.earliest) for each in caught.value.blocks]


def against(code, earliest=None):
    return [(code, RULES[code].article, earliest)]


def without(step):
    return replace(HANDED, dates={one: day for one, day in DATES.items() if one != step})


def test_he_is_an_activist_here_since_the_materials_came_and_at_all_since_the_original_date(way):
    member = came(way).member
    assert (member.status, member.branch, way.development.applied_on) == (
        "activist",
        way.branch,
        date(2024, 3, 1),
    )
    assert list(member.spells.values_list("since", "is_assumed")) == [(RECEIVED, False)]
    assert list(member.statuses.values_list("status", "since")) == [
        ("applicant", date(2024, 3, 1)),
        ("activist", date(2024, 10, 15)),
    ]


def test_the_steps_stand_as_they_were_taken_and_the_way_on_paper_says_what_they_rest_on(way):
    progress = progress_of(came(way))
    assert {done.step: done.on for done in progress.done} == DATES
    lines = dict(record.sections(way.development, progress)[2].lines)
    assert lines["推荐和确定入党积极分子"] == (
        "2024年10月15日；原培养党组织：中共YY大学委员会；"
        "转交的材料：入党申请书、培养教育考察登记表，已审查；材料转入日期：2025-09-10"
    )


@pytest.mark.parametrize(("on", "passes"), [(date(2025, 10, 15), True), (date(2025, 10, 14), False)])
def test_the_year_counts_from_the_original_decision(way, on, passes):
    came(way)
    way.take(S.CONTACTS, RECEIVED)
    if passes:
        assert way.take(S.TARGET_DECISION, on).is_effective
    else:
        with pytest.raises(Refused) as caught:
            way.take(S.TARGET_DECISION, on)
        [found] = caught.value.blocks
        assert (found.code, found.earliest) == ("FZ-08", date(2025, 10, 15))


def test_who_looks_after_him_is_decided_here(way):
    came(way)
    [line] = listing.lines(Development.objects.select_related("member__branch"), date(2025, 10, 20))
    assert [line.following.step, line.may_take(S.TARGET_DECISION)] == [S.CONTACTS, False]


def test_what_was_not_filed_there_is_filed_here(way):
    came(way, without(S.ACTIVIST_FILING))
    assert way.take(S.ACTIVIST_FILING, date(2025, 9, 20)).is_effective


@pytest.mark.parametrize("words", [{"materials": " "}, {"elsewhere": ""}])
def test_without_materials_no_time_is_counted(way, words):
    assert refused(way, replace(HANDED, **words)) == against("FZ-07")


@pytest.mark.parametrize("step", [S.APPLICATION, S.ACTIVIST_DECISION])
def test_the_materials_have_to_prove_application_and_decision(way, step):
    assert refused(way, without(step)) == against("FZ-07")


@pytest.mark.parametrize(
    ("received", "found"),
    [
        (date(2025, 4, 10), []),
        (date(2025, 4, 9), against("FZ-07", date(2025, 4, 10))),
        (date(2026, 10, 20), []),
        (date(2026, 10, 21), [("NK-03", IN_ORDER.article, None)]),
    ],
)
def test_materials_come_after_what_they_prove_and_not_in_the_future(way, received, found):
    handed = replace(HANDED, received_on=received)
    if found:
        assert refused(way, handed) == found
    else:
        assert came(way, handed).member.status == "activist"


def test_an_order_that_cannot_have_been_is_refused(way):
    dates = {**DATES, S.ACTIVIST_DECISION: date(2024, 2, 1)}
    found = refused(way, replace(HANDED, dates=dates))
    assert {(code, article) for code, article, _ in found} == {("FZ-03", RULES["FZ-03"].article)}


@pytest.mark.parametrize(("born", "earliest"), [(date(2006, 3, 2), date(2024, 3, 2)), (None, None)])
def test_eighteen_at_the_application_there_too(way, born, earliest):
    assert refused(way, born=born) == against("FZ-01", earliest)


def test_not_into_a_strangers_branch(way):
    with pytest.raises(PermissionDenied):
        came(way, by=cast.a_user(Role.SECRETARY, way.school.musicians))


class TestPage:
    facts = {
        "name": "林微",
        "id_number": "999999200503070022",
        "on": "2024-03-01",
        "decided_on": "2024-10-15",
        "elsewhere": "中共YY大学委员会",
        "materials": "考察登记表",
        "received_on": "2025-09-10",
    }

    def send(self, way, **more):
        browser = cast.a_browser(way.secretary)
        return browser.post(reverse("development_continue"), {**self.facts, "branch": way.branch.pk, **more})

    def test_takes_him_over(self, way):
        answer = self.send(way)
        development = Development.objects.get()
        assert answer["Location"] == reverse("development_person", args=[development.pk])
        steps = dict(development.steps.values_list("step", "on"))
        assert steps == {"application": date(2024, 3, 1), "activist_decision": date(2024, 10, 15)}

    def test_says_what_stands_against_it(self, way):
        answer = self.send(way, decided_on="2025-09-11")
        assert answer.status_code == 422
        assert "原党组织的各步日期不能晚于材料转入日期（2025年9月10日）" in answer.content.decode()

    def test_the_ordinary_form_does_not_ask_for_materials(self, way):
        way.walk(S.APPLICATION_TALK)
        url = reverse("development_step", args=[way.development.pk, S.ACTIVIST_DECISION])
        assert "转交的材料" not in cast.a_browser(way.secretary).get(url).content.decode()
