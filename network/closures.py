"""Roads closed, slowed, delayed or opened: one form for scenarios and for ``--closures`` files.

Which roads
    ``links`` (ids ``way:from-to``, in that direction only), ``ways`` (OSM numbers), ``road`` (a name, or one of a
    road's numbers such as S303, whole and in any case), ``stakes`` (a road between two stakes, :mod:`network.stakes`),
    ``river`` (bridges, culverts and fords of a named waterway), ``within`` (a shape that the link touches),
    ``bridges``, ``tunnels`` (both together: either), ``classes``. Given together, all must hold; but for ``links``,
    both directions are meant. Temporary links (:mod:`network.temporary`) are meant by ``temporary`` (their ids) alone.
What happens
    Nothing said or ``closed: true``: closed. ``slowed: 2``: the time over each link twice as long. ``delay_min: 10``:
    so much longer over the whole stretch, spread over its links by their length, so that half of it costs half the
    delay. ``opened: true``: temporary links can be driven, which are closed otherwise.
When and for whom
    ``from_h``, ``to_h``: hours after the event. ``vehicle_classes``: for these alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from network.forms import Form, PlainText, mistake
from network.roads import ROAD_CLASSES
from network.shapes import Shape
from network.speeds import VEHICLE_CLASSES, VehicleClass
from network.stakes import Stakes

WayId = Annotated[int, Field(ge=-(2**62), le=2**62)]


class Closure(Form):
    """One closure; see the module's text for what its fields mean."""

    name: PlainText
    links: tuple[str, ...] = ()
    ways: tuple[WayId, ...] = ()
    road: PlainText | None = None
    stakes: Stakes | None = None
    river: PlainText | None = None
    within: Shape | None = None
    bridges: bool = False
    tunnels: bool = False
    classes: tuple[str, ...] = ()
    temporary: tuple[PlainText, ...] = ()
    closed: Literal[True] | None = None
    slowed: float | None = Field(default=None, ge=1, le=1000)
    delay_min: float | None = Field(default=None, gt=0, le=10_000)
    opened: Literal[True] | None = None
    from_h: float | None = Field(default=None, ge=0)
    to_h: float | None = Field(default=None, gt=0)
    vehicle_classes: tuple[str, ...] | None = None

    @field_validator("classes")
    @classmethod
    def _known_classes(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for unknown in set(classes) - set(ROAD_CLASSES):
            raise mistake("network.closures.unknown_class", unknown=unknown, known=", ".join(ROAD_CLASSES))
        return classes

    @field_validator("vehicle_classes")
    @classmethod
    def _known_vehicles(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes == ():
            raise mistake("network.closures.no_vehicle")
        for unknown in set(classes or ()) - set(VEHICLE_CLASSES):
            raise mistake("network.closures.unknown_vehicle", unknown=unknown, known=", ".join(VEHICLE_CLASSES))
        return classes

    @model_validator(mode="after")
    def _makes_sense(self) -> Closure:
        by_name = (self.links, self.ways, self.road, self.stakes, self.river, self.temporary)
        if not any((*by_name, self.within, self.bridges, self.tunnels, self.classes)):
            raise mistake("network.closures.no_selector")
        if sum(effect is not None for effect in (self.closed, self.slowed, self.delay_min, self.opened)) > 1:
            raise mistake("network.closures.effects")
        if self.opened and not self.temporary:
            raise mistake("network.closures.opens_nothing")
        if self.to_h is not None and self.to_h <= (self.from_h or 0):
            raise mistake("network.closures.hours", from_h=self.from_h or 0, to_h=self.to_h)
        return self

    def holds(self, vehicle_class: VehicleClass, at_h: float | None) -> bool:
        """Whether it holds for a vehicle ``at_h`` hours after the event.

        Without an hour the worst is taken: what hinders holds if it ever does, what opens only if it always does.
        """
        if self.vehicle_classes is not None and vehicle_class.name not in self.vehicle_classes:
            return False
        if at_h is None:
            return not self.opened or not (self.from_h or self.to_h)
        return (self.from_h or 0) <= at_h and (self.to_h is None or at_h < self.to_h)
