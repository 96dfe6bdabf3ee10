"""What each model of siting asks of the statement, and how its loss is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.siting.stated.options import SiteKind

Loss = Literal["minutes", "longest", "uncovered", "spent", "yearly", "unbacked", "expected", "levels"]
Weighs = Literal["people", "judged", "coverable", "reachable", "volume"]


@dataclass(frozen=True)
class ModelTraits:
    """Traits of one model.

    Attributes
    ----------
    loss : str
        What is made least: weighted ``minutes`` from the nearest open site, the ``longest`` of them, the weight
        ``uncovered`` within its standard time, what is ``spent``, what it costs ``yearly`` with the transport, the
        weight ``unbacked`` by a second depot, the weight ``expected`` to find every station busy, or weighted minutes
        of service and supply over ``levels``.
    weighs : str
        The demand that the loss counts: all ``people``; those that a rule ``judged`` (remote hamlets are told, not
        counted); of these such as are ``coverable`` by some site; such as are ``reachable`` from some site; or the
        ``volume`` of their relief, m³.
    bounded : bool
        More open sites are never worse, so a number or a budget has to be given.
    sites : tuple of {"depots", "stations"}
        What it can site.
    """

    loss: Loss
    weighs: Weighs
    bounded: bool = True
    sites: tuple[SiteKind, ...] = ("depots", "stations")

    @property
    def by_standard(self) -> bool:
        """Whether standard times decide the loss: they do not where time itself or money is made least."""
        return self.loss in ("uncovered", "spent", "unbacked", "expected")


MODELS: dict[str, ModelTraits] = {
    "p-median": ModelTraits("minutes", "people"),
    "p-center": ModelTraits("longest", "reachable"),
    "maximal-covering": ModelTraits("uncovered", "judged"),
    "set-covering": ModelTraits("spent", "coverable", bounded=False),
    "capacitated": ModelTraits("yearly", "volume", bounded=False, sites=("depots",)),
    "backup-covering": ModelTraits("unbacked", "judged", sites=("depots",)),
    "expected-covering": ModelTraits("expected", "judged"),
    "nested-levels": ModelTraits("levels", "people", sites=("depots",)),
}
"""By the names of the command line."""
