"""Locked quarters: the figures as they stood, what is otherwise since, and why."""
