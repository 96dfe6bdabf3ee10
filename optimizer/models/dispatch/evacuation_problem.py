"""Who must leave, where there is room, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class EvacuationProblem:
    """People of some places and the shelters that may take them in.

    Attributes
    ----------
    place_ids, shelter_ids : tuple of str
        (V,) places threatened, (S,) shelters.
    people : (V,) array
        People who must leave.
    weight : (V,) array
        What one person without a shelter weighs; above 0.
    room : (S,) array
        People whom a shelter still takes in: usable m² over m² a person, less those inside.
    minutes : (V, S) array
        Minutes from a place to a shelter by the roads left open; infinite where there is no way.
    split_min : float
        Minutes a person for which people of one place are kept together: a place told off to one shelter more costs
        as much as if all its people had so much farther to go.
    """

    place_ids: tuple[str, ...]
    shelter_ids: tuple[str, ...]
    people: Counts
    weight: Floats
    room: Counts
    minutes: Floats
    split_min: float = 30.0

    def __post_init__(self) -> None:
        """Refuse nonsense, all of it at once."""
        faults = tuple(self._faults())
        if faults:
            raise ValueError("; ".join(faults))

    def _faults(self) -> Iterator[str]:
        places, shelters = len(self.place_ids), len(self.shelter_ids)
        shapes = {"people": (places,), "weight": (places,), "room": (shelters,), "minutes": (places, shelters)}
        wrong = {name: shape for name, shape in shapes.items() if np.shape(getattr(self, name)) != shape}
        yield from (f"{name} is {np.shape(getattr(self, name))}, not {shape}" for name, shape in wrong.items())
        if wrong:
            return
        yield from self._below(self.people < 0, self.place_ids, "people below 0")
        # Not (weight > 0) finds what is no number, too.
        yield from self._below(~(self.weight > 0) | np.isinf(self.weight), self.place_ids, "weight not above 0")
        yield from self._below(self.room < 0, self.shelter_ids, "room below 0")
        yield from self._below(
            np.isnan(self.minutes.min(axis=1, initial=np.inf)) | (self.minutes < 0).any(axis=1),
            self.place_ids,
            "minutes negative or no number",
        )
        if not 0 <= self.split_min < np.inf:
            yield f"split_min is {self.split_min}, not 0 or more"

    @staticmethod
    def _below(wrong: NDArray[np.bool_], ids: tuple[str, ...], fault: str) -> Iterator[str]:
        named = [name for name, one in zip(ids, wrong, strict=True) if one]
        if named:
            yield f"{fault}: {', '.join(named)}"
