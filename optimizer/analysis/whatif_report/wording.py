"""How a what-if's ids, codes and numbers are said to a reader."""

from __future__ import annotations

from dataclasses import dataclass

from network.words import Language, catalogue, say
from optimizer.analysis.whatif import WhatIf
from optimizer.report.wording import Wording

_WINDS = ("north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west")


@dataclass(frozen=True)
class WhatIfWords:
    """Words of a what-if in one language.

    Attributes
    ----------
    names : Wording
        Of the region.
    """

    names: Wording

    @classmethod
    def of(cls, found: WhatIf, language: Language) -> WhatIfWords:
        """Look up the names of the what-if's region."""
        return cls(Wording.of_region(found.region, language))

    @property
    def language(self) -> Language:
        """Language that is spoken."""
        return self.names.language

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.whatif.<name>``."""
        return say(f"optimizer.whatif.{name}", self.language, **values)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with thousands separated; a dash where there is none."""
        return self.names.number(value, digits)

    def choice(self, kind: str, code: str) -> str:
        """Words of a code of the analysis tables, or of the plan's."""
        entry = catalogue("optimizer", "whatif").get(f"{kind}_{code}")
        return entry[self.language] if entry else self.names.choice(kind, code)

    def wind(self, bearing: float) -> str:
        """Name the point of the compass nearest to a bearing in degrees from north."""
        return self(f"wind_{_WINDS[round(bearing / 45) % 8]}")
