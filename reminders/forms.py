from typing import Any

from django import forms

from branches.models import Branch
from lib import required

from .addresses import AddressError, check_robot, resolve
from .models import Robot, WeComApp

KEPT = "已填写，不再显示；留空表示不改。"


class SecretInput(forms.PasswordInput):
    """For what is written and never shown again; a browser is not to offer a saved password."""

    def __init__(self) -> None:
        # The class is the admin's for a field as wide as a text's.
        super().__init__(attrs={"autocomplete": "off", "class": "vTextField"}, render_value=False)


class NoticeForm(forms.Form):
    mail = forms.BooleanField(label="邮件", required=False)
    wecom = forms.BooleanField(label="企业微信", required=False)


class WeComAppForm(forms.ModelForm):  # type: ignore[type-arg]
    secret = forms.CharField(label="应用的 Secret", max_length=128, required=False, widget=SecretInput)

    class Meta:
        model = WeComApp
        fields = ["server", "corp_id", "agent_id", "is_on"]

    field_order = ["server", "corp_id", "agent_id", "secret", "is_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.secret_cipher:
            self.fields["secret"].help_text = KEPT
        else:
            self.fields["secret"].required = True
        required.name_fields(self.fields)


class RobotForm(forms.ModelForm):  # type: ignore[type-arg]
    address = forms.CharField(
        label="机器人地址",
        max_length=300,
        required=False,
        widget=SecretInput,
        help_text="在群机器人的设置页复制 Webhook 地址。",
    )
    secret = forms.CharField(
        label="加签密钥",
        max_length=128,
        required=False,
        widget=SecretInput,
        help_text="钉钉选“加签”、飞书选“签名校验”时填写。",
    )

    class Meta:
        model = Robot
        fields = ["branch", "kind", "name", "is_on"]

    field_order = ["branch", "kind", "name", "address", "secret", "is_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = not self.instance.address_cipher
        self.fields["address"].required = is_new
        if not is_new:
            self.fields["address"].help_text = KEPT
            if self.instance.secret_cipher:
                self.fields["secret"].help_text = KEPT

    def clean(self) -> dict[str, Any]:
        """Both are kept or changed by kind: the address is looked at together with it."""
        facts: dict[str, Any] = super().clean() or {}
        address, kind = facts.get("address"), facts.get("kind") or self.instance.kind
        if address and kind:
            try:
                resolve(check_robot(address, kind))
            except AddressError as refusal:
                self.add_error("address", str(refusal))
        return facts


class SchoolForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Branch
        fields = ["name", "short_name", "code"]
        labels = {"name": "党委全称", "short_name": "简称", "code": "党组织代码"}
        help_texts = {
            "name": "例如：中共××大学委员会。",
            "short_name": "例如：××大学党委。",
            "code": "与党组织名册一致。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required.name_fields(self.fields)


class TestMailForm(forms.Form):
    email = forms.EmailField(label="发到", error_messages={"required": "请填写收件的邮箱。"})
