"""A siting in a few lines: what was asked, what was found, how well it is proven, what to be careful with."""

from __future__ import annotations

from network.words import Language, say
from optimizer.siting.siting import Siting


class Told:
    """Words for a siting in one language."""

    def __init__(self, siting: Siting, language: Language) -> None:
        self.siting = siting
        self.language = language

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.siting_report.<name>``."""
        return say(f"optimizer.siting_report.{name}", self.language, **values)

    def title(self) -> str:
        """Say what this is, of which region and of which day."""
        return ""

    def headline(self) -> list[str]:
        """What was asked and found, and how well it is proven."""
        return []

    def basis(self) -> list[str]:
        """On what it rests: times, weights, standards, costs, scenarios."""
        return []

    def cautions(self) -> list[str]:
        """What every reader must know: synthetic roads, estimates, what was set aside."""
        return []
