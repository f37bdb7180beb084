"""换届: the steps in their order, what each refuses with its article, and what comes of the last."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import records
from activities.elections import reading, steps, verbs
from activities.elections.verbs import ElectionError, Seat
from activities.models import Activity
from branches.models import Branch
from branches.roles import Role
from members.models import Member, MembershipSpell, Post
from tests import cast
from tests.activities.elections.scene import MEETING, NUMBER, a_vote, approve, fresh, held


class TestSeatsAndCandidates:
    """支部条例 20: a committee from 7 full members on. 选举条例 13: a fifth more candidates than seats."""

    @pytest.mark.parametrize(
        ("seats", "full", "is_lawful"),
        [
            (1, 6, True),
            (2, 6, True),
            (3, 6, False),
            (3, 7, True),
            (2, 7, False),
            (7, 30, True),
            (8, 30, False),
            (0, 30, False),
        ],
    )
    def test_how_many_are_elected(self, seats, full, is_lawful):
        fault = steps.fault_of_seats(seats, full)
        assert (fault == "") is is_lawful
        assert is_lawful or "支部条例第二十条" in fault

    @pytest.mark.parametrize(
        ("seats", "candidates", "is_enough"),
        [
            (3, 3, False),
            (3, 4, True),
            (4, 4, False),
            (4, 5, True),
            (5, 5, False),
            (5, 6, True),
            (6, 7, False),
            (6, 8, True),
            (7, 8, False),
            (7, 9, True),
            (1, 0, False),
            (1, 1, True),
            (2, 2, True),
        ],
    )
    def test_how_many_candidates(self, seats, candidates, is_enough):
        fault = steps.fault_of_candidates(seats, candidates)
        assert (fault == "") is is_enough
        assert is_enough or seats < 3 or "选举条例第十三条" in fault


@pytest.mark.parametrize(
    ("rounds", "elected"),
    [
        ([[("甲", 9), ("乙", 8), ("丙", 7)]], ["甲", "乙", "丙"]),
        ([[("甲", 6), ("乙", 8), ("丙", 7), ("丁", 9)]], ["丁", "乙", "丙"]),
        # Those who share the last seat's votes come to another round.
        ([[("甲", 9), ("乙", 8), ("丙", 7), ("丁", 7)]], ["甲", "乙"]),
        ([[("甲", 9), ("乙", 8), ("丙", 7), ("丁", 7)], [("丁", 8)]], ["甲", "乙", "丁"]),
        ([[("甲", 7), ("乙", 7), ("丙", 7), ("丁", 7)]], []),
        ([[("甲", 9)], [("甲", 9), ("乙", 6)]], ["甲", "乙"]),
        ([], []),
    ],
)
def test_seats_go_to_whoever_is_carried_with_most_votes(rounds, elected):
    assert steps.take_seats(rounds, 3) == elected


class TestSteps:
    def test_from_the_request_to_the_term_and_the_posts(self, branch, agreed, people, secretary, college):
        meeting = a_vote(branch, {"教师0": 9, "教师1": 4, "教师2": 8, "教师3": 7}, secretary)
        verbs.hold(agreed, meeting=meeting, by=secretary)
        verbs.report(agreed, on=date(2026, 9, 22), by=secretary)
        verbs.approve(
            agreed,
            on=date(2026, 9, 28),
            number=NUMBER,
            filed_on=date(2026, 9, 28),
            seats=[
                Seat(people[0].pk, "committee", "组织"),
                Seat(people[2].pk, "committee"),
                Seat(people[3].pk, "secretary"),
            ],
            by=college,
        )
        done = fresh(agreed)
        assert (done.term.elected_on, done.term.due_on) == (MEETING, date(2029, 9, 20))
        assert held(branch, date(2026, 9, 27)) == ["教师0 secretary", "教师1 committee", "教师2 committee"]
        assert held(branch, date(2026, 9, 28)) == ["教师0 committee", "教师2 committee", "教师3 secretary"]
        assert steps.next_of(done) is None
        told = AuditEntry.objects.filter(object_id=str(agreed.pk), action__startswith="election.")
        assert sorted(told.values_list("action", flat=True)) == [
            "election.agree",
            "election.approve",
            "election.begin",
            "election.meeting",
            "election.nominate",
            "election.reply",
            "election.report",
        ]

    def test_no_step_before_the_one_before_it(self, begun, secretary, college):
        with pytest.raises(ElectionError, match="还没有轮到“报告选举结果”。"):
            verbs.report(begun, on=date(2026, 9, 1), by=secretary)

    @pytest.mark.parametrize(
        ("on", "sentence"),
        [
            (date(2026, 7, 31), "“上级批复”的日期不能早于“请示换届”的 2026-08-01。"),
            (date(2026, 10, 21), "“上级批复”的日期不能晚于今天。"),
        ],
    )
    def test_the_days_follow_each_other(self, begun, college, on, sentence):
        with pytest.raises(ElectionError) as refusal:
            verbs.reply(begun, on=on, number=NUMBER, seats=3, by=college)
        assert str(refusal.value) == sentence

    def test_nothing_goes_on_in_a_branch_that_was_dissolved(self, branch, begun, secretary, college):
        Branch.objects.filter(pk=branch.pk).update(dissolved_on=date(2026, 8, 5))
        with pytest.raises(ElectionError, match="在这一天尚未成立或已撤销"):
            verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        verbs.withdraw(begun, "支部已撤销", by=college)

    def test_a_recorder_takes_the_steps_of_the_branch_alone(self, branch, begun, college):
        recorder = cast.a_user(Role.RECORDER, branch)
        with pytest.raises(ElectionError, match="由上级党组织的工作人员登记"):
            verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=recorder)
        verbs.withdraw(begun, "日期写错了", by=recorder)

    def test_another_college_takes_none(self, begun, school):
        other = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        with pytest.raises(ElectionError, match="由上级党组织的工作人员登记"):
            verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=other)
        with pytest.raises(ElectionError, match="由党支部登记"):
            verbs.withdraw(begun, "日期写错了", by=other)

    def test_what_the_superior_does_is_not_for_the_branch(self, begun, secretary):
        with pytest.raises(ElectionError, match="由上级党组织的工作人员登记"):
            verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=secretary)

    def test_a_reply_has_its_number(self, begun, college):
        with pytest.raises(ElectionError, match="请填写“上级批复”的文号"):
            verbs.reply(begun, on=date(2026, 8, 10), number=" ", seats=3, by=college)

    def test_candidates_are_full_members_of_the_branch(self, begun, people, school, secretary, college):
        verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        stranger = cast.a_member(school.students, "外人")
        for other in (people[9], stranger):
            chosen = [*people[:3], other]
            with pytest.raises(ElectionError, match=f"“{other.name}”当天不是本支部正式党员"):
                verbs.nominate(begun, on=date(2026, 9, 1), people=[one.pk for one in chosen], by=secretary)

    def test_three_candidates_for_three_seats_are_refused(self, begun, people, secretary, college):
        verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        with pytest.raises(ElectionError, match="至少要 4 人（选举条例第十三条）"):
            verbs.nominate(begun, on=date(2026, 9, 1), people=[one.pk for one in people[:3]], by=secretary)

    def test_one_at_a_time(self, branch, begun, secretary):
        with pytest.raises(ElectionError, match="已有正在办理的换届"):
            verbs.begin(branch, on=date(2026, 8, 2), number="", by=secretary)

    @pytest.mark.parametrize(
        ("on", "sentence"),
        [
            (date(2023, 9, 1), "本届 2023-09-01 才当选，请示换届的日期应在这以后。"),
            (date(1990, 9, 1), "在这一天尚未成立或已撤销"),
        ],
    )
    def test_a_request_comes_within_the_present_term(self, branch, term, secretary, on, sentence):
        Branch.objects.filter(pk=branch.pk).update(founded_on=date(2000, 1, 1))
        branch.refresh_from_db()
        with pytest.raises(ElectionError, match=sentence):
            verbs.begin(branch, on=on, number="", by=secretary)

    def test_none_for_a_temporary_branch(self, branch, secretary):
        Branch.objects.filter(pk=branch.pk).update(form="temporary")
        branch.refresh_from_db()
        with pytest.raises(ElectionError, match="支部条例第八条"):
            verbs.begin(branch, on=date(2026, 8, 1), number="", by=secretary)


class TestTheVote:
    ALL = {"教师0": 7, "教师1": 7, "教师2": 6, "教师3": 5}

    @pytest.mark.parametrize(
        ("absent", "sentence"),
        [(1, ""), (2, "应到会有选举权的党员 9 人，到会 7 人，至少要 8 人到会才能表决")],
    )
    def test_four_fifths_must_have_come(self, branch, agreed, secretary, absent, sentence):
        """9 voters: 8 are four fifths, 7 are not."""
        meeting = a_vote(branch, self.ALL, secretary, absent=absent)
        if sentence:
            with pytest.raises(ElectionError, match=sentence):
                verbs.hold(agreed, meeting=meeting, by=secretary)
        else:
            verbs.hold(agreed, meeting=meeting, by=secretary)
            assert [one.name for one in reading.result_of(fresh(agreed)).elected] == [
                "教师0",
                "教师1",
                "教师2",
            ]

    def test_a_meeting_without_a_vote_is_refused(self, branch, agreed, secretary):
        with pytest.raises(ElectionError, match="还没有选举的票数"):
            verbs.hold(agreed, meeting=cast.a_record(branch, "general_meeting", MEETING), by=secretary)

    def test_nobody_carried_is_refused(self, branch, agreed, secretary):
        meeting = a_vote(branch, dict.fromkeys(self.ALL, 4), secretary)
        with pytest.raises(ElectionError, match="候选人都没有当选"):
            verbs.hold(agreed, meeting=meeting, by=secretary)

    def test_a_later_correction_of_the_votes_is_seen(self, branch, agreed, secretary, college, people):
        meeting = a_vote(branch, {"教师0": 9, "教师2": 8, "教师3": 7}, secretary)
        verbs.hold(agreed, meeting=meeting, by=secretary)
        verbs.report(agreed, on=MEETING, by=secretary)
        records.withdraw(meeting, by=secretary, version=meeting.version, reason="开错了")
        with pytest.raises(ElectionError, match="选举大会的记录已撤回"):
            approve(agreed, college, people[0], people[2], people[3])

    def test_the_minutes_offer_the_candidates(self, branch, agreed, browser):
        meeting = cast.a_record(branch, "general_meeting", MEETING)
        shown = browser.get(reverse("agenda_add", args=[meeting.pk, "election"]))
        rows = [form.initial.get("subject") for form in shown.context["form"].ballots]
        assert rows[:4] == ["教师0", "教师1", "教师2", "教师3"]
        assert shown.context["form"].initial["title"] == "换届选举"

    def test_the_minutes_lead_back_while_the_vote_is_waited_for(self, branch, agreed, secretary, browser):
        meeting = a_vote(branch, {"教师0": 9, "教师2": 8, "教师3": 7}, secretary)
        page = reverse("activity_minutes", args=[meeting.pk])
        assert "换届：登记选举大会" in browser.get(page).content.decode()
        verbs.hold(agreed, meeting=meeting, by=secretary)
        assert "换届：登记选举大会" not in browser.get(page).content.decode()

    def test_somebody_written_in_takes_a_seat(self, branch, agreed, secretary):
        meeting = a_vote(branch, {"教师0": 7, "教师1": 5, "教师4": 6, "教师3": 2}, secretary)
        verbs.hold(agreed, meeting=meeting, by=secretary)
        result = reading.result_of(fresh(agreed))
        assert [one.name for one in result.elected] == ["教师0", "教师1", "教师4"]

    @pytest.mark.parametrize("name", ["教师零", "教师9"])
    def test_a_name_that_is_nobody_electable_is_refused(self, branch, agreed, secretary, name):
        meeting = a_vote(branch, {name: 7, "教师1": 6, "教师2": 5}, secretary)
        with pytest.raises(ElectionError, match=f"“{name}”在选举大会当天不是本支部正式党员"):
            verbs.hold(agreed, meeting=meeting, by=secretary)

    def test_a_corrected_day_is_seen(self, branch, agreed, secretary, college, people):
        meeting = a_vote(branch, {"教师0": 9, "教师2": 8, "教师3": 7}, secretary)
        verbs.hold(agreed, meeting=meeting, by=secretary)
        verbs.report(agreed, on=MEETING, by=secretary)
        Activity.objects.filter(pk=meeting.pk).update(held_on=date(2026, 9, 21))
        with pytest.raises(ElectionError, match="选举大会的日期是 2026-09-21，应在"):
            approve(agreed, college, people[0], people[2], people[3])

    def test_two_of_one_name_are_told_apart(self, people):
        people[1].name = people[0].name
        assert list(reading.labels(people[:2])) == [
            f"教师0（{people[0].number}）",
            f"教师0（{people[1].number}）",
        ]


def leaves(person, last):
    MembershipSpell.objects.filter(member=person).update(until=last)


class TestWhoLeaves:
    """A candidate, or somebody elected, who is no full member of the branch any more."""

    def test_before_the_superior_agreed(self, begun, people, secretary, college):
        verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        verbs.nominate(begun, on=date(2026, 9, 1), people=[one.pk for one in people[:4]], by=secretary)
        leaves(people[3], date(2026, 9, 5))
        with pytest.raises(ElectionError, match="候选人“教师3”当天不是本支部正式党员"):
            verbs.agree(begun, on=date(2026, 9, 10), number=NUMBER, by=college)

    def test_before_the_meeting(self, branch, agreed, people, secretary, browser):
        leaves(people[3], date(2026, 9, 15))
        shown = browser.get(reverse("election", args=[agreed.pk])).content.decode()
        assert "候选人“教师3”现在不是本支部正式党员" in shown
        meeting = a_vote(branch, {"教师0": 8, "教师1": 7, "教师2": 6}, secretary)
        with pytest.raises(ElectionError, match="候选人 3 人。差额不少于应选人数的20%"):
            verbs.hold(agreed, meeting=meeting, by=secretary)
        assert reading.candidates_at(meeting) == ["教师0", "教师1", "教师2"]

    def test_before_the_approval(self, branch, begun, people, secretary, college):
        verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=4, by=college)
        verbs.nominate(begun, on=date(2026, 9, 1), people=[one.pk for one in people[:5]], by=secretary)
        verbs.agree(begun, on=date(2026, 9, 10), number=NUMBER, by=college)
        meeting = a_vote(branch, {"教师0": 8, "教师1": 7, "教师2": 6, "教师3": 5}, secretary)
        verbs.hold(begun, meeting=meeting, by=secretary)
        verbs.report(begun, on=date(2026, 9, 21), by=secretary)
        leaves(people[3], date(2026, 9, 22))
        seats = [Seat(people[n].pk, title) for n, title in
                 [(0, "secretary"), (1, "committee"), (2, "committee")]]  # fmt: skip
        verbs.approve(
            begun, on=date(2026, 9, 28), number=NUMBER, filed_on=date(2026, 9, 28), seats=seats, by=college
        )
        assert held(branch, date(2026, 9, 28)) == ["教师0 secretary", "教师1 committee", "教师2 committee"]


class TestPosts:
    @pytest.fixture
    def reported(self, branch, agreed, secretary):
        meeting = a_vote(branch, {"教师0": 9, "教师2": 8, "教师3": 7}, secretary)
        verbs.hold(agreed, meeting=meeting, by=secretary)
        verbs.report(agreed, on=MEETING, by=secretary)
        return fresh(agreed)

    def test_everybody_elected_gets_one_post(self, reported, college, people):
        with pytest.raises(ElectionError, match="请给每位当选的人确定一项职务"):
            approve(reported, college, people[0], people[2])
        with pytest.raises(ElectionError, match="请给每位当选的人确定一项职务"):
            approve(reported, college, people[0], people[2], people[1])

    def test_one_secretary(self, reported, college, people):
        seats = [Seat(people[n].pk, "committee") for n in (0, 2, 3)]
        with pytest.raises(ElectionError, match="书记为1名"):
            verbs.approve(reported, on=MEETING, number=NUMBER, filed_on=None, seats=seats, by=college)

    def test_whoever_stays_in_the_post_keeps_it(self, reported, branch, college, people):
        approve(reported, college, people[0], people[2], people[3])
        [post] = Post.objects.open().filter(branch=branch, title="secretary")
        assert (post.member, post.since) == (people[0], date(2016, 1, 1))

    def test_another_duty_in_the_same_post_is_kept(self, reported, branch, college, people):
        seats = [
            Seat(people[0].pk, "secretary"),
            Seat(people[2].pk, "committee", "宣传"),
            Seat(people[3].pk, "committee"),
        ]
        verbs.approve(reported, on=MEETING, number=NUMBER, filed_on=MEETING, seats=seats, by=college)
        post = Post.objects.open().get(branch=branch, member=people[2])
        assert (post.duty, post.since) == ("宣传", MEETING)

    def test_not_from_a_day_before_the_present_post(self, reported, branch, college, people):
        Post.objects.filter(branch=branch, member=people[1]).update(since=MEETING)
        with pytest.raises(ElectionError, match="教师1现任的委员自 2026-09-20 起，批准日期应在这以后"):
            approve(reported, college, people[0], people[2], people[3])
        assert fresh(reported).approved_on is None

    def test_the_committee_may_be_filed_later(self, reported, branch, college, people):
        above, page = cast.a_browser(college), reverse("election", args=[reported.pk])
        approve(reported, college, people[0], people[2], people[3], filed_on=None)
        [line] = above.get(reverse("election_list")).context["page"].object_list
        assert (line.stage, line.whose) == ("待委员备案", "上级")
        early = above.post(page, {"step": "file", "on": "2026-09-19"})
        assert "“委员备案”的日期不能早于“报告选举结果”的 2026-09-20。" in early.content.decode()
        above.post(page, {"step": "file", "on": "2026-09-30"})
        assert (fresh(reported).filed_on, reading.stage_of(fresh(reported))) == (date(2026, 9, 30), "已办结")
        assert list(above.get(reverse("election_list")).context["page"].object_list) == []

    def test_a_record_changed_after_the_approval_is_told(self, reported, college, people, secretary, browser):
        approve(reported, college, people[0], people[2], people[3])
        meeting = fresh(reported).meeting
        records.withdraw(meeting, by=secretary, version=meeting.version, reason="开错了")
        shown = browser.get(reverse("election", args=[reported.pk])).content.decode()
        assert "批准以后，选举大会的记录改过" in shown

    def test_a_young_secretary_wants_a_reason(self, reported, branch, college, people):
        Member.objects.filter(pk=people[3].pk).update(full_on=date(2026, 1, 1))
        with pytest.raises(ElectionError, match="支部条例第二十三条"):
            approve(reported, college, people[3], people[2], people[0])
        assert held(branch, date(2026, 10, 1)) == ["教师0 secretary", "教师1 committee", "教师2 committee"]
        approve(reported, college, people[3], people[2], people[0], reason="学院党委批准")
        assert Post.objects.open().get(branch=branch, title="secretary").reason == "学院党委批准"


class TestTakingBack:
    def test_the_last_step_alone(self, agreed, secretary, college):
        with pytest.raises(ElectionError, match="由上级党组织的工作人员登记"):
            verbs.step_back(agreed, "agree", by=secretary)
        verbs.step_back(agreed, "agree", by=college)
        assert steps.next_of(fresh(agreed)).key == "agree"
        verbs.step_back(agreed, "nominate", by=secretary)
        assert (steps.next_of(fresh(agreed)).key, agreed.candidates.count()) == ("nominate", 0)

    def test_not_the_request(self, begun, secretary):
        with pytest.raises(ElectionError, match="没有可以退回的步骤"):
            verbs.step_back(begun, "request", by=secretary)

    def test_pressed_twice_it_takes_back_one_step(self, agreed, college):
        verbs.step_back(agreed, "agree", by=college)
        with pytest.raises(ElectionError, match="这一步刚才已经退回"):
            verbs.step_back(agreed, "agree", by=college)
        assert steps.next_of(fresh(agreed)).key == "agree"

    def test_the_button_names_its_step(self, agreed, college):
        above, page = cast.a_browser(college), reverse("election_step_back", args=[agreed.pk])
        for _ in range(2):
            above.post(page, {"step": "agree"})
        assert steps.next_of(fresh(agreed)).key == "agree"

    def test_without_a_reply_nothing_is_known_of_the_seats(self, begun, college):
        verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
        verbs.step_back(begun, "reply", by=college)
        assert fresh(begun).seats == 0

    def test_given_up_and_begun_anew(self, branch, begun, secretary):
        verbs.withdraw(begun, "日期写错了", by=secretary)
        assert steps.next_of(fresh(begun)) is None
        verbs.begin(branch, on=date(2026, 8, 2), number="", by=secretary)

    def test_after_the_reply_by_the_superior(self, agreed, secretary, college):
        with pytest.raises(ElectionError, match="由上级党组织的工作人员撤销"):
            verbs.withdraw(agreed, "日期写错了", by=secretary)
        verbs.withdraw(agreed, "日期写错了", by=college)
        with pytest.raises(ElectionError, match="已经办结或者撤销"):
            verbs.withdraw(agreed, "日期写错了", by=college)
