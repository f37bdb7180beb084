"""Makes the demo university in an empty database, in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from activities.models import Activity, Attendance, Campaign
from branches.models import Branch
from lib import planner
from members.models import GroupMembership, Member, MembershipSpell, Post, StatusPeriod
from reminders import first_steps, ledger

from . import (
    accounts,
    asking,
    assessing,
    birthdays,
    cases,
    closing,
    crowd,
    decided,
    details,
    developing,
    drafts,
    evidence,
    leaders,
    movement,
    offices,
    organisations,
    people,
    records,
    reviewing,
    settling,
    subscribing,
    talking,
    together,
    trainings,
    voices,
)
from .scale import CROWDS, SCALES, Crowd, Loaded, Scale, Setting

logger = logging.getLogger(__name__)
LOADED = first_steps.DEMO


class NotEmpty(RuntimeError):
    """There is something in the database already; the message is for whoever runs the command."""


def is_demo() -> bool:
    return AuditEntry.objects.filter(action=LOADED).exists()


def load(
    scale: str | Scale | Crowd, seed: int, today: date, say: Callable[[str], object] = logger.info
) -> Loaded:
    """The university of ``scale`` as of ``today``: the same three give the same data. A crowd: see :mod:`.crowd`.

    Organisations go through their verbs. Members, posts and records are written in bulk, as an import is: with the
    rows and history that the verbs would leave, and one audit entry for all. Tallies are rebuilt and proven, and what
    is due is collected.
    """
    if (
        User.objects.exists()
        or Branch.objects.exists()
        or Member.objects.exists()
        or Activity.objects.exists()
    ):
        raise NotEmpty("数据库里已有数据，演示数据只能装入空的数据库。请换一个 DATA_DIR 或数据库后再试。")
    wanted = (SCALES.get(scale) or CROWDS[scale]) if isinstance(scale, str) else scale
    with transaction.atomic():
        if isinstance(wanted, Crowd):
            made = crowd.make(wanted, seed, today, say)
        else:
            made = _Maker(Setting(wanted, seed, today), say).make()
        audit.record(
            LOADED, by=None, after={"seed": seed, "today": today.isoformat(), "records": made.records}
        )
    if isinstance(wanted, Scale):
        ledger.collect(today)
    return made


class _Maker:
    def __init__(self, setting: Setting, say: Callable[[str], object]) -> None:
        self.setting = setting
        self.say = say

    def make(self) -> Loaded:
        setting, say = self.setting, self.say
        say("建立组织 …")
        university = organisations.found_university(setting)
        elections = organisations.elect_all(university, setting)
        say("安排党员、职务和账号 …")
        everybody = settling.Settler(setting, university).settle()
        leaf = accounts.lively_leaf(university, everybody, setting.today)
        accounts.bring_birthdays(everybody, leaf, setting)
        held = offices.fill_offices(everybody, university, elections, setting)
        secretary = held[leaf.branch.pk].secretary_on(setting.today)
        assert secretary
        users = accounts.make_personas(everybody, held[leaf.branch.pk], held, secretary)
        keepers = accounts.open_accounts(held, setting)
        keepers[secretary.person.member.pk] = users["shuji"]
        trainings.choose_double_leaders(held, setting)
        movement.plan_graduation(everybody)
        birthdays.prepare(everybody, leaf, held[leaf.branch.pk], setting)
        people.write(everybody)
        developing.develop(everybody, university, setting)
        offices.write(held)
        leaders.appoint(everybody, university, held, setting)
        accounts.grant_posts(held)
        birthdays.write(everybody, held, leaf, keepers, setting)
        stations = offices.open_stations(everybody, university, setting)
        accounts.grant_personas(users, university, leaf, stations[0], setting)
        trainings.write(held, university, setting, users["zuzhibu"])
        planner.take_stock(Branch, Member, MembershipSpell, StatusPeriod, Post, GroupMembership)
        say("写入三年的活动记录 …")
        written = self._write_records(held, everybody, leaf, keepers, users["zuzhibu"])
        leaders.lecture(setting)
        evidence.attach(leaf, setting, users["zuzhibu"])
        movement.write(everybody, university, setting, users["zuzhibu"])
        written += together.hold(leaf, setting, users["zuzhibu"], users["dangyuan"])
        written += decided.decide(leaf, setting, users["zuzhibu"])
        written += talking.talk(leaf, setting, users["zuzhibu"])
        asking.ask(leaf, setting, users["zuzhibu"], users["shuji"], users["dangyuan"])
        assessing.assess(leaf, setting, users["zuzhibu"], users["shuji"])
        reviewing.review(leaf, setting, users["zuzhibu"], users["shuji"])
        cases.report(university, setting, users["zuzhibu"])
        subscribing.subscribe(university, leaf, setting, users)
        voices.speak(setting, users)
        say("锁定上一季度 …")
        closing.close(leaf, setting, users["zuzhibu"])
        leaves = Branch.objects.leaves().existing_on(setting.today).count()
        return Loaded(Branch.objects.count(), leaves, setting.scale.members, written)

    def _write_records(
        self,
        held: offices.Offices,
        everybody: people.People,
        lively: organisations.Leaf,
        keepers: dict[UUID, User],
        clerk: User,
    ) -> int:
        setting = self.setting
        details.define()
        campaigns = {}
        for name in setting.scale.campaigns:
            first, last = setting.campaign_days(name)
            campaigns[name] = Campaign.objects.create(name=name, started_on=first, ended_on=last)
        habits = {}
        planned: list[drafts.Draft] = []
        for number, (pk, office) in enumerate(held.items()):
            stream = setting.stream(f"habits:{office.leaf.branch.code}")
            habits[pk] = drafts.habits_of(office, stream, is_weak=number == len(held) // 3)
            if office.leaf is lively:
                habits[pk] = replace(habits[pk], diligence=drafts.KEEN)
            own = drafts.plan_records(office, everybody, habits[pk], setting)
            planned += drafts.leave_some_due(own, setting) if office.leaf is lively else own
        drafts.withdraw_some(planned, setting)
        drafts.assign_campaigns(planned, list(held.values()), everybody, setting)
        by_branch: dict[int, list[drafts.Draft]] = defaultdict(list)
        for draft in planned:
            by_branch[draft.office.leaf.branch.pk].append(draft)
        writer = records.Writer(setting, everybody, keepers, clerk, campaigns)
        for pk, office in held.items():
            writer.write(office.leaf.branch, by_branch[pk], habits[pk])
        planner.take_stock(Activity, Attendance)
        records.prove()
        return writer.written
