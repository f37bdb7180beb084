"""Two records of one person made one, with both histories; and taken apart again within thirty days.

Every row that names the record that goes names the other afterwards. How the rows of a model are carried over is
registered by the room that has them (`register`); any other model's are simply renamed.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core import serializers
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import above_all, may

from . import corrections, numbers, one_life, records_of, snapshots, versions
from .development import arrivals
from .enrolment import ENCRYPTED, PLAIN
from .models import Member, Merge
from .models.batches import KEPT_FOR

#: Facts that are not taken over where they are blank: each belongs to the one name or status.
_OWN: Final = frozenset({"name", "sex", "is_double_leader", "is_floating"})
FILLED: Final = tuple(name for name in (*PLAIN, *ENCRYPTED) if name not in _OWN)
_COLUMNS: Final = tuple(
    column.attname
    for column in Member._meta.concrete_fields
    if not column.name.endswith(("_cipher", "_hash")) and not column.primary_key
)


class MergeError(ValueError):
    """The two cannot be made one, or not be taken apart; the message is for the user."""


def _whatever_they_are(state: Any, kept: Member) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Carrier:
    """How the rows of one model go over: ``carry(source, kept)`` returns, ready for JSON, what ``give_back`` needs.

    ``give_back(state, source, kept)`` finds the source enrolled again. ``still(state, kept)`` says whether the rows
    are as they were left; where they are not, the two stay together.
    """

    carry: Callable[[Member, Member], Any]
    give_back: Callable[[Any, Member, Member], None]
    still: Callable[[Any, Member], bool] = _whatever_they_are


_carriers: dict[str, Carrier] = {}


def register(model: type[models.Model], carrier: Carrier) -> None:
    """Called once for each model, when its app is ready."""
    _carriers[model._meta.label] = carrier


def faults(kept: Member, source: Member) -> list[str]:
    """What stands against making the two one; empty when nothing does."""
    found = []
    if kept.pk == source.pk:
        return ["请选择两份不同的记录。"]
    if kept.id_number_hash and source.id_number_hash and kept.id_number_hash != source.id_number_hash:
        found.append("两份记录的证件号码不同，不能合并；确是同一人的，请先更正其中一个证件号码。")
    if kept.account_id and source.account_id:
        found.append("两份记录都有账号，不能合并；请先由系统管理员把其中一个账号与党员记录脱开。")
    return found


def merge(kept: Member, source: Member, *, by: User) -> Merge:
    """Make ``source`` part of ``kept``, for whoever keeps both. One transaction, audited.

    Facts that ``kept`` lacks are taken over; each day of the past is taken from one of the two (`one_life`); every
    other row goes over; the versions of ``source`` join those of ``kept``; then ``source`` is no more.
    """
    with transaction.atomic():
        numbers.take_turn()
        kept, source = _locked(kept.pk, source.pk, by)
        if found := faults(kept, source):
            raise MergeError(found[0])
        dated = snapshots.taken([kept.pk, source.pk])
        done = Merge(kept=kept, source_id=source.pk, number=source.number, name=source.name, merged_by=by)
        done.branch_path = above_all([kept.branch_path, source.branch_path])
        state: dict[str, Any] = {
            "kept": columns_of(kept),
            "source": columns_of(source),
            "dated": {"kept": dated[kept.pk], "source": dated[source.pk]},
        }
        course = corrections.snapshot([kept.pk])
        state["carried"] = _carry(source, kept)
        is_kept_now = _make_one_life(kept, source, dated)
        _fill(kept, source, is_kept_now=is_kept_now)
        state["versions"] = versions.hand_over(source.pk, kept.pk)
        people = Member.objects.filter(pk=source.pk)
        people._raw_delete(people.db)
        versions.save([kept], by, f"合并 {source.number}")
        corrections.note(course, by=by, what="merge", reason=f"合并 {source.number}")
        arrivals.align([kept])
        state["filled"] = columns_of(kept)
        state["digest"] = snapshots.digests_of([kept.pk])[kept.pk]
        done.before = json.dumps(state, ensure_ascii=False)
        done.save(force_insert=True)
        after = {"kept": kept.number, "merged": source.number}
        audit.record("member.merge", by=by, on=kept, after=after, branch_path=done.branch_path)
    return done


def _locked(kept: UUID, source: UUID, by: User) -> tuple[Member, Member]:
    people = Member.objects.select_for_update(of=("self",)).select_related("branch", "account")
    found = people.in_bulk([kept, source])
    if len(found) < 2:
        raise MergeError("请选择两份不同的记录。" if kept == source else "其中一份记录已不在系统中。")
    if not all(may(by, Right.KEEP_MEMBERS, member.branch_path) for member in found.values()):
        raise MergeError("两份记录都须在您的管理范围内；另一份请由其所在党组织办理，或由上级组织部门合并。")
    return found[kept], found[source]


def columns_of(member: Member) -> dict[str, Any]:
    """What a record says, ready for JSON, the encrypted in clear: it is sealed as a whole."""
    plain = {name: _plain(getattr(member, name)) for name in _COLUMNS}
    return {**plain, **{name: getattr(member, name) for name in ENCRYPTED}}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _carry(source: Member, kept: Member) -> list[list[Any]]:
    """Hand every relation over; returns label, column and state of each, in order."""
    return [[label, column, carrier.carry(source, kept)] for label, column, carrier in _relations()]


def _relations() -> Iterator[tuple[str, str, Carrier]]:
    for relation in records_of.relations():
        model, column = relation.related_model, relation.field.name
        if model in snapshots.KINDS.values():
            continue
        label = model._meta.label
        # A carrier takes all columns of its model at once.
        if label not in _carriers:
            yield label, column, renaming(model, column)
    for label, carrier in _carriers.items():
        yield label, "", carrier


def renaming(model: type[models.Model], column: str) -> Carrier:
    """The rows name the other person; refused where both have what only one may have."""

    def carry(source: Member, kept: Member) -> list[str]:
        rows = model._default_manager.filter(**{column: source})
        keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
        try:
            with transaction.atomic():
                rows.update(**{column: kept})
        except IntegrityError as fault:
            label = model._meta.verbose_name
            raise MergeError(f"两份记录都有“{label}”且互相冲突，请先处理其中一份，再合并。") from fault
        return keys

    def give_back(keys: list[str], source: Member, kept: Member) -> None:
        model._default_manager.filter(pk__in=keys, **{column: kept}).update(**{column: source})

    return Carrier(carry, give_back)


def _as_it_was(row: models.Model) -> None:
    """Nothing of the row depends on what happened meanwhile."""


def each_once(
    model: type[models.Model],
    same: tuple[str, ...],
    counted: Q = Q(),  # noqa: B008 (never changed)
    mend: Callable[[models.Model], None] = _as_it_was,
) -> Carrier:
    """The rows name the other person; where the kept one has one that says the same, the source's is laid aside.

    Only rows that are ``counted`` exclude each other; ``mend`` sees to a row that is taken out again.
    """

    def carry(source: Member, kept: Member) -> dict[str, Any]:
        rows = model._default_manager.filter(member=source)
        there = set(model._default_manager.filter(counted, member=kept).values_list(*same))
        doubled = [row for row in rows.filter(counted) if tuple(getattr(row, name) for name in same) in there]
        dropped = serializers.serialize("json", doubled)
        model._default_manager.filter(pk__in=[row.pk for row in doubled]).delete()
        moved = [str(pk) for pk in rows.values_list("pk", flat=True)]
        rows.update(member=kept)
        return {"moved": moved, "dropped": dropped}

    def give_back(state: dict[str, Any], source: Member, kept: Member) -> None:
        model._default_manager.filter(pk__in=state["moved"], member=kept).update(member=source)
        for each in serializers.deserialize("json", state["dropped"]):
            mend(each.object)
            each.save()

    return Carrier(carry, give_back)


def _make_one_life(kept: Member, source: Member, dated: Mapping[UUID, snapshots.Rows]) -> bool:
    """Draw the dated rows anew; returns whether the kept record is the one that holds now."""
    rows, is_kept_now = one_life.combined(dated[kept.pk], dated[source.pk])
    for each in rows.values():
        for row in each:
            row["member_id"] = str(kept.pk)
    empty: snapshots.Rows = {name: [] for name in snapshots.KINDS}
    snapshots.put_back({source.pk: empty, kept.pk: rows})
    return is_kept_now


def _fill(kept: Member, source: Member, *, is_kept_now: bool) -> None:
    """Take over what ``kept`` lacks; place and status are those of the record that holds now."""
    for name in FILLED:
        if getattr(kept, name) in ("", None) and (value := getattr(source, name)) not in ("", None):
            setattr(kept, name, value)
    if kept.joined_on and kept.full_on and kept.full_on < kept.joined_on:
        raise MergeError("合并后转正日期会早于入党日期，请先更正其中一份记录的日期。")
    if not is_kept_now:
        kept.branch, kept.branch_path, kept.status = source.branch, source.branch_path, source.status
    if source.account_id:
        kept.account = source.account


def check(done: Merge, *, by: User) -> None:
    """Refuse when a merge cannot be taken back any more, or not by ``by``."""
    if not may(by, Right.KEEP_MEMBERS, done.branch_path):
        raise MergeError("这次合并涉及您管理范围之外的党组织，请由上级组织部门撤销。")
    if done.undone_at:
        raise MergeError("这次合并已经撤销。")
    if done.is_expired:
        raise MergeError(f"合并已满 {KEPT_FOR.days} 天，原记录已按期删除，不能再撤销。")
    later = Merge.objects.filter(kept=done.kept_id, undone_at=None, merged_at__gt=done.merged_at)
    if later.exists():
        raise MergeError("之后还有一次合并，请先撤销后一次。")


def undo(done: Merge, *, by: User) -> Member:
    """Take the two apart again, in one transaction; returns the record that was gone.

    What was added to the kept record since stays with it. MergeError when its spells, statuses, posts or the like
    were changed since: nobody can say then whose they are.
    """
    with transaction.atomic():
        numbers.take_turn()
        done = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
        check(done, by=by)
        state: dict[str, Any] = json.loads(done.before)
        kept = Member.objects.select_for_update(of=("self",)).get(pk=done.kept_id)
        _refuse_changed(state, kept)
        source = _enrolled_again(state["source"], done.source_id)
        if kept.account_id and kept.account_id == state["source"]["account_id"]:
            kept.account = None
        _empty(kept, state)
        versions.save([kept], by, f"撤销合并 {done.number}")
        source.account_id = state["source"]["account_id"] if kept.account_id is None else None
        course = {**corrections.snapshot([kept.pk]), source.pk: corrections.Course()}
        Member.objects.bulk_create([source])
        _give_back(state, source, kept)
        versions.give_back(state["versions"], kept.pk, source.pk)
        versions.keep([source.pk], versions.CHANGED, by, "撤销合并")
        snapshots.put_back({kept.pk: state["dated"]["kept"], source.pk: state["dated"]["source"]})
        arrivals.align([kept, source])
        corrections.note(course, by=by, what="part", reason=f"撤销合并 {done.number}")
        Merge.objects.filter(pk=done.pk).update(undone_at=timezone.now(), undone_by=by, before_cipher="")
        audit.record("member.part", by=by, on=kept, after={"kept": kept.number, "restored": done.number})
    return source


def _refuse_changed(state: Mapping[str, Any], kept: Member) -> None:
    still = snapshots.digests_of([kept.pk])[kept.pk] == state["digest"]
    for label, _column, carried in state["carried"]:
        still = still and (label not in _carriers or _carriers[label].still(carried, kept))
    if not still:
        raise MergeError("合并之后这个人的组织隶属、人员类别或职务又有变动，不能自动拆开；请逐项更正。")


def _enrolled_again(columns: Mapping[str, Any], pk: UUID) -> Member:
    member = Member(pk=pk)
    for column in Member._meta.concrete_fields:
        if column.attname in columns:
            setattr(member, column.attname, column.to_python(columns[column.attname]))
    for name in ENCRYPTED:
        if columns[name]:
            setattr(member, name, columns[name])
    member.branch_path = Branch.objects.values_list("path", flat=True).get(pk=member.branch_id)
    return member


def _empty(kept: Member, state: Mapping[str, Any]) -> None:
    """What the merge filled in goes, as far as nobody changed it since."""
    before, filled, now = state["kept"], state["filled"], columns_of(kept)
    for name in (*FILLED, "branch_id", "status"):
        if before[name] != filled[name] and now[name] == filled[name]:
            column = next((each for each in Member._meta.concrete_fields if each.attname == name), None)
            setattr(kept, name, column.to_python(before[name]) if column else before[name])
    kept.branch_path = Branch.objects.values_list("path", flat=True).get(pk=kept.branch_id)


def _give_back(state: Mapping[str, Any], source: Member, kept: Member) -> None:
    simple = {(label, column): carrier for label, column, carrier in _relations()}
    for label, column, carried in state["carried"]:
        if (label, column) in simple:
            simple[label, column].give_back(carried, source, kept)


def expire() -> int:
    """Delete what was kept of merges that can be taken back no more; returns how many. Safe to run again.

    Audited when there were any.
    """
    over = Merge.objects.filter(merged_at__lt=timezone.now() - KEPT_FOR).exclude(before_cipher="")
    with transaction.atomic():
        if number := over.update(before_cipher=""):
            audit.record("privacy.expire", by=None, after={"merges": number})
    return number
