"""The oracle of organisational life: records, and what was asked of each branch by which rule."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from lib.periods import Period

from .figures_oracle_rows import CHINA, Counted, Question, Row, Rows, Values, kinds, last, line

RULES = {
    "ZB-10": "general_meeting",
    "ZB-13": "committee_meeting",
    "ZB-17": "group_meeting",
    "ZB-21": "theme_day",
    "ZB-23": "organization_life_meeting",
    "ZB-25": "democratic_review",
    "ZB-39": "general_meeting",
}
MONTHLY, YEARLY = ("ZB-13", "ZB-17", "ZB-21"), ("ZB-23", "ZB-25", "ZB-39")


class Life(Rows):
    def records(self, period: Period) -> Iterator[Row]:
        for row in self["Activity"]:
            if row.withdrawn_at is None and period.contains(row.held_on):
                yield row

    def life_of(self, row: Row) -> Iterator[tuple[str, Values]]:
        """What a record counts at each of its kinds: people at the first alone."""
        on_time = (row.entered_at.astimezone(CHINA).date() - row.held_on).days <= 7
        states = Counter(one.state for one in self["Attendance"] if one.activity_id == row.id)
        people = {
            "present": states["present"],
            "on_leave": states["leave"],
            "absent": states["absent"],
            "expected": states["present"] + states["leave"] + states["absent"],
        }
        for number, kind in enumerate(kinds(row)):
            yield kind, {"held": 1, "on_time": on_time, **({} if number else people)}

    def lives(self, asked: Question) -> Iterator[tuple[str, date, Counted]]:
        for row in self.records(asked.period):
            for kind, numbers in self.life_of(row):
                yield (
                    kind,
                    row.held_on,
                    Counted(line(row.org_path), self.branches[row.branch_id].category, numbers),
                )

    def life(self, asked: Question) -> Iterator[Counted]:
        for _, _, one in self.lives(asked):
            yield one
        for _, one in self.duties(asked):
            yield one

    def life_by_kind(self, asked: Question) -> Iterator[tuple[str, Counted]]:
        for kind, _, one in self.lives(asked):
            yield kind, one
        yield from self.duties(asked)

    def life_by_month(self, asked: Question) -> Iterator[tuple[str, Counted]]:
        for _, day, one in self.lives(asked):
            yield f"{day:%Y-%m}", one

    def duties(self, asked: Question) -> Iterator[tuple[str, Counted]]:
        """Each sub-period of each rule for each branch that there was, with the name of the rule."""
        for branch in self["Branch"]:
            gone = branch.dissolved_on and branch.dissolved_on <= asked.period.start
            if branch.level != "branch" or branch.founded_on > asked.period.end or gone:
                continue
            for rule, kind, span, group in self.asked_of(branch, asked.period):
                place = self.place(branch.id, max(span.end, branch.founded_on))
                judged = self.judged(branch, rule, kind, span, group, asked.today)
                name = "secretary_report" if rule == "ZB-39" else kind
                yield name, Counted(place, branch.category, judged)

    def asked_of(self, branch: Row, period: Period) -> Iterator[tuple[str, str, Period, Row | None]]:
        for rule, kind in RULES.items():
            spans = (
                period.months()
                if rule in MONTHLY
                else period.quarters()
                if rule == "ZB-10"
                else period.years()
            )
            for span in spans:
                if period.start <= span.start and span.end <= period.end:
                    if rule != "ZB-17":
                        yield rule, kind, span, None
                    for group in self["PartyGroup"] if rule == "ZB-17" else ():
                        if (
                            group.branch_id == branch.id
                            and group.since <= span.end
                            and last(group) >= span.start
                        ):
                            yield rule, kind, span, group

    def judged(
        self, branch: Row, rule: str, kind: str, span: Period, group: Row | None, today: date
    ) -> Values:
        held = [
            row
            for row in self.records(span)
            if row.branch_id == branch.id
            and kind in kinds(row)
            and (group is None or row.group_id == group.id)
        ]
        if rule == "ZB-39":
            reports = {row.activity_id for row in self["SecretaryReport"] if row.is_given}
            held = [row for row in held if row.id in reports]
        agreed = self.is_waived(branch, rule, span)
        asked = bool(held) or (self.is_asked(branch, rule, span, group) and not agreed)
        return {
            "required": asked,
            "met": bool(held),
            "missed": asked and not held and today > span.end,
            "exempt": not asked,
        }

    def is_waived(self, branch: Row, rule: str, span: Period) -> bool:
        """It was agreed that nothing is held in a time in which the whole sub-period lies."""
        return any(
            row.branch_id == branch.id
            and row.state == "accepted"
            and rule in row.codes
            and row.start <= span.start
            and span.end <= row.end
            for row in self["Waiver"]
        )

    def is_asked(self, branch: Row, rule: str, span: Period, group: Row | None) -> bool:
        begins = date(span.start.year, 10, 1) if rule in YEARLY else span.start
        spells = [row for row in self["MembershipSpell"] if row.branch_id == branch.id]
        seats = [row for row in self["Post"] if row.branch_id == branch.id and row.title == "committee"]
        if branch.form == "functional" or (rule == "ZB-39" and branch.form == "temporary"):
            return False
        kept_since = date.fromisoformat(self.rules.get("records-kept-since", "1921-07-01"))
        if max(branch.founded_on, kept_since) > begins or (
            branch.dissolved_on and branch.dissolved_on <= span.end
        ):
            return False
        if not spells or min(row.since for row in spells) > span.end or max(map(last, spells)) < span.start:
            return False
        if group and (group.since > span.start or last(group) < span.end):
            return False
        return rule != "ZB-13" or any(row.since <= span.end and last(row) >= span.start for row in seats)
