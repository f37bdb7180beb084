"""What the reports of these tests say, and of when."""

from lib.periods import Period

QUARTER = Period.quarter(2026, 3)
HELD = "{{组织生活（按类型）｜主题党日｜举行｜专题活动：主题教育}}"
MEMBERS = "{{党员基本情况｜党员}}"
