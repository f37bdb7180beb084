"""One person's page: the sentence about what comes next, five stages, twenty-five steps, and what is in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from lib.dates import written
from members import standing
from members.models import Development, Member

from . import approving, planning
from .planning import Planned
from .progress import Progress
from .rules import RULES
from .steps import STAGES, TABLE
from .vocabulary import BY_LABELS, By, Spec, Stage, Step

#: The steps whose days are told apart, each with the rule that sets the day.
GREAT_STEPS: Final = {
    Step.ACTIVIST_DECISION: "FZ-03",
    Step.TARGET_DECISION: "FZ-08",
    Step.ADMISSION_MEETING: "FZ-12",
    Step.FULL_MEETING: "FZ-20",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, shaped for components/timeline.html."""

    number: int
    label: str
    when: str
    state: str
    note: str
    url: str
    step: Step


@dataclass(frozen=True)
class StageBlock:
    stage: Stage
    done: int
    total: int
    entries: list[Entry]
    state: str
    note: str

    @property
    def label(self) -> str:
        return self.stage.value


class PersonPage:
    """What the page shows of one development to ``user`` on ``today``."""

    def __init__(self, development: Development, progress: Progress, user: User, today: date) -> None:
        self.development = development
        self.progress = progress
        self.user = user
        self.today = today
        is_over = development.closed_on is not None
        self.planned = [] if is_over else planning.plan(progress, today)
        self.following = planning.following(progress, self.planned, today)
        self.clash = None if is_over else planning.clash(progress, self.planned)
        self._may = {by: approving.may_take(user, development, by) for by in (By.BRANCH, By.COMMITTEE)}
        self._may[By.APPLICANT] = self._may[By.BRANCH]
        self._names = self._named()

    def _named(self) -> dict[UUID, str]:
        named = {pk for done in self.progress.done for pk in done.people}
        return dict(Member.objects.filter(pk__in=named).values_list("pk", "name"))

    @property
    def may_develop(self) -> bool:
        return self._may[By.BRANCH]

    @property
    def may_take_back(self) -> bool:
        """The last step, by whoever takes it; the application alone is not taken back."""
        last = self.progress.done[-1].step if self.progress.done else Step.APPLICATION
        return last != Step.APPLICATION and self._may[TABLE[last].by]

    @property
    def may_end(self) -> bool:
        """Of a 预备党员 the branch meeting decides; nobody just ends it."""
        return self.development.closed_on is None and self.development.member.status in standing.STAGES

    @property
    def following_url(self) -> str:
        """The form of the next step, when this user takes it and nothing stands against it."""
        following = self.following
        return self._url(following) if following and following.is_possible else ""

    @property
    def cancel_url(self) -> str:
        """The form of the meeting that takes the standing of a probationary member away."""
        is_probationary = self.progress.has(Step.ADMISSION_APPROVAL) and not self.progress.has(
            Step.FULL_MEETING
        )
        if self.development.closed_on or not is_probationary or not self._may[By.BRANCH]:
            return ""
        return (
            reverse("development_step", args=[self.development.pk, Step.FULL_MEETING.value])
            + "?decision=cancel"
        )

    @property
    def sentence(self) -> str:
        if self.development.closed_on:
            outcome = self.development.get_outcome_display()
            return f"{written(self.development.closed_on)}{outcome}。{self.development.reason}"
        following = self.following
        if following is None:
            ends = self.progress.probation_ends
            if ends and not self.progress.is_complete:
                return f"正在预备期，{written(ends)}届满；届满前由本人提出转正申请。"
            return "各步都已登记。"
        said = f"下一步是第 {following.spec.number} 步“{following.spec.title}”，由{BY_LABELS[following.spec.by]}办理，"
        start = "现在就可以办" if following.earliest <= self.today else f"最早{written(following.earliest)}"
        until = f"，应在{written(following.due)}前办" if following.due else ""
        return f"{said}{start}{until}。"

    @property
    def blocks(self) -> list[tuple[str, str, str]]:
        """What stands against the next step and what is late: state, sentence, article."""
        found = []
        if self.following:
            found += [("late", each.message, each.cited) for each in self.following.blocked_by]
        if self.clash:
            found.append(("due", self.clash.message, self.clash.cited))
        for each in self.planned:
            if each.is_late:
                found.append(("due", each.lateness, ""))
        return found

    @property
    def dates(self) -> list[tuple[str, str, str]]:
        """The lawful days of the great steps still to come: label, day, article."""
        return [
            (each.spec.title, f"最早 {each.earliest:%Y-%m-%d}", RULES[GREAT_STEPS[each.step]].article)
            for each in self.planned
            if each.step in GREAT_STEPS
        ]

    @property
    def stages(self) -> list[StageBlock]:
        now = STAGES.index(self.progress.stage)
        return [self._stage(stage, index, now) for index, stage in enumerate(STAGES)]

    @property
    def columns(self) -> tuple[list[StageBlock], list[StageBlock]]:
        """The stages up to becoming a target, and from the admission on."""
        stages = self.stages
        return stages[:3], stages[3:]

    def _stage(self, stage: Stage, index: int, now: int) -> StageBlock:
        entries = list(self._entries(stage))
        numbers = {entry.number for entry in entries}
        done = {entry.number for entry in entries if entry.state == "done"}
        is_past = index < now or self.progress.is_complete
        days = [each.on for each in self.progress.done if TABLE[each.step].stage == stage]
        note = f"{min(days):%Y-%m-%d} 起" if days else ""
        return StageBlock(
            stage,
            len(done),
            len(numbers),
            entries,
            "done" if is_past else "now" if index == now else "",
            note,
        )

    def _entries(self, stage: Stage) -> Iterator[Entry]:
        planned = {each.step: each for each in self.planned}
        for step, spec in TABLE.items():
            if spec.stage == stage and self._is_shown(step, planned):
                yield self._entry(spec, planned.get(step))

    def _is_shown(self, step: Step, planned: dict[Step, Planned]) -> bool:
        """Reports are a local demand: shown where it holds or where some were handed in."""
        if step not in (Step.REPORT, Step.PROBATION_REPORT):
            return True
        return bool(self.progress.last(step)) or (step in planned and planned[step].due is not None)

    def _entry(self, spec: Spec, planned: Planned | None) -> Entry:
        done = self.progress.all_of(spec.step)
        url = self._url(planned) if planned and planned.is_possible else ""
        if done:
            when = (
                f"{done[-1].on:%Y-%m-%d}"
                if len(done) == 1
                else f"{len(done)} 次，最近 {done[-1].on:%Y-%m-%d}"
            )
            state = "late" if planned and planned.is_late else "done"
            return Entry(
                spec.number, spec.title, when, state, self._note(spec, done[-1].people), url, spec.step
            )
        state, when = "", ""
        if self.progress.is_elsewhere(spec.step):
            day = self.progress.day_of(spec.step)
            when = f"{day:%Y-%m-%d}，在原单位" if day else "在原单位"
            return Entry(spec.number, spec.title, when, "done", "", "", spec.step)
        if planned:
            is_now = self.following is not None and planned.step == self.following.step
            state = "late" if planned.is_late else "now" if is_now else ""
            when = f"最早 {planned.earliest:%Y-%m-%d}" if planned.earliest > self.today else ""
            when = f"应在 {planned.due:%Y-%m-%d} 前" if planned.is_late and planned.due else when
        return Entry(spec.number, spec.title, when, state, "", url, spec.step)

    def _note(self, spec: Spec, people: tuple[UUID, ...]) -> str:
        return "、".join(self._names.get(pk, "") for pk in people)

    def _url(self, planned: Planned) -> str:
        if not self._may[planned.spec.by]:
            return ""
        return reverse("development_step", args=[self.development.pk, planned.step.value])
