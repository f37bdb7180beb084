"""Workbooks: read what people upload (`reading`), write ledgers and marked copies (`writing`)."""
