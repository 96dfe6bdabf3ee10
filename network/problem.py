"""A problem in what a planner gave us: where it stands, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from network.words import Language, Phrase, say


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file, told so that the planner can mend it.

    Attributes
    ----------
    what : Phrase
        What is wrong.
    mend : Phrase
        What to do about it.
    file, row, column, value : optional
        Where it stands. ``row`` counts as the spreadsheet does: the heading is row 1.
    severity : {"error", "warning"}
        An error stops the work; a warning is shown and the work goes on.
    """

    what: Phrase
    mend: Phrase
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: object = None
    severity: Literal["error", "warning"] = "error"

    def say(self, language: Language) -> str:
        """``file row N, column: what. mend`` in one line."""
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(say("network.problem.row", language, row=self.row))
        if self.column:
            place.append(say("network.problem.column", language, column=self.column))
        if self.value is not None:
            place.append(say("network.problem.value", language, value=self.value))
        where = say("network.problem.comma", language).join(place)
        parts = {"where": where, "what": self.what, "mend": self.mend}
        return say("network.problem.line" if where else "network.problem.line_without_place", language, **parts)


class ProblemsError(Exception):
    """Work refused because of one or more problems, all of them listed.

    Nothing was written. The command line prints each problem and ends with exit code 1.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.say("en") for problem in self.problems))
