"""Ensembles against every scenario worked out on its own, and the folder and command that they come in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network.ensembles import Tally
from network.problem import ProblemsError
from network.words import LANGUAGES
from optimizer.analysis.ensemble.folder import write_ensemble
from optimizer.analysis.ensemble.reach import Ensemble, EnsembleReach, reach
from optimizer.analysis.ensemble.tables import ENSEMBLE_TABLES
from optimizer.analysis.sources import DISTRICT_LEVELS, Sources, sources_as_they_stand
from optimizer.cli import main
from optimizer.cli_ensemble import read_failures
from optimizer.events.draw import EventModel, draw_event
from optimizer.plan.reach import FREE, drive_min
from optimizer.region.reading import read_region
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.selection import SETTLEMENTS

DEMO = Path(__file__).parents[4] / "datasets" / "yubei"
DRAWS, SEED, CLASS = 12, 5, "heavy_truck"


@pytest.fixture(scope="module")
def demo() -> Region:
    return read_region(DEMO)


@pytest.fixture(scope="module")
def sources(demo: Region) -> Sources:
    return sources_as_they_stand(demo)


@pytest.fixture(scope="module")
def found(demo: Region, sources: Sources) -> EnsembleReach:
    return reach(demo, sources, Ensemble(DRAWS, SEED), vehicle_class=CLASS)


def by_hand(region: Region, sources: Sources, states: list[RoadState]) -> dict[str, np.ndarray]:
    """(K, places) minutes from the nearest depot, any and of the district, each scenario worked out on its own."""
    depots = list(sources.depots["site_id"])
    places = list(region.sites.loc[region.sites["kind"].isin(SETTLEMENTS), "site_id"])
    district = sources.depots["level"].isin(DISTRICT_LEVELS).to_numpy()
    matrices = np.stack([drive_min(region, state, CLASS, depots, places).to_numpy() for state in states])
    return {"any": matrices.min(axis=1), "district": matrices[:, district].min(axis=1)}


def in_order(found: EnsembleReach, source: str) -> pd.DataFrame:
    rows = found.tables["reach"]
    region = found.region
    places = region.sites.loc[region.sites["kind"].isin(SETTLEMENTS), "site_id"]
    return rows[rows["source"] == source].set_index("site_id").loc[places]


@pytest.mark.parametrize("source", ["any", "district"])
def test_probability_and_mean_are_those_of_the_scenarios_one_by_one(
    demo: Region, sources: Sources, found: EnsembleReach, source: str
) -> None:
    model = EventModel.of(demo)
    states = [draw_event(model, SEED, number, DRAWS).roads for number in range(DRAWS)]
    minutes = by_hand(demo, sources, states)[source]
    rows = in_order(found, source)
    reached = np.isfinite(minutes)
    assert np.array_equal(rows["probability"], reached.mean(axis=0))
    means = np.where(reached, minutes, 0).sum(axis=0) / np.maximum(reached.sum(axis=0), 1)
    known = reached.any(axis=0)
    # Ways to the road are rounded to milliseconds.
    assert np.allclose(rows["mean_min"].to_numpy()[known], means[known], atol=1e-3)
    free = by_hand(demo, sources, [FREE])[source][0]
    assert np.allclose(rows["base_min"].fillna(np.inf), free, atol=1e-3)
    assert (minutes > free + 1).any()


def test_a_slow_time_is_kept_in_its_share_of_the_scenarios(
    demo: Region, sources: Sources, found: EnsembleReach
) -> None:
    model = EventModel.of(demo)
    states = [draw_event(model, SEED, number, DRAWS).roads for number in range(DRAWS)]
    minutes = np.sort(by_hand(demo, sources, states)["any"], axis=0)
    exact = minutes[int(np.ceil(0.9 * DRAWS)) - 1]
    rows = in_order(found, "any")
    told, base = rows["slow_min"].fillna(np.inf).to_numpy(), rows["base_min"].to_numpy()
    assert np.array_equal(np.isinf(told), np.isinf(exact))
    finite = np.isfinite(exact)
    told, exact, base = told[finite], exact[finite], base[finite]
    assert (np.abs(told - exact) <= (exact - base) / 8 + base / 256 + 1e-3).all()


def test_pairs_hold_every_depot_and_village(found: EnsembleReach, sources: Sources) -> None:
    pairs = found.tables["pairs"]
    assert len(pairs) == pairs["from_site_id"].nunique() * pairs["site_id"].nunique()
    best = pairs.groupby("site_id")["probability"].max()
    nearest = in_order(found, "any")["probability"]
    assert (nearest.loc[best.index] >= best - 1e-12).all()


def test_bridges_that_always_fail_are_closed_in_every_scenario(demo: Region, sources: Sources) -> None:
    found = reach(demo, sources, Ensemble(3, 1, {"bridge": 1.0}), vehicle_class=CLASS)
    state = RoadState.model_validate({"closures": [{"name": "all", "bridges": True}]})
    minutes = by_hand(demo, sources, [state])["any"][0]
    rows = in_order(found, "any")
    assert np.array_equal(rows["probability"] == 1, np.isfinite(minutes))
    assert set(rows["probability"]) <= {0.0, 1.0}
    assert (rows["probability"] == 0).any()
    whole = reach(demo, sources, Ensemble(3, 1, {"bridge": 0.0}), vehicle_class=CLASS)
    assert (in_order(whole, "any")["probability"] == 1).all()


def test_the_same_seed_gives_the_same(demo: Region, sources: Sources, found: EnsembleReach) -> None:
    again = reach(demo, sources, Ensemble(DRAWS, SEED), vehicle_class=CLASS)
    other = reach(demo, sources, Ensemble(DRAWS, SEED + 1), vehicle_class=CLASS)
    assert again.tables["pairs"].equals(found.tables["pairs"])
    assert not other.tables["pairs"].equals(found.tables["pairs"])


def test_a_cluster_gives_the_same(demo: Region, sources: Sources, found: EnsembleReach) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "processes": False}
    with distributed.LocalCluster(**options, protocol="tcp") as cluster:
        asked = Ensemble(DRAWS, SEED, cluster=cluster.scheduler_address)
        there = reach(demo, sources, asked, vehicle_class=CLASS)
    for table in ENSEMBLE_TABLES:
        assert there.tables[table.name].equals(found.tables[table.name])


def test_a_cluster_that_does_not_answer_is_named(
    demo: Region, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Tally:
        raise OSError("Timed out trying to connect")

    monkeypatch.setattr("optimizer.analysis.ensemble.reach.run_on_cluster", refuse)
    with pytest.raises(ProblemsError, match=r"tcp://192\.0\.2\.1:8786"):
        reach(demo, sources, Ensemble(2, 1, cluster="tcp://192.0.2.1:8786"), vehicle_class=CLASS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folder_holds_all_and_is_replaced_as_a_whole(found: EnsembleReach, tmp_path: Path, language: str) -> None:
    out = write_ensemble(found, tmp_path / "out", language)
    names = {"ensemble.json", "ensemble.xlsx", "ensemble.gpkg", "map.png", "reach.csv", "pairs.csv", "summary.txt"}
    assert {path.name for path in out.iterdir()} == names
    told = json.loads((out / "ensemble.json").read_text(encoding="utf-8"))
    assert (told["options"]["draws"], told["options"]["seed"]) == (DRAWS, SEED)
    assert len(pd.read_csv(out / "reach.csv")) == len(found.tables["reach"])
    summary = (out / "summary.txt").read_text(encoding="utf-8-sig")
    assert str(DRAWS) in summary
    assert len(summary.splitlines()) == len(told["headline"]) + 1
    write_ensemble(found, tmp_path / "out", language)
    (out / "mine.txt").write_text("a planner's", encoding="utf-8")
    with pytest.raises(ProblemsError):
        write_ensemble(found, tmp_path / "out", language)
    assert (out / "mine.txt").exists()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("bridge=2", ["bridge=2"]),
        ("tunel=0.1,bridge", ["tunel=0.1", "bridge"]),
        ("slope=0.1", ["slope=0.1"]),
        ("", [""]),
    ],
)
def test_every_part_of_failures_that_is_not_understood_is_told(text: str, wrong: list[str]) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_failures(text)
    assert [problem.say("en").split("“")[1].split("”")[0] for problem in caught.value.problems] == wrong
    assert read_failures("bridge=0.05，tunnel=0") == {"bridge": 0.05, "tunnel": 0.0}


def test_the_command_writes_the_folder_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    arguments = ["ensemble", str(DEMO), "--number", "3", "--failures", "bridge=0.3", "--out", str(out), "--json"]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "done"
    assert sorted(path.name for path in out.iterdir()) == told["files"]


def test_a_wrong_request_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["ensemble", str(DEMO), "--failures", "bridge=x", "--out", str(out), "--lang", "en"]) == 1
    assert "bridge=x" in capsys.readouterr().err
    assert not out.exists()
