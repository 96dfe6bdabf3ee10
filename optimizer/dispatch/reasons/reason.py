"""A reason: its code, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from network.words import Phrase


@dataclass(frozen=True)
class Reason:
    """Why something is late or unserved.

    Attributes
    ----------
    code : str
        Of :data:`~optimizer.dispatch.tables.REASONS`.
    why, would_serve : Phrase
    """

    code: str
    why: Phrase
    would_serve: Phrase


def reason(code: str, **values: object) -> Reason:
    """Give a reason in the words ``optimizer.dispatch.why_<code>`` and ``would_<code>``."""
    return Reason(
        code, Phrase(f"optimizer.dispatch.why_{code}", **values), Phrase(f"optimizer.dispatch.would_{code}", **values)
    )
