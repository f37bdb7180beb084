"""T61: a secretary's account is stolen. The list is what happened, no more and no less; its sessions end at once."""

import json
import re
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from docx import Document

from accounts import audit
from accounts.models import AuditEntry, SignedIn
from accounts.proof import PROVED_AT
from branches.roles import Role
from members.models import Member
from reports.privacy import incident
from tests import cast

pytestmark = pytest.mark.django_db

HOME, THIEF = "10.1.2.3", "203.0.113.9"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False) as traveller:
        yield traveller


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def victim(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="孙工作")


@pytest.fixture
def members(school):
    return [cast.a_member(school.teachers, name) for name in ("王五", "赵六", "钱七")]


def signed_in(user, address, password=cast.PASSWORD):
    browser = Client(REMOTE_ADDR=address)
    browser.post(reverse("login"), {"username": user.username, "password": password})
    return browser


@pytest.fixture
def theft(victim, members, school, clock):
    """What the thief did, in order: action and what it was about."""
    record = cast.a_record(school.teachers, title="主题党日")
    signed_in(victim, THIEF, "guess")
    browser = signed_in(victim, THIEF)
    for one in members[:2]:
        url = reverse("member_unmask", args=[one.pk])
        clock.shift(1)
        browser.post(url, {"fields_wanted": ["phone", "id_number"], "reason": "核对组织关系"})
    clock.shift(1)
    browser.post(reverse("roster_export"), {})
    clock.shift(1)
    browser.get(reverse("activity_paper", args=[record.pk, "minutes", "docx"]))
    browser.get(reverse("local_rules"))
    browser.post(reverse("own_suggestions"), {"text": "没什么", "page": "/roster/"})
    return [
        ("member.unmask", members[0]),
        ("member.unmask", members[1]),
        ("roster.export", None),
        ("activity.print", record),
    ]


def patterns(resolver=None):
    """Every address."""
    for each in (resolver or get_resolver()).url_patterns:
        yield from [each] if isinstance(each, URLPattern) else patterns(each)


def report(user):
    now = timezone.localtime()
    return incident.of(user, now.replace(second=0), now)


class TestReport:
    def test_the_list_is_the_ground_truth(self, theft, victim):
        found = report(victim)
        told = [(one.action, one.on) for one in found.taken]
        assert told == [(action, f"编号 {str(on.pk)[:8]}" if on else "") for action, on in theft]
        assert [one.action for one in found.changed] == ["suggestion.make"]
        assert [one.action for one in found.refused] == ["access.refuse"]
        assert [one.address for one in found.places] == [THIEF]
        assert (found.people, found.rows, found.failures) == (2, 3, 1)

    def test_it_says_what_kinds_of_data_are_concerned(self, theft, victim):
        assert set(report(victim).categories) == {
            "身份信息",
            "公民身份号码",
            "联系方式和住址",
            "学历、专业和工作",
            "党籍、组织关系和职务",
            "到会、学时和签到",
            "活动记录、会议纪要和谈心谈话",
        }

    def test_whatever_leaves_is_of_some_kind_or_of_nobody(self):
        """A new export says here what it holds, or that nobody stands in it."""
        root, things = Path(settings.BASE_DIR), set()
        for path in root.glob("*/**/*.py"):
            if path.parts[len(root.parts)] not in ("tests", ".venv"):
                found = re.findall(r'"([a-z_]+)\.([a-z_]+)"', path.read_text(encoding="utf-8"))
                things |= {thing for thing, deed in found if deed in incident.TAKING}
        callbacks = (page.callback for page in patterns() if page.callback)
        things |= {one.listed.thing for one in callbacks if hasattr(one, "listed")}
        assert "exemption" in things
        assert things - {*incident.CATEGORIES, *incident.OF_NOBODY, "list", "statistics"} == set()

    @pytest.mark.parametrize(
        ("action", "after", "kinds"),
        [
            ("exemption.export", {"rows": 2}, {"身份信息", "免于要求（年老、生病、行动不便）"}),
            ("list.export", {"list": "datarequest", "rows": 1}, {"隐私告知和个人信息请求"}),
            (
                "statistics.export",
                {"statistic": "members", "figure": "full", "rows": 3},
                {"身份信息", "党籍、组织关系和职务"},
            ),
            ("statistics.export", {"statistic": "members", "rows": 3}, set()),
            ("privacy.export", {"as": "xlsx"}, set()),
        ],
    )
    def test_what_a_file_holds(self, victim, action, after, kinds):
        entry = audit.record(action, by=victim, after=after)
        assert set(incident.of(victim, entry.at, entry.at).categories) == kinds

    def test_a_list_with_identity_in_clear_says_so(self, victim):
        after = {"rows": 2, "in_clear": True, "people": ["T1", "T2"], "reason": "报上级备案"}
        entry = audit.record("development.export", by=victim, after=after)
        found = incident.of(victim, entry.at, entry.at)
        assert (found.people, {"公民身份号码", "联系方式和住址"} <= set(found.categories)) == (2, True)

    def test_what_another_account_did_is_not_in_it(self, theft, members, school):
        assert report(cast.a_user(Role.COMMITTEE_STAFF, school.physics)).taken == []

    @pytest.mark.parametrize(("since", "number"), [(1, 4), (4, 1), (5, 0)])
    def test_both_ends_are_included(self, theft, victim, since, number):
        now = timezone.localtime()
        assert len(incident.of(victim, now.replace(second=since), now.replace(second=59)).taken) == number

    def test_every_way_out_that_is_audited_counts(self):
        assert {
            *("export", "fetch", "print", "print_book"),
            *("provide", "take", "unmask", "wrong_rows"),
        } == incident.TAKING

    def test_an_address_that_nobody_noted_is_called_so(self, victim):
        entry = audit.record("roster.export", by=victim, after={"rows": 1})
        found = incident.of(victim, entry.at, entry.at)
        assert [one.shown_address for one in (*found.taken, *found.places)] == ["未记录", "未记录"]

    @pytest.mark.parametrize("rows", [1, 30])
    def test_it_asks_the_same_for_few_entries_and_many(self, victim, rows, django_assert_num_queries):
        for _ in range(rows):
            AuditEntry.objects.create(actor=victim, action="roster.export", after={"rows": 1})
        now = timezone.now()
        with django_assert_num_queries(3):
            assert incident.of(victim, now, now).rows == rows


class TestPage:
    @pytest.fixture
    def security(self):
        return cast.a_browser(cast.a_user(Role.SECURITY_ADMIN))

    @pytest.fixture
    def asked(self, victim):
        return {"username": victim.username, "since": "2026-10-20", "until": "2026-10-20"}

    def test_it_names_no_member(self, theft, security, asked):
        page = security.get(reverse("incident"), asked).content.decode()
        assert THIEF in page
        assert "党员：查看完整信息" in page
        assert [name for name in Member.objects.values_list("name", flat=True) if name in page] == []

    def test_looking_leaves_a_trace(self, security, asked):
        security.get(reverse("incident"), asked)
        assert AuditEntry.objects.filter(action="incident.look").count() == 1

    def test_its_sessions_end_at_once(self, theft, victim, security, asked):
        thief = signed_in(victim, THIEF)
        security.post(reverse("incident_end_sessions"), asked)
        assert not SignedIn.objects.filter(user=victim).exists()
        assert thief.get(reverse("roster"))["Location"].startswith(reverse("login"))

    def test_the_word_has_the_facts_of_article_57(self, theft, security, asked):
        answer = security.post(reverse("incident_export"), asked)
        document = Document(BytesIO(b"".join(answer.streaming_content)))
        text = "\n".join(line.text for line in document.paragraphs)
        for fact in ("信息种类", "可能造成的危害", "补救措施", "联系方式", "逐人查看的 2 人"):
            assert fact in text
        assert len(document.tables[0].rows) == 1 + len(theft)

    def test_word_asks_for_the_password_again(self, security, asked):
        session = security.session
        session[PROVED_AT] = 0
        session.save()
        assert "confirm_password" in security.post(reverse("incident_export"), asked).content.decode()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"username": "nobody"}, "没有账号“nobody”。"),
            ({"since": ""}, "请填写开始日期。"),
            ({"until": "2026-10-19"}, "结束日期不能早于开始日期。"),
            ({"since": "0001-01-01"}, "“0001-01-01”年份应在 1900 至 2100 之间，请核对。"),
            ({"until": "9999-12-31"}, "“9999-12-31”年份应在 1900 至 2100 之间，请核对。"),
        ],
    )
    def test_what_it_refuses(self, security, asked, change, sentence):
        answer = security.get(reverse("incident"), asked | change)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


class TestCommand:
    def test_json_and_word(self, theft, victim, tmp_path):
        out = StringIO()
        call_command("incident_report", victim.username, "--json", stdout=out)
        told = json.loads(out.getvalue())
        assert [one["action"] for one in told["taken"]] == [action for action, _ in theft]
        assert (told["people"], told["rows"], told["open_sessions"]) == (2, 3, 1)
        call_command("incident_report", victim.username, "--docx", str(tmp_path / "a.docx"), stdout=out)
        assert Document(tmp_path / "a.docx").tables

    def test_the_text_begins_with_where_it_was_used_from(self, theft, victim):
        out = StringIO()
        call_command("incident_report", victim.username, stdout=out)
        lines = out.getvalue().splitlines()
        assert lines[:2] == [
            f"使用地址：{THIEF}（2026-10-20 10:00至2026-10-20 10:00，7 次）",
            "登录失败 1 次；会话仍在登录的有 1 个。",
        ]

    def test_what_it_refuses(self, victim):
        with pytest.raises(CommandError, match="没有账号“nobody”"):
            call_command("incident_report", "nobody")
        with pytest.raises(CommandError, match="--until 不能早于 --since"):
            call_command("incident_report", victim.username, "--since", "2026-10-02", "--until", "2026-10-01")
