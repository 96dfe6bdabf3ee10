"""Stake numbers 桩号: a stretch of road as road offices name it, such as S303 K12+300 to K14+100.

No map says where a road's kilometres are counted from, so whoever names a stretch states it: ``zero``, a point on the
road with its stake (K0+000 unless said), and which way the stakes rise, by a point farther along in ``towards``. A
``second`` point with its stake says it too, and tells how the road office's lengths compare with the map's.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from network.forms import Form, PlainText, mistake
from network.shapes import Point

_STAKE = re.compile(r"K?(\d{1,4})(?:\+(\d{1,3}(?:\.\d+)?)|(\.\d+))?")


def parse_stake(text: str) -> float | None:
    """Metres of a stake: ``K12+300``, ``k12+300``, ``12+300``, ``K12``, ``K12.3``, full-width or not; None if none."""
    found = _STAKE.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper().removeprefix("桩号"))
    if not found:
        return None
    kilometres, metres, part = found.groups()
    return 1000.0 * float(kilometres + (part or "")) + float(metres or 0)


def stake_text(metres: float) -> str:
    """Write ``12300`` as ``K12+300``, to the metre; before the zero as ``K-0+050``."""
    whole = round(abs(metres))
    return f"K{'-' if metres < 0 and whole else ''}{whole // 1000}+{whole % 1000:03d}"


def _as_text(value: object) -> object:
    """Take a bare number, which YAML makes of ``12.3``, for kilometres."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _checked(text: str) -> str:
    if parse_stake(text) is None:
        raise mistake("network.stakes.no_stake", shown=text)
    return text


Stake = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=40)]


class StakePoint(Point):
    """A point on a road whose stake is known."""

    stake: Stake = "K0+000"

    _known = field_validator("stake")(_checked)

    @property
    def stake_m(self) -> float:
        """Metres of its stake."""
        return _metres(self.stake)


class Stakes(Form):
    """A stretch of a road between two stakes, in either order."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    road: PlainText
    from_stake: Stake = Field(alias="from")
    to_stake: Stake = Field(alias="to")
    zero: StakePoint
    towards: Point | None = None
    second: StakePoint | None = None

    _known = field_validator("from_stake", "to_stake")(_checked)

    @model_validator(mode="after")
    def _directed(self) -> Stakes:
        if (self.towards is None) == (self.second is None):
            raise mistake("network.stakes.direction")
        if self.second is not None and self.second.stake_m == self.zero.stake_m:
            raise mistake("network.stakes.same_stake", stake=self.second.stake)
        return self

    @property
    def other(self) -> Point:
        """The reference that tells the direction."""
        other = self.second or self.towards
        assert other is not None  # the form has been checked
        return other

    @property
    def range_m(self) -> tuple[float, float]:
        """Metres of the lower and the higher stake."""
        ends = sorted([_metres(self.from_stake), _metres(self.to_stake)])
        return ends[0], ends[1]


def _metres(stake: str) -> float:
    metres = parse_stake(stake)
    assert metres is not None  # the form has been checked
    return metres
