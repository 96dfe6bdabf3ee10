"""Bisection over rising levels for the least that suffices, where a question may stay undecided for want of time."""

from __future__ import annotations

from dataclasses import dataclass, replace

SHARE = 0.25
"""So much of the time left one question may take, while there are easier ones."""


@dataclass(frozen=True)
class Bracket:
    """What is known of the levels.

    The nearer a level is to the least that suffices, the harder it tends to be to decide. So where one could not be
    decided, the levels farther off are asked, on the side where more is open; it is asked again when they are done.

    Attributes
    ----------
    no : int
        The highest level known not to suffice; one below the first where none is known.
    yes : int
        The lowest level known to suffice.
    undecided : (int, int), optional
        The lowest and the highest level between them that could not be decided.
    """

    no: int
    yes: int
    undecided: tuple[int, int] | None = None

    @property
    def closed(self) -> bool:
        """Whether the least level that suffices is known."""
        return self.yes - self.no <= 1

    def ask(self) -> tuple[int, float]:
        """Choose the level to be asked next; and the share of the time left that its question may take."""
        if self.undecided is None:
            return (self.no + self.yes) // 2, SHARE
        first, last = self.undecided
        below, above = first - self.no - 1, self.yes - last - 1
        if not below and not above:
            return (first + last) // 2, 1.0
        return (self.no + first if below >= above else last + self.yes) // 2, SHARE

    def told(self, level: int, suffices: bool | None) -> Bracket:
        """Take an answer; None where there is none."""
        if suffices is None:
            first, last = self.undecided or (level, level)
            return replace(self, undecided=(min(first, level), max(last, level)))
        no, yes = (self.no, level) if suffices else (level, self.yes)
        stays = self.undecided is not None and no < self.undecided[0] and self.undecided[1] < yes
        return Bracket(no, yes, self.undecided if stays else None)
