"""The forms of the people's part of the browser admin."""

from django import forms
from django.utils import timezone

from branches.forms import BranchChoiceField, DateInput, WholeRowForm, not_in_future
from branches.models import Branch, PartyGroup

from . import rosters, seats
from .codes import EDUCATIONS, nation_label
from .codes import NATIONS as NATION_CODES
from .models import GroupMembership, Member, Post, StationAssignment

BLANK = [("", "（未填写）")]


class PersonChoice(forms.ModelMultipleChoiceField):
    """People with what tells two of one name apart."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj):
        return f"{obj.name}（{obj.school_number or obj.number}）"


class SeatChoice(PersonChoice):
    def label_from_instance(self, obj):
        return f"{obj.member.name}（{obj.since:%Y-%m-%d} 起）"


class MemberForm(forms.ModelForm):
    nation = forms.ChoiceField(
        label="民族", required=False, choices=[*BLANK, *((code, nation_label(code)) for code in NATION_CODES)]
    )
    education = forms.ChoiceField(label="学历", required=False, choices=[*BLANK, *EDUCATIONS.items()])

    class Meta:
        model = Member
        fields = (
            "name school_number sex nation native_place education job major schooling_years graduates_on "
            "is_league_member is_double_leader joined_on full_on"
        ).split()


class MoveMemberForm(forms.Form):
    to = BranchChoiceField(label="转到", queryset=Branch.objects.none(), empty_label="请选择党支部")
    on = forms.DateField(label="生效日期", widget=DateInput, help_text="这一天之前的到会和统计仍算在原支部。")

    def __init__(self, member, targets, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["to"].queryset = targets.exclude(pk=member.branch_id)
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self):
        return not_in_future(self.cleaned_data["on"])


class PostForm(WholeRowForm):
    beside = frozenset({"until"})

    class Meta:
        model = Post
        fields = ["member", "branch", "title", "group", "duty", "since", "reason"]

    def clean(self):
        cleaned = super().clean()
        group, branch = cleaned.get("group"), cleaned.get("branch")
        if group and branch and group.branch_id != branch.pk:
            self.add_error("group", "这个党小组不属于所选的党组织。")
        return cleaned


class EndPostForm(forms.Form):
    on = forms.DateField(
        label="任职最后一天", widget=DateInput, help_text="职务带来的角色在这一天之后失效，账号保留。"
    )

    def __init__(self, post, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.post = post
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on < self.post.since:
            raise forms.ValidationError(f"不能早于任职日期（{self.post.since:%Y-%m-%d}）。")
        return on


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(label="接任人", queryset=Member.objects.none(), empty_label="请选择")
    on = forms.DateField(label="接任日期", widget=DateInput, help_text="前任任职到前一天为止。")
    reason = forms.CharField(
        label="例外说明", max_length=200, required=False, help_text="与“一般应当”的规定不一致时填写。"
    )

    def __init__(self, post, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.post = post
        today = timezone.localdate()
        people = rosters.branch_members_on(post.branch, today)
        self.fields["to"].queryset = people.exclude(pk=post.member_id)
        self.fields["on"].initial = today

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on <= self.post.since:
            raise forms.ValidationError(f"须晚于前任的任职日期（{self.post.since:%Y-%m-%d}）。")
        return not_in_future(on)


class SeatsForm(forms.Form):
    """Who leaves the group and who joins it, from one day on."""

    leave = SeatChoice(label="现有成员，勾选移出", queryset=GroupMembership.objects.none(), required=False)
    join = PersonChoice(label="本支部其他党员，勾选编入", queryset=Member.objects.none(), required=False)
    on = forms.DateField(
        label="生效日期", widget=DateInput, help_text="编入后，不再是本支部其他党小组的成员。"
    )

    def __init__(self, group, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        seated = GroupMembership.objects.open().filter(group=group).select_related("member")
        self.fields["leave"].queryset = seated.order_by("member__name_order")
        self.fields["join"].queryset = seats.unseated(group, today)
        self.fields["on"].initial = today

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["leave"] and not cleaned["join"]:
            raise forms.ValidationError("请至少勾选一人。")
        return cleaned


class EndGroupForm(forms.Form):
    on = forms.DateField(label="最后一天", widget=DateInput, initial=timezone.localdate)


class PartyGroupForm(WholeRowForm):
    beside = frozenset({"branch", "until"})

    class Meta:
        model = PartyGroup
        fields = ["branch", "name", "position", "since"]


class StationAssignmentForm(WholeRowForm):
    beside = frozenset({"until"})

    class Meta:
        model = StationAssignment
        fields = ["member", "station", "area", "is_head", "since"]

    def clean(self):
        cleaned = super().clean()
        area, station = cleaned.get("area"), cleaned.get("station")
        if area and station and area.station_id != station.pk:
            self.add_error("area", "这个责任区不属于所选的工作站。")
        return cleaned
