"""How work that takes long tells how far it is.

Whoever does the work calls ``progress(phrase, share)``: ``phrase`` names the step now running, in words of a catalogue,
and ``share`` is the part of the whole call that is done, from 0 to 1, or ``None`` where that can't be told. Whoever
started the work decides what to make of it: the command line draws a bar, the dashboard fills one, a test counts steps.
A :class:`KeyboardInterrupt` raised inside the callable stops the work, so nothing may be half written at that point.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from network.words import Phrase

Progress: TypeAlias = Callable[[Phrase, float | None], None]


def silent(phrase: Phrase, share: float | None) -> None:
    """Take no notice: the default of every ``progress`` parameter."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """Let a step report its own 0 to 1 as ``start`` to ``end`` of the whole.

    Parameters
    ----------
    progress : Progress
        Where the whole is reported to.
    start, end : float
        The step's place in the whole, 0 to 1.

    Returns
    -------
    Progress
        What the step is given.
    """

    def scaled(phrase: Phrase, share: float | None) -> None:
        progress(phrase, start if share is None else start + (end - start) * share)

    return scaled
