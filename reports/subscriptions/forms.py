"""The form of a subscription. It cleans; :mod:`reports.subscriptions.keeping` decides."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import grants_of, has_right, ranges_of
from reports.figures.catalogue import QUARTERLY
from reports.filters import units_within

from . import rights

NOT_OFFERED = "请从列表中选择。"


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, person: Any) -> str:
        return f"{person.name}（{person.username}）"


class SubscriptionForm(forms.Form):
    """Of one's whole part of the tree, all tables, for oneself: nothing needs to be changed before it is sent."""

    branch = forms.ChoiceField(label="党组织", error_messages={"invalid_choice": NOT_OFFERED})
    person = PersonChoiceField(
        User.objects.none(),
        label="发给",
        required=False,
        empty_label="本人",
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    statistics = forms.MultipleChoiceField(
        label="统计表",
        choices=[(one.name, one.title) for one in QUARTERLY.values()],
        initial=list(QUARTERLY),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一张统计表。"},
    )

    def __init__(self, *args: Any, user: User, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        ranges = ranges_of(user, rights.RIGHT)
        starts = {start for start, _ in ranges}
        tops = [grant.branch for grant in grants_of(user) if grant.branch and grant.branch_path in starts]
        offered = {one.pk: one for one in [*tops, *units_within(ranges)]}
        self.branches = offered
        fields: Any = self.fields
        fields["branch"].choices = [(one.pk, one.short_name) for one in offered.values()]
        if has_right(user, Right.KEEP_SUBSCRIPTIONS):
            fields["person"].queryset = rights.people_of(user, today).exclude(pk=user.pk)
        else:
            del fields["person"]

    def clean_branch(self) -> Branch:
        chosen: Branch = self.branches[int(self.cleaned_data["branch"])]
        return chosen
