"""The democratic review on phones: begun, written, voted by a code, graded, sent to the superior, concluded."""

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Review
from assessments.reviews import ballot, keeping
from branches.roles import Role
from members.models import ReviewResult
from tests import cast
from tests.assessments import reviewing
from tests.assessments.reviewing import entry, fresh
from tests.browser.conftest import DESK, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "一年来认真学习，按时参加组织生活，联系两名学生。"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def members(school):
    """Six full members and one on probation."""
    return reviewing.people(school.teachers, 6)


@pytest.fixture
def keeper(school, members):
    return reviewing.a_secretary(school.teachers)


@pytest.fixture
def review(school, keeper):
    return keeping.begin(school.teachers, year=timezone.localdate().year, on=timezone.localdate(), by=keeper)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_begun_from_the_branch_in_four_taps(opened, keeper, tap):
    with opened(keeper) as page:
        tap(page.get_by_role("link", name="支部", exact=True))
        tap(page.get_by_role("link", name="民主评议党员", exact=True))
        page.wait_for_url(f"**{reverse('review_list')}*")
        assert serious(page) == []
        tap(page.get_by_role("link", name="发起"))
        page.wait_for_url(f"**{reverse('review_new')}")
        assert serious(page) == []
        tap(button(page, "发起"))
        page.get_by_text("党员写自评，开会互评，再民主测评。").wait_for()
        assert serious(page) == []
    assert (tap.number, Review.objects.get().entries.count()) == (4, 7)


def test_a_member_writes_and_another_votes(opened, review, members, keeper):
    members[0].account = cast.a_user(name="正1")
    members[0].save()
    with opened(members[0].account, reverse("me")) as page:
        page.get_by_role("link", name="民主评议党员").tap()
        page.fill("[name=text]", TEXT)
        page.get_by_text("已存本机").wait_for()
        page.reload()
        page.get_by_text("已恢复草稿").wait_for()
        button(page, "保存自评").tap()
        page.get_by_text("自评已保存").wait_for()
        assert page.evaluate("localStorage.length") == 0
        assert serious(page) == []
    assert entry(review, "正1").self_text == TEXT
    code = ballot.issue(review, 7, known=0, by=keeper)[0]
    with opened(keeper, f"{reverse('review_ballot')}#{code}") as page:
        page.get_by_text("按姓名排列").wait_for()
        assert serious(page) == []
        for number in range(1, 7):
            page.get_by_role("group", name=f"{number}. 正{number}").get_by_role(
                "radio", name="合格", exact=True
            ).tap()
        assert page.locator("[data-unrated]").is_visible()
        button(page, "提交选票").tap()
        page.get_by_text("谢谢。您的测评码已经失效").wait_for()
    assert (fresh(review).returned, entry(review, "正6").counts, entry(review, "预1").counts) == (
        1,
        (0, 1, 0, 0),
        (0, 0, 0, 0),
    )


def test_graded_sent_and_concluded(opened, review, school, keeper):
    today = timezone.localdate()
    reviewing.counted(review, keeper, issued=7, returned=7)
    cast.a_record(school.teachers, "democratic_review", today)
    with opened(keeper, reverse("review", args=[review.pk])) as page:
        button(page, "关联这次会议").tap()
        page.get_by_text("已关联会议记录").wait_for()
        page.get_by_role("link", name="正1").tap()
        page.wait_for_url("**/reviewed/**")
        assert serious(page) == []
        page.get_by_role("radio", name="优秀", exact=True).tap()
        page.fill("[name=opinion]", "带头做表率。")
        button(page, "保存，评下一位").tap()
        page.get_by_role("heading", name="正2").wait_for()
        page.get_by_role("link", name="返回").tap()
        page.get_by_text("其余 5 人评为“合格”").tap()
        page.fill("[name=opinion]", "能履行党员义务。")
        button(page, "其余评为“合格”").tap()
        button(page, "报送上级").tap()
        page.get_by_text("已报送，等上级审核。").first.wait_for()
        assert serious(page) == []
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    with opened(staff, reverse("review_list"), machine=DESK) as page:
        assert serious(page) == []
        page.get_by_role("link", name="物理教师党支部").click()
        button(page, "审核办结").click()
        page.get_by_text("已办结，结果已记入").first.wait_for()
        assert serious(page) == []
    grades = dict(ReviewResult.objects.values_list("member__name", "grade"))
    assert grades == {
        "正1": "excellent",
        **{f"正{number}": "competent" for number in range(2, 7)},
        "预1": "",
    }


def test_paper_is_typed_on_a_phone(opened, review, keeper):
    with opened(keeper, reverse("review_counts", args=[review.pk])) as page:
        assert serious(page) == []
        page.fill("[name=returned]", "6")
        for name in ("正1", "正2"):
            page.get_by_label(f"{name}的“合格”票").fill("5")
        button(page, "保存票数").tap()
        page.get_by_text("已保存测评票数").wait_for()
    assert entry(review, "正2").counts == (0, 5, 0, 0)
