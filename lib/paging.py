"""Pages of a list that nobody counted."""

from typing import Any

from django.core.paginator import Page, Paginator


class UncountedPaginator(Paginator):  # type: ignore[type-arg]
    """Each page asks for one row more than it shows, which tells whether there is a next one.

    ``count`` is how many are known of by the page that was got; ``goes_on`` tells that there are more.
    """

    goes_on = False

    def get_page(self, number: Any) -> "Page[Any]":
        """The page; the first one for what is no number, or lies beyond the last."""
        wanted = int(number) if str(number).isdecimal() and len(str(number)) < 9 else 1
        first = (max(wanted, 1) - 1) * self.per_page
        rows = list(self.object_list[first : first + self.per_page + 1])
        if not rows and first:
            return self.get_page(1)
        self.count = first + len(rows)
        self.goes_on = len(rows) > self.per_page
        return Page(rows[: self.per_page], first // self.per_page + 1, self)
