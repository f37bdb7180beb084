"""The pages of 换届: each step by its form, the list, and where one is led to them."""

from datetime import date

import pytest
from django.urls import reverse

from activities.elections import reading, verbs
from activities.models import Election
from branches.models import Branch, Term
from branches.roles import Role
from branches.scope import covering_ranges
from members import health
from tests import cast
from tests.activities.elections.scene import NUMBER, a_vote, fresh, held


class TestPages:
    def test_each_step_by_its_form(self, branch, term, people, browser, secretary, college):
        above = cast.a_browser(college)
        begin = browser.post(reverse("election_of_branch", args=[branch.pk]), {"on": "2026-08-01"})
        election = Election.objects.get()
        page = reverse("election", args=[election.pk])
        assert begin.url == page
        above.post(page, {"step": "reply", "on": "2026-08-10", "number": NUMBER, "seats": "3"})
        browser.post(
            page, {"step": "nominate", "on": "2026-09-01", "people": [str(one.pk) for one in people[:4]]}
        )
        above.post(page, {"step": "agree", "on": "2026-09-10", "number": NUMBER})
        meeting = a_vote(branch, {"教师0": 9, "教师2": 8, "教师3": 7}, secretary)
        browser.post(page, {"step": "meeting", "meeting": meeting.pk.hex})
        browser.post(page, {"step": "report", "on": "2026-09-22"})
        posts = {f"title-{people[n].pk.hex}": title for n, title in
                 [(0, "committee"), (2, "deputy"), (3, "secretary")]}  # fmt: skip
        above.post(page, {"step": "approve", "on": "2026-09-28", "number": NUMBER, **posts})
        shown = above.get(page).content.decode()
        assert fresh(election).term is not None
        assert "赞成 9 票" in shown
        assert held(branch, date(2026, 9, 28)) == ["教师0 committee", "教师2 deputy", "教师3 secretary"]

    def test_the_list_says_where_each_stands(self, branch, term, begun, browser):
        [line] = browser.get(reverse("election_list")).context["page"].object_list
        assert (line.branch, line.stage, line.whose) == (branch, "待上级批复", "上级")

    def test_the_list_is_made_in_a_fixed_number_of_queries(
        self, school, branch, term, begun, django_assert_num_queries
    ):
        ranges = covering_ranges([school.root.path])
        with django_assert_num_queries(3):
            assert len(reading.lines(ranges, date(2026, 10, 20))) == 1

    def test_a_term_that_ends_leads_here(self, branch, term, secretary, browser):
        [finding] = [
            one for one in health.findings_of(branch, date(2026, 10, 20)) if one.rule.code == "ZB-35"
        ]
        assert finding.remedy == "election"
        shown = browser.get(reverse("branch_page", args=[branch.pk])).content.decode()
        assert reverse("election_of_branch", args=[branch.pk]) in shown

    def test_the_page_of_the_branch_leads_here_at_any_time(self, branch, secretary, college, browser):
        page = reverse("branch_page", args=[branch.pk])
        assert reverse("election_of_branch", args=[branch.pk]) in browser.get(page).content.decode()
        election = verbs.begin(branch, on=date(2026, 8, 1), number="", by=secretary)
        verbs.reply(election, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        assert "换届：待提出候选人" in browser.get(page).content.decode()

    def test_a_temporary_branch_is_not_led_here(self, branch, browser):
        Branch.objects.filter(pk=branch.pk).update(form="temporary")
        shown = browser.get(reverse("branch_page", args=[branch.pk])).content.decode()
        assert reverse("election_of_branch", args=[branch.pk]) not in shown

    def test_the_page_of_the_branch_tells_a_postponed_end(self, branch, term, browser):
        Term.objects.filter(pk=term.pk).update(postponed_to=date(2027, 3, 1))
        shown = browser.get(reverse("branch_page", args=[branch.pk])).content.decode()
        assert "2023-09-01 至 2027-03-01（经批准延期）" in shown

    @pytest.mark.parametrize(("due", "is_told"), [(date(2027, 8, 1), False), (date(2027, 8, 2), True)])
    def test_more_than_a_year_before_the_end_is_told(self, begun, term, browser, due, is_told):
        Term.objects.filter(pk=term.pk).update(due_on=due)
        shown = browser.get(reverse("election", args=[begun.pk])).content.decode()
        assert ("提前换届一般不超过1年" in shown) is is_told

    def test_a_refusal_is_said_on_the_form(self, begun, college):
        above, page = cast.a_browser(college), reverse("election", args=[begun.pk])
        refused = above.post(page, {"step": "reply", "on": "2026-07-01", "number": NUMBER, "seats": "3"})
        assert refused.status_code == 422
        assert "不能早于“请示换届”的 2026-08-01" in refused.content.decode()

    def test_a_stranger_finds_nothing(self, begun, school):
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        for page in ("election", "election_step_back", "election_withdraw"):
            method = stranger.get if page == "election" else stranger.post
            assert method(reverse(page, args=[begun.pk])).status_code == 404
        assert stranger.get(reverse("election_of_branch", args=[begun.branch_id])).status_code == 404
        shown = stranger.get(reverse("election_list"))
        assert list(shown.context["page"].object_list) == []
        assert begun.branch.short_name not in shown.content.decode()

    def test_what_waits_is_counted_in_ones_own_part(self, school, branch, term, begun):
        def waiting(place):
            page = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, place)).get("/admin/")
            return {errand["label"]: errand["waiting"] for errand in page.context["errands"]}["办理换届"]

        assert (waiting(school.physics), waiting(school.music)) == (1, 0)
