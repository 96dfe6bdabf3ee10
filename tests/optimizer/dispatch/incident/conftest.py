"""The demo region and a good incident of it; tests spoil it in one place at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from network.problem import Problem, ProblemsError
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.incident.reading import read_incident
from optimizer.region.reading import read_region
from optimizer.region.region import Region

ROOT = Path(__file__).parents[4]

GOOD = """\
schema_version: 1
id: small
name: 小事件
began: 2026-07-05 14:30
event: {hazard: flood}
roads:
  closures:
    - {name: 东山村桥, road: 东山村御临河桥, to_h: 12}
no_flying:
  - {from_h: 1, to_h: 3}
lost:
  depots: [{site: DEPOT-D1, share: 0.5}]
  teams: [TEAM-DIST]
  vehicles: [{site: DEPOT-D1, vehicle_class: light_truck, count: 2}]
tasks:
  - {id: T1, site: 石船镇, skill: water_rescue, people: 10, work_min: 60, deadline_min: 120, priority: 1}
  - {id: T2, lon: 106.861, lat: 29.66, skill: drainage, people: 5, work_min: 30, deadline_min: 60, priority: 2}
requests:
  - {id: R1, site: 前锋村村民委员会, item: water, quantity: 100}
evacuations:
  - {site: HAZ-05}
hold_back:
  - {name: 后备, team_kinds: [flood], people: 20}
neighbours:
  - {id: N1, skills: [water_rescue], people: 20, site: 石船镇, ready_min: 60, vehicle_class: car}
crafts:
  - {id: B1, kind: boat, site: PIER-3, count: 1, payload_kg: 800, volume_m3: 3, speed_kmh: 20, range_km: 60}
clearing:
  crews: [{id: C1, site: DEPOT-D1}]
  work: [{closure: 东山村桥, hours: 5}]
"""


@dataclass(frozen=True)
class Written:
    """An incident file of a region."""

    path: Path
    region: Region

    def edit(self, old: str, new: str) -> Written:
        """Replace ``old``, which must stand in the file once."""
        text = self.path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        self.path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def read(self) -> Incident:
        incident = read_incident(self.path, self.region)
        all_told(incident.warnings)
        return incident

    def problems(self) -> list[Problem]:
        """What it is refused for; each told in both languages."""
        with pytest.raises(ProblemsError) as caught:
            read_incident(self.path, self.region)
        return all_told(caught.value.problems)


def all_told(problems: tuple[Problem, ...]) -> list[Problem]:
    """Make sure that every problem has words in both languages, with all its values filled in."""
    for problem in problems:
        for language in ("zh", "en"):
            for phrase in (problem.what, problem.mend):
                assert phrase.say(language).strip()
                assert not re.search(r"\{[a-z_]+[:}]", phrase.say(language))
    return list(problems)


@pytest.fixture(scope="session")
def region() -> Region:
    return read_region(ROOT / "datasets" / "yubei")


@pytest.fixture
def written(tmp_path: Path, region: Region) -> Written:
    path = tmp_path / "incident.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return Written(path, region)


@pytest.fixture(scope="session")
def good() -> str:
    """Text of the good incident."""
    return GOOD


@pytest.fixture(scope="session")
def words():
    """What a problem is about, without its catalogue."""
    return lambda problems: [problem.what.key.rsplit(".", 1)[1] for problem in problems]
