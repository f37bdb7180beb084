"""The figures the university stands behind: each one a set of rows that can be opened, with what it means beside it.

A statistic is a table of figures: by organisation, or by the groups people fall into. Page, workbook, PDF, JSON and
case report take the same :class:`~reports.figures.base.Table`; nothing counts a second time.
"""
