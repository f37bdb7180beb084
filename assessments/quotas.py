"""How many of a round may have a grade: what breaks a quota, and quotas that cannot be met at all. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from .schemes import Quota, Scheme


def faults_of_grades(scheme: Scheme, grades: Iterable[str]) -> list[str]:
    """The quotas that the grades given so far break, each in a sentence.

    ``grades`` holds "" for who is not graded yet, and may still get any grade.
    """
    given = list(grades)
    number, waiting = len(given), given.count("")
    faults = []
    for quota in scheme.quotas:
        has, bound = sum(grade in quota.grades for grade in given), quota.bound(number)
        if has > bound if quota.is_most else has + waiting < bound:
            faults.append(f"{quota.sentence(number)}，现在 {has} 人。")
    return faults


def why_impossible(scheme: Scheme, subjects: int, eligible: Mapping[str, int]) -> str:
    """Why the quotas cannot all be met by so many people; empty when they can.

    ``eligible``: how many no gate keeps from a grade, for each grade that has a gate.
    """
    ladder = scheme.titles
    low, high = [0] * len(ladder), [subjects] * len(ladder)
    low[-1] = subjects
    for quota in scheme.quotas:
        _narrow(low, high, ladder, quota, subjects)
    if ladder[0] in eligible:
        high[0] = min(high[0], eligible[ladder[0]])
    reached = 0
    for place in range(len(ladder)):
        reached = max(reached, low[place])
        if reached > high[place]:
            named = "、".join(ladder[: place + 1])
            return (
                f"{subjects} 人按方案的比例排不出来：“{named}”最多 {high[place]} 人，却至少要 {reached} 人。"
            )
    return ""


def why_gates_leave_too_few(scheme: Scheme, gates: Sequence[Mapping[str, bool]]) -> str:
    """The same of people whose ``gates`` were answered, one after the other: who misses one cannot have its grade."""
    barred = {gate.grade for gate in scheme.gates}
    eligible = {
        grade: sum(
            all(answers.get(gate.code, False) for gate in scheme.gates if gate.grade == grade)
            for answers in gates
        )
        for grade in barred
    }
    return why_impossible(scheme, len(gates), eligible)


def _narrow(low: list[int], high: list[int], ladder: list[str], quota: Quota, subjects: int) -> None:
    """Bounds on how many have one of the first grades up to each place."""
    number, bound = len(quota.grades), quota.bound(subjects)
    if quota.grades[0] == ladder[0]:
        place = number - 1
        if quota.is_most:
            high[place] = min(high[place], bound)
        else:
            low[place] = max(low[place], bound)
    else:
        place = len(ladder) - number - 1
        if quota.is_most:
            low[place] = max(low[place], subjects - bound)
        else:
            high[place] = min(high[place], subjects - bound)
