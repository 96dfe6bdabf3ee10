"""How well one layer of an objective is solved, and how well that is proven."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One layer of the objective, minimised after the layers above it were kept.

    Attributes
    ----------
    name : str
    value, bound : float
        What the solution reaches, and what no solution can be below, given what the layers above reached.
    gap : float
        ``(value - bound) / value``; 0 where both are 0.
    scale : float
        The layer's value if nothing were done: all want unmet, every requirement short; 0 where it has none.
    unit : str
    proven : bool
        The gap is within the tolerance asked for.
    status : str
        The solver's own word.
    seconds : float
    """

    name: str
    value: float
    bound: float
    gap: float
    scale: float
    unit: str
    proven: bool
    status: str
    seconds: float
