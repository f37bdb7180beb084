"""One member in a review, for the branch: what he and others said, his grade, and a correction afterwards."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.refusals import OutOfReach
from assessments.models import Review, ReviewEntry
from assessments.refusals import AssessmentError, Conflict
from assessments.reviews import keeping, reading, writing
from assessments.reviews.forms import CorrectForm, GradeForm, NoteForm, SelfForm, UngradedForm, beside
from branches.roles import Right
from branches.scope import may

State = Review.State


def found(request: AuthenticatedRequest, pk: UUID) -> ReviewEntry:
    rows = ReviewEntry.objects.filter(review__in=Review.objects.visible_to(request.user))
    entry = rows.filter(pk=pk).select_related("review__branch", "member").first()
    if entry is None:
        raise OutOfReach(is_there=ReviewEntry.objects.filter(pk=pk).exists())
    return entry


@never_cache
@require_safe
def review_entry(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return _shown(request, found(request, pk))


def _shown(
    request: AuthenticatedRequest, entry: ReviewEntry, elsewhere: Any = None, **refused: Form
) -> HttpResponse:
    """``refused`` are those of the page's forms that were sent with an error: what was typed stays in them.

    ``elsewhere``: what somebody else saved meanwhile.
    """
    review = entry.review
    is_at_branch = review.is_at(*keeping.AT_THE_BRANCH)
    context: dict[str, Any] = {
        "entry": entry,
        "review": review,
        "counts": reading.counts_in_words(review, entry),
        "is_at_branch": is_at_branch,
        "is_grading": review.is_at(State.GRADING) and entry.is_to_grade,
        "may_correct": review.is_at(State.CLOSED)
        and entry.is_full
        and may(request.user, Right.ASSESS, review.branch_path),
        "self_form": SelfForm(None, entry=entry),
        "note_form": NoteForm(None, entry=entry),
        "grade_form": GradeForm(None, entry=entry),
        "ungraded_form": UngradedForm(None, entry=entry),
        "correct_form": CorrectForm(None, entry=entry),
        "corrections": review.corrections.filter(member=entry.member_id).select_related("by"),
        "roll": reading.roll_of(review, keeping.entries_of(review)),
        "errors": list(refused.values()),
        "elsewhere": elsewhere,
    }
    status = 422 if refused else 200
    return render(request, "assessments/review_entry.html", context | refused, status=status)


def _saved(
    request: AuthenticatedRequest, entry: ReviewEntry, form: Form, verb: Callable[[], object], said: str
) -> HttpResponse | None:
    """Try it; the page again where it was refused, with what was typed and the version that holds now."""
    name = {SelfForm: "self_form", NoteForm: "note_form", GradeForm: "grade_form"}.get(type(form))
    name = name or ("correct_form" if isinstance(form, CorrectForm) else "ungraded_form")
    elsewhere = None
    if form.is_valid():
        try:
            verb()
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            elsewhere = beside(form, found(request, entry.pk))
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return None
    return _shown(request, found(request, entry.pk), elsewhere, **{name: form})


@require_POST
def review_self(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The member's own review, typed by the branch."""
    entry = found(request, pk)
    form = SelfForm(request.POST, entry=entry)
    verb = lambda: writing.write_for(entry, **form.sent, by=request.user)  # noqa: E731
    return _saved(request, entry, form, verb, "已保存自评。") or redirect("review_entry", pk)


@require_POST
def review_note(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    entry = found(request, pk)
    form = NoteForm(request.POST, entry=entry)
    verb = lambda: writing.note(entry, **form.cleaned_data, by=request.user)  # noqa: E731
    return _saved(request, entry, form, verb, "已保存互评和群众意见。") or redirect("review_entry", pk)


@require_POST
def review_grade(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Then to whoever is to be graded next, and back to the list after the last."""
    entry = found(request, pk)
    form = GradeForm(request.POST, entry=entry)
    verb = lambda: writing.grade(entry, **form.cleaned_data, by=request.user)  # noqa: E731
    said = f"已评定{entry.member.name}。"
    if answer := _saved(request, entry, form, verb, said):
        return answer
    following = reading.next_to_grade(entry.review, entry)
    return redirect("review_entry", following.pk) if following else redirect("review", entry.review_id)


@require_POST
def review_ungraded(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    entry = found(request, pk)
    form = UngradedForm(request.POST, entry=entry)
    verb = lambda: writing.leave_ungraded(entry, **form.cleaned_data, by=request.user)  # noqa: E731
    return _saved(request, entry, form, verb, "已保存。") or redirect("review_entry", pk)


@require_POST
def review_correct(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    entry = found(request, pk)
    if not may(request.user, Right.ASSESS, entry.review.branch_path):
        raise PermissionDenied(keeping.NOT_ABOVE)
    form = CorrectForm(request.POST, entry=entry)
    verb = lambda: writing.correct(entry, **form.cleaned_data, by=request.user)  # noqa: E731
    said = "已更正，党员记录中的结果一并改好。"
    return _saved(request, entry, form, verb, said) or redirect("review_entry", pk)
