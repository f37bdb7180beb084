"""What is to be put right in how branches are set up and led: a list for staff, by organisation and rule."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from branches.models import Branch
from branches.roles import Right
from branches.scope import has_right, ranges_of
from members import branch_rules, health
from members.forms import HealthFilter
from members.remedies import shown

PER_PAGE = 50


@require_safe
def branch_health(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    if not has_right(user, Right.KEEP_BRANCHES):
        raise PermissionDenied("支部设置与任期由组织部和二级党组织工作人员检查。")
    ranges, today = ranges_of(user, Right.KEEP_BRANCHES), timezone.localdate()
    facts = health.facts_of(ranges, today)
    form = HealthFilter(request.GET, organisations=[one.branch for one in facts])
    wanted = form.wanted()
    asked = [one for one in facts if one.branch.path.startswith(wanted.path)]
    judged = [finding for one in asked for finding in health.judge(one, today)]
    found = [finding for finding in health.explained(judged, ranges, today) if wanted.takes(finding)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [shown(finding, user) for finding in page],
        "open": sum(not finding.is_explained for finding in found),
        "late": sum(finding.state == "late" for finding in found),
        "branches": sum(one.branch.is_leaf for one in facts),
        "lost": sum(one.lost for one in asked),
        "floating": sum(one.floating for one in asked),
        "away_url": _away_url(form.asked_branch) if has_right(user, Right.ASK_TRANSFER) else "",
        "hints": [rule for rule in branch_rules.RULES.values() if rule.is_hint],
        "is_filtered": wanted != form.nothing,
    }
    return render(request, "members/health.html", context)


def _away_url(branch: Branch | None) -> str:
    address = reverse("away_list")
    return f"{address}?{urlencode({'branch': branch.pk})}" if branch else address
