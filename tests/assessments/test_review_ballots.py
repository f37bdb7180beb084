"""The ballot of a review: by code once, on paper as sums, one way only; nothing leads from a rating to a voter."""

import json
import re
from itertools import chain

import pytest
from django.apps import apps
from django.core import serializers
from django.core.cache import cache
from django.urls import reverse

from accounts.audit import remote_address
from accounts.models import AuditEntry
from assessments.codes import digest, printed
from assessments.models import ReviewCode, ReviewEntry
from assessments.refusals import AssessmentError, Conflict
from assessments.reviews import ballot
from tests import cast
from tests.assessments import reviewing
from tests.assessments.reviewing import entry, fresh

PROMISE = "测评结束后，任何人拿到数据库的全部内容，也无法把评价和投票人对应起来。"


@pytest.fixture(autouse=True)
def _no_wrong_codes_yet():
    cache.clear()


@pytest.fixture
def codes(review, keeper):
    """Ten of them, for the ten of the branch."""
    return ballot.issue(review, 10, known=0, by=keeper)


def vote(review, code, **marks):
    ballot.cast(code, {entry(review, name).pk: mark for name, mark in marks.items()})


def counts(review, name):
    return entry(review, name).counts


class TestCodes:
    def test_a_ballot_adds_to_the_counts(self, review, codes):
        vote(
            review,
            f" {codes[0][:4].lower()}-{codes[0][4:]} ",
            正1="excellent",
            正2="competent",
            预1="basic",
            正3="",
        )
        vote(review, codes[1], 正1="excellent", 正2="failing")
        found = [counts(review, name) for name in ("正1", "正2", "正3", "预1")]
        assert found == [(2, 0, 0, 0), (0, 1, 0, 1), (0, 0, 0, 0), (0, 0, 1, 0)]
        assert fresh(review).returned == 2

    def test_a_code_votes_once(self, review, codes):
        vote(review, codes[0], 正1="excellent")
        with pytest.raises(AssessmentError, match="这个测评码已经投过票"):
            vote(review, codes[0], 正1="excellent")
        assert counts(review, "正1") == (1, 0, 0, 0)

    def test_not_kept_as_it_is(self, codes):
        kept = serializers.serialize("json", ReviewCode.objects.all())
        assert not [code for code in codes if code in kept]

    @pytest.mark.parametrize("code", ["", "ABCDEFGH", "好"])
    def test_an_unknown_code(self, codes, code):
        with pytest.raises(AssessmentError, match="没有这个测评码"):
            ballot.cast(code, {})

    def test_a_grade_that_is_none_and_somebody_else(self, review, codes):
        with pytest.raises(AssessmentError, match="请选择选票上的等次：优秀、合格、基本合格、不合格"):
            vote(review, codes[0], 正1="很好")
        with pytest.raises(AssessmentError, match="不在本次名单中"):
            ballot.cast(codes[0], {review.pk: "excellent"})
        vote(review, codes[0], 正1="excellent")

    def test_not_more_than_take_part(self, review, codes, keeper):
        with pytest.raises(AssessmentError, match="参加评议的有 10 人，共发出 11 个"):
            ballot.issue(review, 1, known=10, by=keeper)

    def test_four_is_not_enough(self, review, keeper):
        with pytest.raises(AssessmentError, match="少于 5 张票会看出是谁评的"):
            ballot.issue(review, 4, known=0, by=keeper)
        assert len(ballot.issue(review, 5, known=0, by=keeper)) == 5

    def test_issued_twice_by_mistake(self, review, codes, keeper):
        with pytest.raises(Conflict, match="已发出 10 个测评码"):
            ballot.issue(review, 10, known=0, by=keeper)

    def test_recalled_the_ballot_is_not_begun(self, review, codes, keeper):
        assert ballot.recall(review, by=keeper) == 10
        assert (fresh(review).state, fresh(review).way) == ("open", "")
        with pytest.raises(AssessmentError, match="没有这个测评码"):
            vote(review, codes[0], 正1="excellent")

    def test_recalled_after_a_vote_it_goes_on(self, review, codes, keeper):
        vote(review, codes[0], 正1="excellent")
        assert ballot.recall(review, by=keeper) == 9
        assert (fresh(review).state, fresh(review).issued) == ("balloting", 1)

    def test_closed_nothing_is_taken(self, review, codes, keeper):
        vote(review, codes[0], 正1="excellent")
        ballot.close(review, by=keeper)
        with pytest.raises(AssessmentError, match="没有这个测评码"):
            vote(review, codes[1], 正1="excellent")

    def test_nothing_came_in(self, review, codes, keeper):
        with pytest.raises(AssessmentError, match="还没有收到测评票"):
            ballot.close(review, by=keeper)


class TestSecrecy:
    @pytest.mark.parametrize(("number", "kept"), [(4, (0, 0, 0, 0)), (5, (5, 0, 0, 0))])
    def test_fewer_than_five_leave_no_counts(self, review, codes, keeper, number, kept):
        for code in codes[:number]:
            vote(review, code, 正1="excellent")
        ballot.close(review, by=keeper)
        assert counts(review, "正1") == kept
        assert ballot.shows_counts(fresh(review)) is (number == 5)

    def test_while_it_runs_nobody_sees_a_count(self, review, codes, keeper):
        for code in codes[:6]:
            vote(review, code, 正1="failing")
        page = cast.a_browser(keeper).get(reverse("review", args=[review.pk])).content.decode()
        assert "不合格 6" not in page
        assert not ballot.shows_counts(fresh(review))
        ballot.close(review, by=keeper)
        page = cast.a_browser(keeper).get(reverse("review", args=[review.pk])).content.decode()
        assert "不合格 6，未评 4" not in page
        assert "不合格 6" in page

    def test_a_dump_after_close_has_sums_and_nothing_else(self, review, codes, keeper):
        """The same ballots in another order, by other codes, leave the very same rows."""
        ballots = [{"正1": "excellent", "正2": "failing"}, {"正1": "failing", "正2": "excellent"}] * 3
        for code, marks in zip(codes, ballots, strict=False):
            vote(review, code, **marks)
        ballot.close(review, by=keeper)
        one = dumped(review)
        ReviewEntry.objects.update(excellent=0, failing=0)
        review.__class__.objects.filter(pk=review.pk).update(
            state="open", way="", issued=0, returned=0, version=1
        )
        AuditEntry.objects.filter(action="review.cast").delete()
        again = ballot.issue(review, 10, known=0, by=keeper)
        for code, marks in zip(reversed(again), reversed(ballots), strict=False):
            vote(review, code, **marks)
        ballot.close(review, by=keeper)
        assert dumped(review) == one
        assert ReviewCode.objects.count() == 0

    def test_a_ballot_writes_the_same_rows_whoever_casts_it(self, review, codes):
        """No model but these has a place for it, and none of them a column for a person, a code or a time."""
        assert {field.name for field in ReviewCode._meta.get_fields()} == {
            "id",
            "review",
            "digest",
            "is_used",
        }
        before = rows_of_all_models()
        vote(review, codes[0], 正1="excellent")
        changed = {label for label, rows in rows_of_all_models().items() if rows != before[label]}
        assert changed == {
            "accounts.AuditEntry",
            "assessments.Review",
            "assessments.ReviewCode",
            "assessments.ReviewEntry",
        }

    def test_the_trail_has_neither_user_nor_address(self, review, codes):
        token = remote_address.set("10.9.8.7")
        try:
            vote(review, codes[0], 正1="excellent")
        finally:
            remote_address.reset(token)
        trail = AuditEntry.objects.get(action="review.cast")
        assert (trail.actor, trail.address, trail.before, trail.after) == (None, "", {}, {})


def dumped(review):
    fields = ("member", *ReviewEntry.COUNTS, "version")
    state = ("state", "way", "issued", "returned", "version")
    return list(review.entries.order_by("pk").values_list(*fields)), [
        getattr(fresh(review), name) for name in state
    ]


def rows_of_all_models():
    return {
        model._meta.label: json.loads(serializers.serialize("json", model._default_manager.order_by("pk")))
        for model in apps.get_models()
    }


class TestPaper:
    def test_sums_for_everybody(self, review, keeper):
        counted = reviewing.counted(review, keeper, issued=10, returned=9, 正1=(7, 1, 0, 0))
        assert (counted.state, counted.way, counted.returned) == ("grading", "paper", 9)
        assert [counts(review, name) for name in ("正1", "正2")] == [(7, 1, 0, 0), (0, 8, 0, 0)]

    @pytest.mark.parametrize("said", [(10, 0, 0, 0), (4, 3, 2, 1)])
    def test_as_many_as_came_back(self, review, keeper, said):
        reviewing.counted(review, keeper, 正1=said)
        assert counts(review, "正1") == said

    def test_more_than_came_back(self, review, keeper):
        with pytest.raises(AssessmentError, match="正1的票合计 11 张，多于收回的 10 张"):
            reviewing.counted(review, keeper, 正1=(4, 3, 2, 2))

    @pytest.mark.parametrize(
        ("issued", "returned", "sentence"),
        [
            (10, 11, "在 1 和发出的 10 张之间"),
            (10, 0, "在 1 和发出的"),
            (11, 10, "参加评议的有 10 人，发出 11 张"),
        ],
    )
    def test_numbers_that_cannot_be(self, review, keeper, issued, returned, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            reviewing.counted(review, keeper, issued=issued, returned=returned)

    def test_fewer_than_five_are_not_kept(self, review, keeper):
        counted = reviewing.counted(review, keeper, issued=10, returned=4, 正1=(4, 0, 0, 0))
        assert (counts(review, "正1"), counted.returned) == ((0, 0, 0, 0), 4)

    def test_typed_again(self, review, keeper):
        reviewing.counted(review, keeper)
        reviewing.counted(review, keeper, 正1=(9, 0, 0, 0))
        assert counts(review, "正1") == (9, 0, 0, 0)

    def test_two_at_once(self, review, keeper):
        facts = {"issued": 10, "returned": 10, "counts": {}, "version": review.version, "by": keeper}
        ballot.type_counts(review, **facts)
        with pytest.raises(Conflict, match="刚被别人改过"):
            ballot.type_counts(review, **facts)

    def test_never_beside_a_vote_on_phones(self, review, codes, keeper):
        """Two kinds counted apart would tell what the few of one kind said."""
        with pytest.raises(AssessmentError, match="现在是“民主测评”"):
            reviewing.counted(review, keeper)
        vote(review, codes[0], 正1="excellent")
        ballot.close(review, by=keeper)
        with pytest.raises(AssessmentError, match="会看出少数人的评价"):
            reviewing.counted(review, keeper)


class TestPages:
    @pytest.fixture
    def browser(self):
        return cast.a_browser(REMOTE_ADDR="10.9.8.7")

    def test_a_code_opens_the_ballot_and_casts_it(self, review, codes, browser):
        assert PROMISE in browser.get("/review-ballots/").content.decode()
        page = browser.post("/review-ballots/", {"code": printed(codes[0]).lower()}).content.decode()
        assert PROMISE in page
        assert re.findall(r"<b>\d+\. (\S+)</b>", page) == [*(f"正{n}" for n in range(1, 10)), "预1"]
        marks = {f"mark-{entry(review, '正1').pk}": "excellent"}
        answer = browser.post("/review-ballots/", {"code": codes[0], "cast": "1", **marks})
        assert answer["Location"] == reverse("review_ballot_done")
        assert counts(review, "正1") == (1, 0, 0, 0)
        assert "谢谢" in browser.get(answer["Location"]).content.decode()

    def test_signed_in_nobody_is_known(self, review, codes, keeper):
        answer = cast.a_browser(keeper).post("/review-ballots/", {"code": codes[0], "cast": "1"})
        assert (answer.status_code, "sessionid" in answer.cookies) == (302, False)
        assert AuditEntry.objects.get(action="review.cast").actor is None

    def test_wrong_codes_are_counted(self, codes, browser, monkeypatch):
        monkeypatch.setattr("assessments.wrong_codes.MOST", 2)
        said = [browser.post("/review-ballots/", {"code": "AAAAAAAA"}).content.decode() for _ in range(3)]
        assert ["次数太多" in each for each in said] == [False, False, True]

    def test_a_strange_name_on_the_ballot(self, review, codes, browser):
        answer = browser.post("/review-ballots/", {"code": codes[0], "cast": "1", "mark-0": "excellent"})
        assert (answer.status_code, fresh(review).returned) == (422, 0)

    def test_slips_are_told_once(self, review, keeper):
        desk = cast.a_browser(keeper)
        page = desk.post(
            reverse("review_issue", args=[review.pk]), {"number": "9", "known": "0"}
        ).content.decode()
        told = re.findall(r'secret-code">(\w{4}-\w{4})<', page)
        assert (len(set(told)), page.count("<svg"), page.count("ballot-slips")) == (9, 9, 2)
        assert {digest(each) for each in told} == set(ReviewCode.objects.values_list("digest", flat=True))
        kept = "".join(map(str, chain.from_iterable(rows_of_all_models().values())))
        assert not [each for each in told if each in kept or each.replace("-", "") in kept]
