"""Bars that a number of votes or of people must reach: at least half, more than half, four fifths."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Bar:
    """So large a part of the voters: ``over`` means more than that part, not merely as much."""

    part: tuple[int, int]
    over: bool

    def least_of(self, voters: int) -> int:
        """The smallest whole number that meets the bar among ``voters``."""
        above, below = self.part
        return voters * above // below + 1 if self.over else -(-voters * above // below)

    def is_met(self, number: int, voters: int) -> bool:
        """Nothing is met where nobody may vote."""
        return voters > 0 and number >= self.least_of(voters)


HALF: Final = Bar((1, 2), over=False)
OVER_HALF: Final = Bar((1, 2), over=True)
FOUR_FIFTHS: Final = Bar((4, 5), over=False)
