"""The university's local rules: all of them on one page, each decided about on a page of its own."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from branches import local
from branches.forms import LocalRuleForm
from branches.roles import Right
from branches.scope import has_right


@require_safe
def local_rules(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_RULES):
        raise PermissionDenied("校内规定由学校党委组织部维护。")
    found = sorted(local.decided().values(), key=lambda each: each.rule.group)
    groups = [(name, list(each)) for name, each in groupby(found, key=lambda each: each.rule.group)]
    return render(request, "branches/local_rules.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
def local_rule(request: AuthenticatedRequest, code: str) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_RULES):
        raise PermissionDenied("校内规定由学校党委组织部维护。")
    rule = local.rule_of(code)
    if rule is None:
        raise Http404
    decided = local.decided([code])[code]
    form = LocalRuleForm(decided, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        local.decide(rule, values["value"], values["citation"].strip(), by=request.user)
        messages.success(request, f"“{rule.title}”已保存：{rule.shown(values['value'])}。")
        return redirect("local_rules")
    context = {"rule": rule, "decided": decided, "form": form}
    return render(request, "branches/local_rule.html", context, status=422 if form.errors else 200)
