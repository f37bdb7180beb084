"""Fills the branches: who joined when, who came from where, who left and who is on the way."""

import random
from datetime import date, timedelta

from lib.periods import anniversary
from members.models import MembershipSpell

from .organisations import FAR, Leaf, University
from .people import People, Person, Status, Stay
from .persons import Registry, some_day
from .scale import Setting, shares

#: Joined in these years one was a full member at once: there was no probation (党章 of 1969 and 1973).
NO_PROBATION = (date(1969, 4, 1), date(1977, 8, 31))
SIZES = {"教工": 19.0, "本科生": 24.0, "硕士生": 21.0, "离退休": 26.0}
#: Of a student branch today: the share of each class, from the one that leaves next.
CLASSES = {"本科生": [0.70, 0.28, 0.02], "硕士生": [0.36, 0.34, 0.30]}
TEACHERS = ("专任教师", "专任教师", "专任教师", "辅导员", "实验技术人员", "行政管理人员")
#: What the staff of a branch do, where it is not teaching or administration.
JOBS = {
    "校医院": "医务人员",
    "饮食服务中心": "工勤技能人员",
    "物业服务中心": "工勤技能人员",
    "公寓管理中心": "工勤技能人员",
    "读者服务部": "图书资料人员",
    "信息部": "图书资料人员",
    "高中部": "附属学校教师",
    "初中部": "附属学校教师",
    "小学部": "附属学校教师",
}
DAY = timedelta(days=1)
#: How long after entering the university somebody can have come so far.
DAYS_TO_REACH = {Status.APPLICANT: 0, Status.ACTIVIST: 180, Status.TARGET: 620}


class Settler:
    """Settles people branch by branch, each from a random stream of its own."""

    def __init__(self, setting: Setting, university: University) -> None:
        self.setting = setting
        self.university = university
        self.today = setting.today
        self.people = People()
        self.registry = Registry(setting.stream("persons"))

    def settle(self) -> People:
        """Own members of every branch so that the roster of today has its number; then guests and candidates."""
        leaves = [leaf for leaf in self.university.leaves if leaf.has_own_members]
        living = [leaf for leaf in leaves if leaf.last_day == FAR]
        stream = self.setting.stream("sizes")
        weights = [SIZES.get(leaf.subject, 17.0) * stream.uniform(0.62, 1.4) for leaf in living]
        for number in range(5, len(living), 31):  # a few too small for a committee
            weights[number] = 2.0
        sizes = shares(self.setting.scale.members, weights, [5] * len(living))
        for leaf, size in zip(living, sizes, strict=True):
            self._fill(leaf, size, self._stream("people", leaf))
        for leaf in leaves:
            if leaf.last_day != FAR:
                self._fill_dissolved(leaf, self._stream("people", leaf))
            if leaf.is_student:
                self._add_candidates(leaf, self._stream("candidates", leaf))
        self._add_earlier_stays(self.setting.stream("earlier stays"))
        for leaf in self.university.leaves:
            if not leaf.has_own_members:
                self._invite(leaf, self._stream("guests", leaf))
        return self.people

    def _stream(self, purpose: str, leaf: Leaf) -> random.Random:
        return self.setting.stream(f"{purpose}:{leaf.branch.code}")

    def _fill(self, leaf: Leaf, size: int, stream: random.Random) -> None:
        if leaf.is_student:
            self._fill_students(leaf, size, stream)
            return
        add, gone = (self._retired, size // 12) if leaf.subject == "离退休" else (self._employee, size // 9)
        for _ in range(size):
            add(leaf, stream)
        for _ in range(gone):
            first = self.setting.start + timedelta(days=60)
            add(leaf, stream, left=some_day(stream, first, self.today - timedelta(days=30)))

    def _employee(self, leaf: Leaf, stream: random.Random, *, left: date = FAR, job: str = "") -> None:
        """One of the staff; some sixteenth joined within the last year. With a ``job`` it is somebody senior."""
        end = min(left, self.today)
        is_new = not job and stream.random() < 0.06
        born = some_day(
            stream,
            date(end.year - (40 if is_new else 58), 3, 1),
            date(end.year - (33 if job else 27), 8, 31),
        )
        hired = min(date(born.year + stream.randint(24, 29), 9, 1), end - timedelta(days=400))
        if is_new:
            joined = season_day(stream, end - timedelta(days=340), end - timedelta(days=20))
        else:
            joined = season_day(stream, date(born.year + 20, 1, 1), min(hired, end - timedelta(days=500)))
        teaches = leaf.subject in ("教工", "师生")
        person = self._person(
            leaf,
            stream,
            (born, joined, left),
            job=job or (stream.choice(TEACHERS) if teaches else JOBS.get(leaf.subject, "行政管理人员")),
            education=stream.choice(("11", "11", "14") if teaches and not job else ("14", "21")),
            entered=hired.year,
        )
        self.people.add(Stay(person, leaf, max(joined, hired, leaf.founded_on), left))

    def _retired(self, leaf: Leaf, stream: random.Random, *, left: date = FAR) -> None:
        born = some_day(stream, date(self.today.year - 86, 1, 1), date(self.today.year - 61, 6, 30))
        joined = season_day(stream, date(born.year + 19, 1, 1), date(born.year + 48, 12, 31))
        retired_on = anniversary(born, born.year + 60)
        person = self._person(
            leaf,
            stream,
            (born, joined, left),
            job="离退休人员",
            education=stream.choice(("21", "21", "31", "41", "14")),
            entered=born.year + 24,
        )
        since = min(max(retired_on, leaf.founded_on), min(left, self.today) - timedelta(days=5))
        self.people.add(Stay(person, leaf, since, left))

    def _fill_students(self, leaf: Leaf, size: int, stream: random.Random) -> None:
        """A counsellor or two who stay, the classes of today, and those who have left since the start."""
        advisers = 1 if size < 26 else 2
        for _ in range(advisers):
            self._employee(leaf, stream, job="辅导员")
        students = size - advisers
        first = self.today.year + (self.today >= date(self.today.year, 6, 20))
        for offset, count in enumerate(shares(students, CLASSES[leaf.subject], [0, 0, 0])):
            for _ in range(count):
                self._student(leaf, first + offset, stream)
        for year in range(self.setting.start.year, first):
            for _ in range(round(students * stream.uniform(0.48, 0.58))):
                self._student(leaf, year, stream)

    def _student(self, leaf: Leaf, leaves_in: int, stream: random.Random) -> None:
        """One of the class that leaves in June of ``leaves_in``; most masters joined as undergraduates."""
        last = date(leaves_in, 6, stream.randint(20, 30))
        if self.today >= date(leaves_in, 6, 20):
            last = min(last, self.today - DAY)
        left = last if last < self.today else FAR
        end = min(last, self.today)
        is_master = leaf.subject == "硕士生"
        entered = leaves_in - (3 if is_master else 4)
        since = joined = self._joined(leaves_in, end, stream, is_master=is_master)
        if is_master and (stream.random() < 0.75 or date(entered, 9, 1) > end - timedelta(days=400)):
            joined = season_day(stream, date(entered - 2, 10, 1), date(entered, 6, 20))
            since = min(date(entered, 9, stream.randint(3, 12)), end - DAY)
        since = max(since, leaf.founded_on)
        if since > end and left == FAR:
            since = joined = max(leaf.founded_on, end - timedelta(days=stream.randint(1, 60)))
        age = 23 if is_master else 18
        person = self._person(
            leaf,
            stream,
            (some_day(stream, date(entered - age - 1, 9, 1), date(entered - age, 8, 31)), joined, left),
            job="学生",
            education="21" if is_master else "61",
            entered=entered,
        )
        if left >= self.setting.start - timedelta(days=200):
            self.people.add(Stay(person, leaf, since, left))

    def _joined(self, leaves_in: int, end: date, stream: random.Random, *, is_master: bool) -> date:
        """Mostly two years before leaving, some in the last year but one, few in the autumn of the last."""
        latest = stream.choices(
            (date(leaves_in - 2, 6, 25), date(leaves_in - 1, 6, 25), date(leaves_in, 1, 10)), (16, 3, 1)
        )[0]
        first = date(leaves_in - (2 if is_master else 3), 10, 1)
        return season_day(
            stream, min(first, latest - timedelta(days=200)), min(latest, end - timedelta(days=8))
        )

    def _fill_dissolved(self, leaf: Leaf, stream: random.Random) -> None:
        """Its members went to the other branches of the unit the day after it was dissolved."""
        others = [other for other in leaf.unit.leaves if other.last_day == FAR and other.has_own_members]
        movers = [
            stay
            for other in others
            for stay in self.people.of(other)
            if stay.until == FAR and stay.since < leaf.last_day - timedelta(days=900)
        ]
        for stay in stream.sample(movers, min(11, len(movers))):
            came = max(stay.since, leaf.founded_on)
            stay.since = leaf.last_day + DAY
            self.people.add(Stay(stay.person, leaf, came, leaf.last_day))

    def _add_candidates(self, leaf: Leaf, stream: random.Random) -> None:
        """Applicants, activists and targets of the student branches: known, and on no roster yet."""
        for drawn in stream.choices((Status.APPLICANT, Status.ACTIVIST, Status.TARGET), (4, 4, 2), k=5):
            entered = self.today.year - stream.randint(1, 3)
            born = some_day(stream, date(entered - 19, 9, 1), date(entered - 18, 8, 31))
            began = date(entered, 10, 8)
            could = began + timedelta(days=DAYS_TO_REACH[drawn]) <= self.today - timedelta(days=60)
            status = drawn if could else Status.APPLICANT
            earliest = began + timedelta(days=DAYS_TO_REACH[status])
            member = self.registry.person(
                leaf.branch, born=born, status=status, job="学生", education="61", entered=entered
            )
            member.graduates_on = date(entered + 4, 6, 30)
            since = some_day(stream, earliest, self.today - timedelta(days=40))
            self.people.candidates.append((member, status, max(leaf.founded_on, since)))

    def _add_earlier_stays(self, stream: random.Random) -> None:
        """Some masters were undergraduates here; some of the staff came from another branch of the unit."""
        for leaf in self.university.leaves:
            others = [
                other
                for other in leaf.unit.leaves
                if other is not leaf and other.has_own_members and other.last_day == FAR
                if other.is_student == leaf.is_student and other.subject != "硕士生"
            ]
            for stay in list(self.people.of(leaf)):
                came_later = max(stay.person.joined, self.setting.start) < stay.since
                if others and came_later and leaf.last_day == FAR and stream.random() < 0.6:
                    self._came_from(stream.choice(others), stay)

    def _came_from(self, other: Leaf, stay: Stay) -> None:
        last = stay.since - DAY
        since = max(stay.person.joined, other.founded_on)
        was_here = {
            earlier.person.member.pk
            for leaf in other.unit.leaves
            for earlier in self.people.of(leaf)
            if earlier is not stay
        }
        if since < last and stay.person.member.pk not in was_here:
            self.people.add(Stay(stay.person, other, since, last))

    def _invite(self, leaf: Leaf, stream: random.Random) -> None:
        """Guests (参加) of a temporary or functional branch: their 组织关系 stays where it is."""
        hosts = [other for other in leaf.unit.leaves if other.has_own_members and other.is_student]
        able = [
            stay
            for host in hosts
            for stay in self.people.of(host)
            if stay.until == FAR and stay.since < self.today - timedelta(days=30)
        ]
        for stay in stream.sample(able, min(12, len(able))):
            since = max(leaf.founded_on, stay.since)
            self.people.add(Stay(stay.person, leaf, since, kind=MembershipSpell.Kind.ATTENDING))

    def _person(
        self,
        leaf: Leaf,
        stream: random.Random,
        days: tuple[date, date, date],
        *,
        job: str,
        education: str,
        entered: int,
    ) -> Person:
        """``days`` are born, joined and left (FAR while on the roster)."""
        born, joined, left = days
        full = full_day(joined, min(left, self.today), stream)
        status = Status.LEFT if left != FAR else Status.FULL if full else Status.PROBATIONARY
        member = self.registry.person(
            leaf.branch, born=born, status=status, job=job, education=education, entered=entered
        )
        member.joined_on, member.full_on = joined, full
        return Person(member, joined, full, left)


def season_day(stream: random.Random, first: date, last: date) -> date:
    """A day on which a branch takes somebody in: May to June or November to December, where the span has one."""
    last = max(first, last)
    for _ in range(8):
        day = some_day(stream, first, last)
        if day.month in (5, 6, 11, 12) and day.weekday() < 5:
            return day
    return some_day(stream, first, last)


def full_day(joined: date, end: date, stream: random.Random) -> date | None:
    """A year after joining, now and then some weeks later; None while on probation."""
    if NO_PROBATION[0] <= joined <= NO_PROBATION[1]:
        return joined
    late = stream.randint(3, 25) if stream.random() < 0.15 else 0
    full = anniversary(joined, joined.year + 1) + timedelta(days=late)
    return full if full <= end else None
