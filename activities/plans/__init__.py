"""Recurring plans (计划) of a branch: their lines, the dates that follow, and what was held beside them."""
