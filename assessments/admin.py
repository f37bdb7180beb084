"""The line of the admin's first page that leads to the rectification list."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right

from . import problems
from .models import Problem, Subject


def _waiting(user):
    """Those reported as done, for staff to look at."""
    kept = Problem.objects.filter(subject__in=Subject.objects.visible_to(user))
    return kept.filter(problems.at(problems.Stage.DONE, timezone.localdate())).count()


admin.site.errands += [
    Errand(
        label="核查述职整改",
        hint="书记报告已经完成的整改事项",
        url=lambda: f"{reverse('problem_list')}?state={problems.Stage.DONE}",
        may_see=lambda user: has_right(user, Right.ASSESS),
        waiting=_waiting,
    ),
]
