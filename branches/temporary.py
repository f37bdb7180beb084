"""What branches that hold nobody's 组织关系 may not do: temporary ones by 支部条例 8, functional ones like them."""

from .models import Branch

ARTICLE = "支部条例第八条"
ATTEND = "请登记为参加。"
#: What a temporary branch normally does not do, with the words of the article; other rooms ask by these names.
DEEDS = {
    "admit": "发展党员",
    "discipline": "处分处置党员",
    "collect": "收缴党费",
    "delegate": "选举党代表大会代表",
    "elect": "进行换届",
}


def refusal(branch: Branch, deed: str) -> str:
    """Why ``branch`` may not do one of ``DEEDS``, with what to do instead; "" when it may."""
    if branch.form not in Branch.WITHOUT_MEMBERS:
        return ""
    instead = {
        "elect": "书记、副书记和委员由批准其成立的党组织指定，请直接任命。",
        "admit": "请由本人组织关系所在的党支部办理。",
    }.get(deed, "请由党员组织关系所在的党支部办理。")
    kind = branch.get_form_display()
    return f"“{branch.short_name}”是{kind}党支部，一般不{DEEDS[deed]}（{ARTICLE}）。{instead}"


def no_place(branch: Branch) -> str:
    """Why nobody's 组织关系 goes into ``branch``, without the citation and the full stop."""
    return f"“{branch.short_name}”是{branch.get_form_display()}党支部，党员的组织关系留在原支部，不能转入"


def no_place_for_members(branch: Branch) -> str:
    return f"{no_place(branch)}（{ARTICLE}）。{ATTEND}"
