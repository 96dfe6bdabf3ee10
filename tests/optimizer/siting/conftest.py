"""The demo's district, read once, and a way to change what a planner says of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.region.overrides import Override
from optimizer.region.reading import read_region
from optimizer.region.region import Region

DEMO = Path(__file__).parents[3] / "datasets" / "yubei"


@pytest.fixture(scope="session")
def demo() -> Region:
    return read_region(DEMO)


@pytest.fixture(scope="session")
def decided(demo) -> Callable[..., Region]:
    """The demo's district with decisions: site ids by ``open`` or ``close``."""

    def decide(**sites: str) -> Region:
        said = {"who": "规划科", "when": "2026-01-05", "why": "现场踏勘"}
        made = [Override.model_validate({"decision": word, "site_id": site, **said}) for word, site in sites.items()]
        return replace(demo, overrides=tuple(made))

    return decide


@pytest.fixture(scope="session")
def uncounted(demo) -> Callable[[int], Region]:
    """The demo's district, in which nobody knows how many live in the first so many villages."""

    def forget(count: int) -> Region:
        sites = demo.tables["sites"].copy()
        rows = sites.index[sites["kind"] == "village"][:count]
        sites["population"] = sites["population"].astype(float)
        sites.loc[rows, "population"] = float("nan")
        return replace(demo, tables={**demo.tables, "sites": sites})

    return forget


@pytest.fixture(scope="session")
def altered(demo) -> Callable[..., Region]:
    """The demo's district with other parameters, of siting or of the plan."""

    def alter(siting: dict[str, float] | None = None, **parameters: object) -> Region:
        settings = demo.settings
        changed = settings.model_copy(
            update={
                "siting": settings.siting.model_copy(update=siting or {}),
                "parameters": settings.parameters.model_copy(update=parameters),
            }
        )
        return replace(demo, settings=changed)

    return alter
