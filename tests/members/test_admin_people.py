"""People in the browser admin: found, masked, changed through their verbs; groups and stations with those in them."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from branches.models import PartyGroup, RoleGrant, Station, StationArea
from branches.roles import Role
from members.models import GroupMembership, Member, MembershipSpell, Post, StationAssignment
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

TODAY = date(2026, 11, 22)
MEMBERS = "/admin/members/member/"
ID_NUMBER = "99999919900307002X"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def college(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


def full_member(branch, name="单雪", **more):
    member = cast.a_member(branch, name, **more)
    member.id_number, member.phone, member.address = ID_NUMBER, "13800005678", "XX省XX市XX区一路1号"
    member.birth_date = date(1990, 3, 7)
    member.save()
    return member


def page(member, name="change"):
    return f"{MEMBERS}{member.pk}/{name}/"


def form_of(member, **more):
    facts = {"name": member.name, "sex": member.sex, "joined_on": member.joined_on, "full_on": member.full_on}
    return {**facts, "school_number": "", "job": "", "floating_to": "", "note": "", **more}


def found(response):
    return [member.name for member in response.context["cl"].result_list]


class TestFinding:
    @pytest.mark.parametrize("text", ["单雪", "shanx", "sx", "002X", "5678", ID_NUMBER])
    def test_by_name_pinyin_initials_or_last_four(self, college, school, text):
        full_member(school.teachers)
        cast.a_member(school.students, "王敏")
        assert found(college.get(MEMBERS, {"q": text})) == ["单雪"]

    def test_not_outside_the_college(self, college, school):
        full_member(school.musicians)
        for text in ("单雪", "sx", "002X", ID_NUMBER):
            assert found(college.get(MEMBERS, {"q": text})) == []

    def test_a_guest_of_ones_branch_is_seen_and_not_changed(self, college, school):
        guest = cast.a_member(school.musicians, "赵丽")
        MembershipSpell.objects.create(
            member=guest,
            branch=school.teachers,
            branch_path=school.teachers.path,
            kind="attending",
            since=TODAY,
        )
        assert found(college.get(MEMBERS)) == ["赵丽"]
        assert college.get(page(guest)).status_code == 200
        assert college.post(page(guest), form_of(guest, name="改名")).status_code == 403

    def test_masked_columns_are_asked_by_no_condition(self, college):
        for name in (
            "birth_date__day",
            "id_number_hash__startswith",
            "id_last4_hash",
            "phone_cipher__contains",
        ):
            assert college.get(MEMBERS, {name: "7"}).status_code == 400

    def test_a_filter_leads_nowhere_beyond_its_own_rows(self, college, school):
        """From a station one sees, over the tree, to people of another college, or to a password."""
        station = cast.a_station(school.teachers, cast.a_member(school.teachers))
        list_ = "/admin/members/stationassignment/"
        assert college.get(list_, {"station__id__exact": station.pk}).context["cl"].result_count == 1
        for name in (
            "station__branch__parent__parent__children__members__note__contains",
            "station__assignments__member__account__password__startswith",
        ):
            assert college.get(list_, {name: "x"}).status_code == 400

    def test_autocomplete_tells_two_of_one_name_apart(self, college, school):
        cast.a_member(school.teachers, "王敏", school_number="1")
        cast.a_member(school.students, "王敏", school_number="2")
        cast.a_member(school.musicians, "王敏", school_number="3")
        query = {"app_label": "members", "model_name": "post", "field_name": "member", "term": "王敏"}
        texts = {row["text"] for row in college.get("/admin/autocomplete/", query).json()["results"]}
        assert texts == {"王敏（物理教师党支部 1）", "王敏（物理学生党支部 2）"}


class TestMasking:
    def test_no_page_shows_a_number_in_clear(self, college, school):
        member = full_member(school.teachers)
        for address in (MEMBERS, page(member), page(member, "history")):
            text = college.get(address).content.decode()
            for secret in (ID_NUMBER, "13800005678", "一路1号", "1990-03-07", "1990年3月7日"):
                assert secret not in text
        text = college.get(page(member)).content.decode()
        assert "138****5678" in text
        assert "1990-03" in text

    def test_history_shows_no_encrypted_value_and_the_month_of_birth(self, college, school):
        member = full_member(school.teachers)
        member.phone, member.birth_date = "13900001234", date(1990, 4, 8)
        member.save()
        text = college.get(page(member, "history")).content.decode()
        assert "<td>1990-03</td><td>1990-04</td>" in text
        assert member.phone_cipher not in text


class TestChanging:
    def test_facts_go_through_the_verb(self, college, school):
        member = full_member(school.teachers)
        assert (
            college.post(page(member), form_of(member, name="单雪梅", full_on="2016-07-01")).status_code
            == 302
        )
        changed = Member.objects.get(pk=member.pk)
        assert (changed.name, changed.name_initials, changed.full_on) == ("单雪梅", "sxm", date(2016, 7, 1))
        assert changed.statuses.get(status="full").since == date(2016, 7, 1)
        entry = AuditEntry.objects.get(action="member.change")
        assert (entry.before["name"], entry.after["name"]) == ("单雪", "单雪梅")

    def test_what_is_not_on_the_form_stays(self, college, school):
        """T06: every other column, the foreign branch and somebody's account."""
        member, stranger = full_member(school.teachers), cast.a_user()
        smuggled = {
            "number": "X1",
            "branch": school.musicians.pk,
            "branch_path": school.musicians.path,
            "account": stranger.pk,
            "status": "left",
            "id": "00000000-0000-4000-8000-000000000000",
            "id_number": "999999199003070011",
            "id_number_hash": "0",
            "phone": "1",
            "birth_date": "2000-01-01",
            "is_staff": "1",
            "identity_note": "x",
        }
        assert college.post(page(member), form_of(member, **smuggled)).status_code == 302
        after = Member.objects.get(pk=member.pk)
        assert (after.branch, after.account, after.status, after.number) == (
            school.teachers,
            None,
            "full",
            member.number,
        )
        assert (after.id_number, after.birth_date, after.identity_note) == (ID_NUMBER, date(1990, 3, 7), "")

    def test_dates_out_of_order_come_back(self, college, school):
        member = full_member(school.teachers)
        response = college.post(page(member), form_of(member, full_on="2010-01-01"))
        assert "不能早于" in str(response.context["adminform"].form.errors)

    def test_nobody_is_added_or_deleted_here(self, college, school):
        member = full_member(school.teachers)
        assert college.get(f"{MEMBERS}add/").status_code == 403
        assert college.post(page(member, "delete"), {"post": "yes"}).status_code == 403
        assert Member.objects.filter(pk=member.pk).exists()

    def test_moving_inside_the_college(self, college, school):
        member = full_member(school.teachers)
        assert college.post(page(member, "move"), {"to": school.students.pk, "on": TODAY}).status_code == 302
        assert Member.objects.get(pk=member.pk).branch == school.students

    def test_not_into_another_college(self, college, school):
        member = full_member(school.teachers)
        response = college.post(page(member, "move"), {"to": school.musicians.pk, "on": TODAY})
        assert "to" in response.context["form"].errors
        assert Member.objects.get(pk=member.pk).branch == school.teachers


class TestPosts:
    ADD = "/admin/members/post/add/"

    def appoint(self, browser, member, branch, title="committee", **more):
        sent = {"member": member.pk, "branch": branch.pk, "title": title, "since": TODAY, **more}
        return browser.post(self.ADD, sent)

    def test_appointing(self, college, school):
        member = cast.a_member(school.teachers, account=cast.a_user())
        assert self.appoint(college, member, school.teachers, "secretary").status_code == 302
        assert Post.objects.get().grant.role == Role.SECRETARY

    @pytest.mark.parametrize("who", ["member", "branch"])
    def test_foreign_people_and_places_are_form_errors(self, college, school, who):
        own, foreign = cast.a_member(school.teachers), cast.a_member(school.musicians)
        member, branch = (foreign, school.teachers) if who == "member" else (own, school.musicians)
        response = self.appoint(college, member, branch)
        assert list(response.context["adminform"].form.errors) == [who]

    def test_a_guest_may_hold_a_post_in_the_branch_he_attends(self, college, school):
        guest = cast.a_member(school.musicians)
        MembershipSpell.objects.create(
            member=guest,
            branch=school.teachers,
            branch_path=school.teachers.path,
            kind="attending",
            since=TODAY,
        )
        assert self.appoint(college, guest, school.teachers, "secretary").status_code == 302

    def test_a_second_secretary_comes_back_in_words(self, college, school):
        cast.a_post(cast.a_member(school.teachers), Post.Title.SECRETARY)
        response = self.appoint(college, cast.a_member(school.teachers), school.teachers, "secretary")
        assert "已有在任书记" in str(response.context["adminform"].form.errors)

    def test_a_group_of_another_branch_comes_back(self, college, school):
        group = cast.a_group(school.students)
        member = cast.a_member(school.teachers)
        response = self.appoint(college, member, school.teachers, "group_leader", group=group.pk)
        assert "不属于" in str(response.context["adminform"].form.errors["group"])

    def test_an_auditor_as_secretary_comes_back_as_a_message(self, college, school):
        member = cast.a_member(school.teachers, account=cast.a_user(Role.AUDITOR))
        response = self.appoint(college, member, school.teachers, "secretary")
        assert response["Location"] == self.ADD
        assert "不能兼任" in college.get(self.ADD).content.decode()

    def test_ending(self, college, school):
        post = cast.a_post(cast.a_member(school.teachers))
        address = f"/admin/members/post/{post.pk}/end/"
        assert "不能早于" in str(college.post(address, {"on": "2000-01-01"}).context["form"].errors)
        assert college.post(address, {"on": TODAY}).status_code == 302
        assert Post.objects.get().until == TODAY
        assert college.post(address, {"on": TODAY}).status_code == 403


class TestGroups:
    def test_one_name_once_in_a_branch(self, college, school):
        first = cast.a_group(school.teachers, name="第一党小组")
        second = cast.a_group(school.teachers, name="第二党小组")
        sent = {"branch": school.teachers.pk, "name": first.name, "position": 1, "since": TODAY}
        for address in ("add/", f"{second.pk}/change/"):
            response = college.post(f"/admin/branches/partygroup/{address}", sent)
            assert "同名" in str(response.context["adminform"].form.errors)

    def test_founding_only_in_a_branch(self, college, school):
        sent = {"branch": school.physics.pk, "name": "第一党小组", "position": 1, "since": TODAY}
        response = college.post("/admin/branches/partygroup/add/", sent)
        assert "branch" in response.context["adminform"].form.errors
        college.post("/admin/branches/partygroup/add/", {**sent, "branch": school.teachers.pk})
        assert PartyGroup.objects.get().branch_path == school.teachers.path

    def test_joining_leaves_the_other_group_of_the_branch(self, college, school):
        member = cast.a_member(school.teachers)
        old, new = cast.a_group(school.teachers, member, name="一"), cast.a_group(school.teachers, name="二")
        college.post(f"/admin/branches/partygroup/{new.pk}/seats/", {"join": [member.pk], "on": TODAY})
        seats = GroupMembership.objects.order_by("since").values_list("group", "since", "until")
        assert list(seats) == [
            (old.pk, date(2016, 1, 1), TODAY - timedelta(days=1)),
            (new.pk, TODAY, None),
        ]

    def test_leaving(self, college, school):
        member = cast.a_member(school.teachers)
        group = cast.a_group(school.teachers, member)
        seat = GroupMembership.objects.get()
        college.post(f"/admin/branches/partygroup/{group.pk}/seats/", {"leave": [seat.pk], "on": TODAY})
        assert GroupMembership.objects.get().until == TODAY - timedelta(days=1)

    @pytest.mark.parametrize("kind", ["join", "leave"])
    def test_one_foreign_person_changes_nothing(self, college, school, kind):
        """T04."""
        own, stranger = cast.a_member(school.teachers), cast.a_member(school.musicians)
        group, foreign = cast.a_group(school.teachers), cast.a_group(school.musicians, stranger)
        foreign_key = stranger.pk if kind == "join" else foreign.seats.get().pk
        sent = {"join": [own.pk], "on": TODAY}
        sent[kind] = [*sent.get(kind, []), foreign_key]
        response = college.post(f"/admin/branches/partygroup/{group.pk}/seats/", sent)
        assert kind in response.context["form"].errors
        assert not group.seats.exists()
        assert foreign.seats.get().until is None

    def test_the_end_of_a_group_ends_seats_and_leadership(self, college, school):
        member = cast.a_member(school.teachers)
        group = cast.a_group(school.teachers, member)
        facts = {"branch": school.teachers, "branch_path": school.teachers.path, "since": date(2020, 1, 1)}
        Post.objects.create(member=member, title=Post.Title.GROUP_LEADER, group=group, **facts)
        college.post(f"/admin/branches/partygroup/{group.pk}/end/", {"on": TODAY})
        assert PartyGroup.objects.get().until == TODAY
        assert (group.seats.get().until, Post.objects.get().until) == (TODAY, TODAY)


class TestStations:
    ADD = "/admin/members/stationassignment/add/"

    def test_a_head_with_an_account_gets_the_role_until_the_end(self, college, school):
        station = cast.a_station(school.teachers, name="竹园站")
        member = cast.a_member(school.teachers, account=cast.a_user())
        sent = {"member": member.pk, "station": station.pk, "is_head": "on", "since": TODAY}
        assert college.post(self.ADD, sent).status_code == 302
        assignment = StationAssignment.objects.get(member=member)
        assert (assignment.grant.role, assignment.grant.station) == (Role.STATION_HEAD, station)
        college.post(f"/admin/members/stationassignment/{assignment.pk}/end/", {"on": TODAY})
        assert RoleGrant.objects.get(pk=assignment.grant_id).until == TODAY

    def test_an_area_of_another_station_comes_back(self, college, school):
        here = cast.a_station(school.teachers, name="甲站")
        there = cast.a_station(school.students, name="乙站")
        area = StationArea.objects.filter(station=there).first()
        sent = {
            "member": cast.a_member(school.teachers).pk,
            "station": here.pk,
            "area": area.pk,
            "since": TODAY,
        }
        response = college.post(self.ADD, sent)
        assert "不属于" in str(response.context["adminform"].form.errors["area"])

    def test_a_foreign_area_in_the_form_of_ones_own_station_changes_nothing(self, college, school):
        """T04."""
        own, foreign = (
            cast.a_station(school.teachers, name="甲站"),
            cast.a_station(school.musicians, name="乙站"),
        )
        area = StationArea.objects.filter(station=foreign).first()
        sent = {
            "name": "甲站",
            "building": "1号楼",
            "branch": school.teachers.pk,
            "position": 1,
            "since": "2024-01-01",
            "areas-TOTAL_FORMS": 1,
            "areas-INITIAL_FORMS": 1,
            "areas-0-id": area.pk,
            "areas-0-station": own.pk,
            "areas-0-name": "改名",
            "areas-0-position": 1,
        }
        response = college.post(f"/admin/branches/station/{own.pk}/change/", sent)
        assert response.status_code == 404
        assert StationArea.objects.get(pk=area.pk).name == area.name
        assert Station.objects.get(pk=own.pk).building == own.building
