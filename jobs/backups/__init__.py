"""Backups: made, restored, and rehearsed. One format for both databases, so that a trial can move to PostgreSQL."""
