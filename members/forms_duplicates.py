from typing import Any

from django import forms

from accounts.models import User
from branches.roles import Right

from .models import Member


class PairForm(forms.Form):
    """Two records of one's own part of the tree; any other is no choice."""

    one = forms.ModelChoiceField(Member.objects.none(), widget=forms.HiddenInput)
    other = forms.ModelChoiceField(Member.objects.none(), widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        mine = Member.objects.reachable_by(user, Right.KEEP_MEMBERS).select_related("branch", "account")
        for name in ("one", "other"):
            field: Any = self.fields[name]
            field.queryset = mine

    @property
    def names_a_stranger(self) -> bool:
        """Whether it names a record that is not there for this user."""
        return any(self.has_error(name, "invalid_choice") for name in ("one", "other"))


class ApartForm(PairForm):
    """… who are not the same person, and how one knows."""

    reason = forms.CharField(label="依据", min_length=4, max_length=120)
