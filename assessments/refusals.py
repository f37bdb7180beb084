"""Why something of a round cannot be done."""

from typing import Final

NOT_A_KEEPER: Final = "述职评议由组织它的党组织的工作人员办理。"


class AssessmentError(ValueError):
    """It cannot be done; the message is for the user and names what is in the way."""


class Conflict(AssessmentError):
    """Somebody else was faster; what he did stands, and what was typed is shown beside it."""


class UnknownCode(AssessmentError):
    """No ballot that runs has this code: counted against whoever tries many."""
