"""How the verbs of records refuse."""


class RecordError(ValueError):
    """The record cannot be written; the message is for the user."""
