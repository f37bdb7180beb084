"""What a reader may see of a record inside his scope: a leader sees figures and masked names."""

from dataclasses import dataclass

from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib.masking import mask_name


@dataclass(frozen=True)
class Sight:
    """``path`` is where the record's branch stands now."""

    user: User
    path: str

    def _may(self, right: Right) -> bool:
        return may(self.user, right, self.path)

    @property
    def may_write(self) -> bool:
        return self._may(Right.RECORD)

    @property
    def may_mark(self) -> bool:
        return self._may(Right.TAKE_ATTENDANCE)

    @property
    def sees_people(self) -> bool:
        """Whether a name leads to the person: an attendance-taker has the names of the roll and no more."""
        return self._may(Right.SEE_MEMBERS)

    @property
    def sees_figures(self) -> bool:
        """Whether a number leads to the list behind it."""
        return self._may(Right.SEE_FIGURES)

    @property
    def may_explain(self) -> bool:
        return self._may(Right.EXPLAIN)

    @property
    def may_review(self) -> bool:
        return self._may(Right.REVIEW)

    @property
    def may_send_back(self) -> bool:
        return self._may(Right.ASSIGN)

    @property
    def may_develop(self) -> bool:
        return self._may(Right.SEE_DEVELOPMENT)

    @property
    def sees_notes(self) -> bool:
        """Notes tell who said what: they are for those who keep the record."""
        return self.may_write

    @property
    def may_print(self) -> bool:
        """Papers carry names, reasons and what was said."""
        return self.may_write and self._may(Right.EXPORT)

    @property
    def sees_reasons(self) -> bool:
        """Why somebody was on leave may be an illness: it is for those who take attendance."""
        return self.may_mark

    @property
    def sees_names(self) -> bool:
        return self._may(Right.SEE_NAMES)

    def name(self, name: str) -> str:
        return name if self.sees_names else mask_name(name)
