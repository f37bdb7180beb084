"""The phone pages of the activity log, a module a page or two."""
