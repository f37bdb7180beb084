"""The audit trail in words, for whoever sees no member data: of people what was done, not to whom."""

from accounts.models import AuditEntry

#: Of people the trail shows the auditor what was changed, not the values: he sees no member data.
ABOUT_PEOPLE = ("members.", "activities.")


def object_shown(entry: AuditEntry) -> str:
    """The object's name, or of people the beginning of its key."""
    if entry.object_type.startswith(ABOUT_PEOPLE):
        return f"编号 {entry.object_id[:8]}"
    return entry.object_label
