"""Names as people write them: found whatever their case and width, a road's by any of its numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEPARATOR = ";"
"""Between several numbers of a road, or several rivers of a bridge."""

_JOINTS = re.compile(r"[\s\-\u2010-\u2015_]+")

_NOWHERE: NDArray[np.int32] = np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class TextIndex:
    """Where names stand among the texts of a road network.

    Attributes
    ----------
    whole, part : mapping of str to (p,) int32
        Places of the texts that are the name, or that have it among their parts; by the name in its plain form.
    """

    whole: Mapping[str, NDArray[np.int32]]
    part: Mapping[str, NDArray[np.int32]]

    @classmethod
    def of(cls, texts: NDArray[np.str_]) -> TextIndex:
        """Go through ``texts`` once."""
        whole: dict[str, list[int]] = {}
        part: dict[str, list[int]] = {}
        for place, text in enumerate(texts.tolist()):
            whole.setdefault(plain(text), []).append(place)
            for name in {plain(one) for one in parts(text)}:
                part.setdefault(name, []).append(place)
        return cls(*({name: np.array(places, dtype=np.int32) for name, places in one.items()} for one in (whole, part)))

    def places(self, name: str) -> NDArray[np.int32]:
        """Give the places of the texts that are ``name``."""
        return self.whole.get(plain(name), _NOWHERE)

    def places_with(self, name: str) -> NDArray[np.int32]:
        """Give the places of the texts that have ``name`` among their parts."""
        return self.part.get(plain(name), _NOWHERE)


def with_texts(texts: NDArray[np.str_], wanted: Sequence[str]) -> tuple[NDArray[np.str_], NDArray[np.int32]]:
    """Add what is new to ``texts``; give all texts, and the places of those ``wanted``."""
    place_of = {text: place for place, text in enumerate(texts.tolist())}
    places = [place_of.setdefault(text, len(place_of)) for text in wanted]
    return np.array(list(place_of), dtype=np.str_), np.array(places, dtype=np.int32)


def parts(text: str) -> list[str]:
    """Give the several names that a text joins."""
    return [part.strip() for part in text.split(SEPARATOR)]


def plain(text: str) -> str:
    """Take away what does not tell names apart: case, width, blanks and hyphens; CG-3, CG 3 and CG3 are one road."""
    return _JOINTS.sub("", unicodedata.normalize("NFKC", text)).casefold()
