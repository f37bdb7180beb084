"""Merging, dissolving and dividing a branch in the browser admin: asked for, looked at, done."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from branches.admin import BranchAdmin, BranchPage
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch
from branches.roles import Right
from branches.tree import TreeError

from . import headcounts, restructuring
from .admin_forms import PersonChoice
from .enrolment import EnrolmentError
from .headcounts import Line
from .models import Member
from .posts import PostError
from .seats import SeatError

REFUSALS = (restructuring.RestructuringError, TreeError, EnrolmentError, PostError, SeatError)
TEMPLATE = "admin/branches/branch/restructure.html"


class BranchesChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj):
        return obj.short_name


def _targets(user, branch):
    """Branches that ``user`` keeps and that exist today, but ``branch``."""
    mine = Branch.objects.reachable_by(user, Right.KEEP_MEMBERS).leaves()
    return mine.existing_on(timezone.localdate()).exclude(pk=branch.pk)


class EndingForm(forms.Form):
    """What the forms have in common: the day, and choices that end where the user's scope ends."""

    on = forms.DateField(
        label="生效日期", widget=DateInput, help_text="这一天之前的活动、到会和统计仍算在原支部。"
    )

    def __init__(self, branch, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.branch = branch
        self.targets = _targets(user, branch)
        self.fields["on"].initial = timezone.localdate()


class MergeForm(EndingForm):
    to = BranchChoiceField(label="并入", queryset=Branch.objects.none(), empty_label="请选择党支部")
    others = BranchesChoice(
        label="一起并入的支部",
        queryset=Branch.objects.none(),
        required=False,
        help_text="同一上级下的其他支部，可以不选。",
    )
    field_order = ["to", "others", "on"]

    def __init__(self, branch, user, *args, **kwargs):
        super().__init__(branch, user, *args, **kwargs)
        self.fields["to"].queryset = self.targets
        self.fields["others"].queryset = self.targets.filter(parent=branch.parent)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("to") and cleaned["to"] in cleaned.get("others", ()):
            self.add_error("others", "并入的支部不能同时是被并入的支部。")
        return cleaned

    def lines(self):
        return headcounts.after_merge(self._sources(), self.cleaned_data["to"])

    def carry_out(self, user):
        restructuring.merge(self._sources(), self.cleaned_data["to"], on=self.cleaned_data["on"], by=user)

    def _sources(self):
        return [self.branch, *self.cleaned_data["others"]]


class CloseForm(EndingForm):
    to = BranchChoiceField(
        label="党员转往", queryset=Branch.objects.none(), empty_label="请选择党支部", required=False
    )
    other_to = BranchChoiceField(
        label="其中一部分转往", queryset=Branch.objects.none(), empty_label="（不分开）", required=False
    )
    others = PersonChoice(label="这一部分人", queryset=Member.objects.none(), required=False)
    field_order = ["to", "other_to", "others", "on"]

    def __init__(self, branch, user, *args, **kwargs):
        super().__init__(branch, user, *args, **kwargs)
        self.people = restructuring.people_of(branch)
        homes = self.targets.exclude(form__in=Branch.WITHOUT_MEMBERS)
        self.fields["to"].queryset = self.fields["other_to"].queryset = homes
        self.fields["others"].queryset = self.people

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("to") and self.people.exists():
            self.add_error("to", "支部里还有人，请选择他们转往哪个党支部。")
        if not self.errors and bool(cleaned["other_to"]) != bool(cleaned["others"]):
            self.add_error("others", "要分开转移，请同时选择党支部和人员；不分开的都留空。")
        return cleaned

    def members_to(self):
        apart = list(self.cleaned_data["others"])
        rest = [member for member in self.people if member not in apart]
        asked = [(self.cleaned_data["to"], rest), (self.cleaned_data["other_to"], apart)]
        moves = {}
        for to, members in asked:
            if to and members:
                moves.setdefault(to, []).extend(members)
        return moves

    def lines(self):
        return headcounts.after_moves(self.branch, list(self.members_to().items()), ends=True)

    def carry_out(self, user):
        restructuring.dissolve(self.branch, self.members_to(), on=self.cleaned_data["on"], by=user)


class SplitForm(EndingForm):
    name = forms.CharField(label="新支部全称", max_length=120)
    short_name = forms.CharField(label="新支部简称", max_length=60)
    code = forms.CharField(label="党组织代码", max_length=40)
    form = forms.ChoiceField(label="设置形式", choices=Branch.Form.choices)
    members = PersonChoice(label="分到新支部的人员", queryset=Member.objects.none())
    field_order = ["name", "short_name", "code", "form", "members", "on"]

    def __init__(self, branch, user, *args, **kwargs):
        super().__init__(branch, user, *args, **kwargs)
        self.fields["members"].queryset = restructuring.people_of(branch)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if Branch.objects.filter(code=code).exists():
            raise forms.ValidationError("这个代码不能使用，请核对上级党组织编发的代码。")
        return code

    def lines(self):
        going = headcounts.of_people(self.cleaned_data["members"])
        present = headcounts.headcounts([self.branch])[self.branch.pk]
        new = self.cleaned_data["short_name"]
        if self.cleaned_data["form"] in Branch.WITHOUT_MEMBERS:
            guests = headcounts.Headcount(guests=len(self.cleaned_data["members"]))
            return [
                Line(self.branch.short_name, present, present),
                Line(new, headcounts.Headcount(), guests),
            ]
        return [
            Line(self.branch.short_name, present, present - going),
            Line(new, headcounts.Headcount(), going),
        ]

    def carry_out(self, user):
        facts = {name: self.cleaned_data[name] for name in ("name", "short_name", "code", "form")}
        restructuring.split(
            self.branch, self.cleaned_data["members"], on=self.cleaned_data["on"], by=user, **facts
        )


def _page(form_class, asked, **words):
    """The view of one errand: GET shows what would follow once it is asked for, POST does it."""

    def view(model_admin, request, branch):
        if request.method == "POST":
            form = form_class(branch, request.user, request.POST)
            if form.is_valid():
                try:
                    form.carry_out(request.user)
                except REFUSALS as refusal:
                    form.add_error(None, str(refusal))
                else:
                    messages.success(request, words["done"])
                    return HttpResponseRedirect(model_admin.own_url(branch, "change"))
        else:
            form = form_class(branch, request.user, request.GET if asked in request.GET else None)
        context = {**model_admin.page_context(request, branch, words["title"]), "form": form, **words}
        if form.is_bound and form.is_valid():
            context |= {"lines": form.lines(), "on": form.cleaned_data["on"]}
        return render(request, TEMPLATE, context)

    return view


ENDS = "原支部的职务、党小组、任期和角色到前一天为止；活动记录、到会和以前的统计都留在原支部名下。"

BranchAdmin.further += [
    BranchPage(
        "merge",
        "并入另一支部",
        _page(
            MergeForm,
            "to",
            title="并入另一支部",
            button="确认合并",
            done="已合并：党员已转入，原支部已撤销。",
            help=f"全体党员转入所选支部，原支部撤销。{ENDS}",
        ),
    ),
    BranchPage(
        "split",
        "分设新支部",
        _page(
            SplitForm,
            "name",
            title="分设新支部",
            button="确认分设",
            done="已分设新支部，所选人员已转入。批复文号请在新支部的“批复与备案”里登记。",
            help="新支部与原支部同一上级。临时和功能型党支部只登记参加，组织关系留在原支部（支部条例第八条）。",
        ),
    ),
]
BranchAdmin.settling = _page(
    CloseForm,
    "on",
    title="撤销党支部",
    button="确认撤销",
    done="已撤销：党员已转往所选支部，已有的记录都保留。",
    help=f"支部里还有人，先写明他们转往哪里，再一并撤销。{ENDS}",
)
