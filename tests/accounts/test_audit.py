"""The trail: written with the change, sealed into a chain, anchored outside; whatever is done to it shows."""

import ast
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts import audit, tasks, wording
from accounts.models import AuditEntry, AuditSeal, User
from branches.roles import Role
from lib import encryption
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Anchors of other tests are not these tests' business."""
    settings.DATA_DIR = tmp_path


def entries(count):
    return [audit.record("branch.change", by=None, after={"number": number}) for number in range(count)]


def sealed(count):
    made = entries(count)
    assert audit.seal() == count
    return made


def faults():
    return [item.message for item in audit.verify()]


class TestRecording:
    def test_who_what_where_and_values(self):
        user = cast.a_user()
        token = audit.remote_address.set("10.0.0.9")
        entry = audit.record("account.close", by=user, on=user, before={"a": 1}, after={"a": 2})
        audit.remote_address.reset(token)
        assert (entry.actor, entry.actor_label, entry.address) == (user, str(user), "10.0.0.9")
        assert (entry.object_type, entry.object_id) == ("accounts.user", str(user.pk))
        assert (entry.before, entry.after, entry.outcome) == ({"a": 1}, {"a": 2}, "done")

    def test_it_goes_with_the_change(self):
        with transaction.atomic():
            audit.record("branch.change", by=None)
            transaction.set_rollback(True)
        assert not AuditEntry.objects.exists()

    def test_a_refusal_says_so(self):
        assert audit.record("access.refuse", by=None, denied=True).outcome == "denied"

    def test_a_hashed_value_is_equal_to_itself_and_cannot_be_read(self):
        assert audit.hashed("13800005678") == audit.hashed("13800005678")
        assert audit.hashed("13800005678") != audit.hashed("13800005679")
        assert "13800005678" not in audit.hashed("13800005678")
        assert (audit.hashed(""), audit.hashed(None)) == ("", "")

    def test_a_user_of_the_trail_cannot_be_deleted(self):
        user = cast.a_user()
        audit.record("branch.change", by=user)
        with pytest.raises(Exception, match="protected"):
            user.delete()


class TestSealing:
    def test_oldest_first_without_gap(self):
        made = sealed(3)
        assert list(AuditSeal.objects.values_list("number", "entry")) == [
            (number, entry.pk) for number, entry in enumerate(made, start=1)
        ]
        assert faults() == []

    def test_in_portions(self):
        entries(5)
        assert [audit.seal(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert faults() == []

    def test_a_second_sealer_finds_nothing_left(self):
        entries(3)
        assert [tasks.seal_audit(), tasks.seal_audit()] == [3, 0]

    def test_two_at_once_do_not_both_win(self, monkeypatch):
        """The other one seals between this one's reading and its writing."""
        made = entries(2)
        write = AuditSeal.objects.bulk_create

        def late(seals):
            monkeypatch.setattr(AuditSeal.objects, "bulk_create", write, raising=False)
            AuditSeal.objects.create(number=1, entry=made[0], previous=audit.GENESIS, hash="x" * 64)
            return write(seals)

        monkeypatch.setattr(type(AuditSeal.objects), "bulk_create", lambda self, seals: late(seals))
        assert audit.seal() == 0
        monkeypatch.undo()
        assert (AuditSeal.objects.count(), audit.seal(), faults()) == (0, 2, [])


@pytest.mark.as_owner
class TestTampering:
    def change(self, entry, **values):
        AuditEntry.objects.filter(pk=entry.pk).update(**values)

    @pytest.mark.parametrize(
        "values",
        [
            {"action": "branch.move"},
            {"actor_label": "别人"},
            {"address": "10.9.9.9"},
            {"after": {"number": 9}},
            {"before": {"x": 1}},
            {"outcome": "denied"},
            {"object_id": "7"},
            {"object_label": "x"},
            {"branch_path": "00001"},
            {"at": timezone.now() - timedelta(days=1)},
        ],
    )
    def test_an_edited_column(self, values):
        made = sealed(3)
        self.change(made[1], **values)
        assert faults() == ["第 2 号记录的内容与签名不符，可能被改动。"]

    def test_an_edit_before_the_sealing(self):
        self.change(entries(1)[0], action="branch.move")
        assert faults() == ["未封存记录的内容与签名不符，可能被改动。"]

    def test_an_entry_taken_out_of_the_middle(self):
        made = sealed(3)
        AuditSeal.objects.get(entry=made[1]).delete()
        AuditEntry.objects.filter(pk=made[1].pk).delete()
        assert faults() == ["第 2 至 2 号封存缺失。", "第 3 号封存与前一号不衔接。"]

    def test_two_entries_exchanged(self):
        made = sealed(3)
        first, second = AuditSeal.objects.order_by("number")[:2]
        AuditSeal.objects.all().filter(number__gt=0).delete()
        for number, (seal, entry) in enumerate([(first, made[1]), (second, made[0])], start=1):
            AuditSeal.objects.create(number=number, entry=entry, previous=seal.previous, hash=seal.hash)
        assert "第 1 号封存与前一号不衔接。" in faults()

    def test_the_tail_cut_off_after_the_anchor(self):
        sealed(3)
        audit.anchor()
        last = AuditSeal.objects.order_by("-number").first()
        last.delete()
        AuditEntry.objects.filter(pk=last.entry_id).delete()
        (message,) = faults()
        assert message.startswith("第 3 号封存与锚定文件")

    def test_the_whole_chain_built_anew(self):
        """By somebody who has the database and even the keys: the anchor remembers another head."""
        made = sealed(3)
        audit.anchor()
        AuditSeal.objects.all().delete()
        forged = made[0]
        forged.action = "branch.move"
        forged.mac = encryption.sign(audit._message(forged), "audit")
        forged.save()
        assert audit.seal() == 3
        (message,) = faults()
        assert message.startswith("第 3 号封存与锚定文件")

    def test_an_anchor_rewritten(self):
        sealed(1)
        path = audit.anchor()
        path.write_text(path.read_text().replace('"number": 1', '"number": 2'))
        assert faults() == [f"锚定文件 {path.name} 的签名不符。"]

    def test_a_new_key_leaves_the_old_entries_whole(self, settings, tmp_path):
        settings.KEYS_DIR = tmp_path / "keys"
        encryption.ensure_keys(settings.KEYS_DIR)
        sealed(1)
        audit.anchor()
        encryption.add_key(settings.KEYS_DIR, "audit")
        encryption.forget_keys()
        sealed(1)
        assert faults() == []

    def test_entries_left_unsealed(self):
        entries(1)
        assert faults() == []
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            assert faults() == ["记录超过 10 分钟未封存，请检查后台任务是否运行。"]


class TestAnchoring:
    def test_nothing_to_anchor(self):
        assert audit.anchor() is None

    def test_a_file_of_ones_own_each_day_never_overwritten(self):
        sealed(2)
        path = audit.anchor()
        text = path.read_text()
        tasks.anchor_audit()
        assert path.read_text() == text
        assert (json.loads(text)["number"], oct(path.stat().st_mode & 0o777)) == (2, "0o600")
        assert path.parent == Path(settings.DATA_DIR) / "audit"


class TestCommand:
    def run(self, capsys, *arguments):
        code = 0
        try:
            call_command("verify_audit", *arguments)
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    def test_a_whole_trail(self, capsys):
        sealed(2)
        assert self.run(capsys) == (0, "审计链完整。\n")

    @pytest.mark.as_owner
    def test_a_break_exits_with_1(self, capsys):
        made = sealed(2)
        AuditEntry.objects.filter(pk=made[0].pk).update(action="x")
        code, out = self.run(capsys, "--json")
        assert code == 1
        assert json.loads(out) == {
            "entries": 2,
            "sealed": 2,
            "breaks": [{"where": "1", "message": "第 1 号记录的内容与签名不符，可能被改动。"}],
        }

    def test_sealing_first(self, capsys):
        entries(2)
        code, out = self.run(capsys, "--seal", "--json")
        assert (code, json.loads(out)["sealed"]) == (0, 2)


class TestWording:
    def test_a_thing_and_what_was_done_to_it(self):
        assert wording.action_label("branch.move") == "党组织：调整隶属关系"
        assert wording.action_label("something") == "something"

    @pytest.fixture
    def sources(self):
        """The text of every module of ours."""
        root = Path(__file__).parents[2]
        paths = (
            path for path in root.glob("*/**/*.py") if path.parts[len(root.parts)] not in ("tests", ".venv")
        )
        return [path.read_text(encoding="utf-8") for path in paths]

    def test_every_action_of_the_code_has_words(self, sources):
        actions = set()
        for source in sources:
            actions |= set(re.findall(r'audit\.record\(\s*"([a-z_.]+)"', source))
        assert "branch.move" in actions
        wordless = [action for action in actions if re.search("[a-z]", wording.action_label(action))]
        assert wordless == []  # a new one needs its words in accounts/wording.py

    def test_every_fact_of_the_code_has_a_word(self, sources):
        facts = {name for source in sources if "audit." in source for name in facts_of(ast.parse(source))}
        assert "reason" in facts
        assert facts - set(wording.FACTS) == set()

    def test_yes_and_no_and_which_key(self):
        told = [wording.fact_value(*one) for one in (("resumed", True), ("is_on", False), ("key", "field"))]
        assert told == ["是", "否", "字段密钥"]


def facts_of(tree):
    """What calls that write an entry say before and after, where it is written out."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("record", "entry_of"):
            said = [one.value for one in call.keywords if one.arg in ("before", "after")]
            for each in (part for one in said for part in ast.walk(one) if isinstance(part, ast.Dict)):
                yield from (key.value for key in each.keys if isinstance(key, ast.Constant))


def test_the_trail_has_no_page_that_changes_it():
    entry = sealed(1)[0]
    browser = cast.a_browser(cast.a_user(Role.AUDITOR))
    base = f"/admin/accounts/auditentry/{entry.pk}"
    assert browser.get(f"{base}/change/").status_code == 200
    answers = {
        name: browser.post(f"{base}/{name}/", {"post": "yes"}).status_code for name in ("change", "delete")
    }
    assert answers == {"change": 403, "delete": 403}
    assert browser.post("/admin/accounts/auditentry/add/").status_code == 403
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_an_entry_reads_in_chinese():
    cast.a_browser(cast.a_user()).get("/statistics/2026Q3/")
    entry = AuditEntry.objects.get(action="access.refuse")
    browser = cast.a_browser(cast.a_user(Role.AUDITOR))
    page = browser.get(f"/admin/accounts/auditentry/{entry.pk}/change/").content.decode()
    assert "方式：打开" in page
    assert "地址：/statistics/2026Q3/" in page
    assert "access.refuse" not in page
