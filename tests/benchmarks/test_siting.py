"""Readers of public instances, what a run of siting tells, and that the check refuses what is wrong."""

from __future__ import annotations

import ast
import itertools
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import check_siting, siting
from benchmarks.instances import Instance, made_up, read_cap, read_pmed, read_san_jose
from benchmarks.row import Measured, Row, Unfinished, within
from benchmarks.siting_cases import MODELS, Case, cases
from benchmarks.siting_peers import value_of

# A path 1 - 2 - 3 - 4 with a first length of 9 for 2 - 3 that is taken back the other way round.
PMED = " 4 4 2 \n 1 2 3 \n 2 3 9 \n 3 4 1 \n 3 2 5 \n"
CAP = " 2 3 \n 10 7. \n 12 8. \n 4 \n 40.0 80.0 \n 5 \n 50.0 \n 10.0 \n 6 \n 6.0 60.0 \n"
OPEN_CAP = CAP.replace(" 10 ", " capacity ").replace(" 12 ", " capacity ")
OPTIMA = "problem,instance,value,status,source\np-median,pmed1,4,optimal,x\np-center (vertex),pmed1,3,optimal,x\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Instances of every kind, some of them a folder below."""
    below = tmp_path / "or" / "library"
    below.mkdir(parents=True)
    (below / "pmed1.txt").write_text(PMED)
    (below / "pmedinfo.txt").write_text("not an instance")
    (below / "cap7.txt").write_text(CAP)
    (below / "capb.txt").write_text(OPEN_CAP)
    (below / "capc_11.txt").write_text(OPEN_CAP)
    (tmp_path / "SJC3.txt").write_bytes(b"3\r\n0 0\r\n3 4\r\n1000 0\r\n")
    (tmp_path / "demand-SJC3.dat").write_bytes(b"5\r\n7\r\n11\r\n")
    (tmp_path / "optima.csv").write_text(OPTIMA)
    return tmp_path


def test_of_an_edge_given_twice_the_last_holds(folder: Path) -> None:
    distances, number = read_pmed(folder / "or" / "library" / "pmed1.txt")
    assert number == 2
    assert distances.tolist() == [[0, 3, 8, 9], [3, 0, 5, 6], [8, 5, 0, 1], [9, 6, 1, 0]]
    again, same_number = check_siting.shortest_paths(folder / "or" / "library" / "pmed1.txt")
    assert np.array_equal(distances, again)
    assert same_number == number


def test_a_file_of_another_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pmed1.txt"
    path.write_text(" 4 5 2 \n 1 2 3 \n")
    with pytest.raises(ValueError, match="1 edges, 5 were announced"):
        read_pmed(path)
    path.write_text(CAP + " 1")
    with pytest.raises(ValueError, match="10 numbers of customers"):
        read_cap(path)


def test_costs_of_all_demand_are_read_customer_by_customer(folder: Path) -> None:
    found = read_cap(folder / "or" / "library" / "cap7.txt")
    assert (found.capacity.tolist(), found.fixed_cost.tolist()) == ([10, 12], [7, 8])
    assert (found.demand.tolist(), found.cost.tolist()) == ([4, 5, 6], [[40, 80], [50, 10], [6, 60]])
    assert read_cap(folder / "or" / "library" / "capb.txt", 9).capacity.tolist() == [9, 9]
    with pytest.raises(ValueError, match="capacity"):
        read_cap(folder / "or" / "library" / "capb.txt")


def test_san_jose_demands_stand_beside_the_points(folder: Path) -> None:
    distances, weight = read_san_jose(folder / "SJC3.txt")
    assert distances[0].tolist() == [0, 5, 1000]
    assert weight.tolist() == [5, 7, 11]
    (folder / "demand-SJC3.dat").write_text("5\n7\n")
    with pytest.raises(ValueError, match="2 demands"):
        read_san_jose(folder / "SJC3.txt")


def test_a_made_up_instance_is_known_by_its_seed() -> None:
    distances, weight = made_up(5, 2000, 3)
    again, _ = made_up(5, 2000, 3)
    assert (distances.shape, distances.dtype) == ((2000, 5), np.float32)
    assert np.array_equal(distances, again)
    assert not np.array_equal(distances, made_up(5, 2000, 4)[0])
    assert (weight.min(), weight.max()) == (1, 100)


def test_instances_are_found_by_name_in_all_folders(folder: Path) -> None:
    found = [case.label for case in cases(folder, MODELS) if case.path]
    assert found[:2] == ["p-median pmed1", "p-center pmed1"]
    assert [label for label in found if label.startswith("capacitated")] == [
        *("capacitated cap7", "capacitated capb_5000", "capacitated capb_6000"),
        *("capacitated capb_7000", "capacitated capb_8000", "capacitated capc_11"),
    ]
    assert "maximal-covering SJC3_r800_p5" in found
    assert found[-1] == "set-covering pmed1_quarter"
    made = [case for case in cases(folder, ["maximal-covering"], seed=9) if case.path is None]
    assert {case.size for case in made} == {(100, 100_000), (1000, 100_000)}
    assert made[0].name == "uniform_100x100000_r4_p5_seed9"
    only = cases(folder, MODELS, ["pmed1", "capb_6000", "SJC3_r150", "SJC"])
    assert [case.name for case in only] == [
        *("pmed1", "pmed1", "capb_6000", "SJC3_r150_p30", "SJC3_r150_p60", "SJC3_r150", "pmed1_quarter"),
    ]


def test_a_case_gives_a_unit_of_demand_its_cost(folder: Path) -> None:
    one = next(case for case in cases(folder, ["capacitated"]) if case.name == "cap7").read()
    assert (one.times * one.weight[:, None]).tolist() == [[40, 80], [50, 10], [6, 60]]
    quarter = next(case for case in cases(folder, ["set-covering"], ["pmed1"])).read()
    assert quarter.radius == 2


def cut_short_file(path: Path) -> None:
    """Write a file of two sites and fifty customers, two of whose demands lost their last digits."""
    demand = [10] * 50
    demand[10], demand[33] = 549, 129
    path.write_text("2 50\n20000 7\n20000 8\n" + "".join(f"{one}\n1.0 2.0\n" for one in demand))


def test_demands_cut_short_are_solved_as_they_are_and_mended(tmp_path: Path) -> None:
    cut_short_file(tmp_path / "cap41.txt")
    as_is, mended = cases(tmp_path, ["capacitated"])
    assert (as_is.name, as_is.read().weight.sum()) == ("cap41", 48 * 10 + 549 + 129)
    assert (mended.name, mended.read().weight.sum()) == ("cap41_mended", 48 * 10 + 5495 + 12912)
    (tmp_path / "optima.csv").write_text("problem,instance,value,status\nCFLP,cap41,57,optimal\n")
    rows = [Row(f"capacitated {name}", "siting", 1.0, 1.0, 57.0) for name in ("cap41", "cap41_mended")]
    referred = siting.with_references(rows, tmp_path / "optima.csv")
    assert [(row.reference, row.exact) for row in referred] == [(None, None), (57.0, True)]


def by_trying_all(instance: Instance, **_: Any) -> SimpleNamespace:
    """Stand in for a model: try all sitings."""
    count = instance.times.shape[1]
    sitings = itertools.combinations(range(1, count + 1), instance.number or count)
    if instance.model == "maximal-covering":
        best = max(sitings, key=lambda sites: value_of(instance, sites))
        value = float(instance.weight.sum()) - value_of(instance, best)
    else:
        best = min(sitings, key=lambda sites: value_of(instance, sites))
        value = value_of(instance, best)
    return SimpleNamespace(value=value, bound=value, status="proven", sites=tuple(map(str, best)))


@pytest.fixture
def rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Rows of three models that are right."""
    models = ("p-median", "p-center", "maximal-covering")
    for model in models:
        monkeypatch.setitem(siting.SOLVERS, model, by_trying_all)
    monkeypatch.setattr(siting, "small", lambda model: Instance(model, np.zeros((1, 1)), np.ones(1), 1, 1.0))
    monkeypatch.setattr(siting, "within", lambda limit, work, *args: Measured(work(*args), 1.0, 2.0))
    chosen = [case for case in cases(folder, models) if case.path and case.number in (None, 3)]
    return list(siting.siting_rows(chosen, siting.Asked(5.0)))


def test_a_row_tells_value_bound_and_sites(rows: list[Row]) -> None:
    told = {row.case: (row.value, row.bound, row.sites, row.status, row.gap) for row in rows}
    assert told == {
        "p-median pmed1": (4.0, 4.0, "1 3", "proven", 0.0),
        "p-center pmed1": (3.0, 3.0, "1 3", "proven", 0.0),
        "maximal-covering SJC3_r800_p3": (23.0, 23.0, "1 2 3", "proven", 0.0),
    }
    assert all(row.reference is None for row in rows)


def test_optima_are_put_beside_and_summed_up(rows: list[Row], folder: Path) -> None:
    (folder / "optima.csv").write_text(OPTIMA.replace("pmed1,4", "pmed1,5"))
    referred = siting.with_references(rows, folder / "optima.csv")
    assert [(row.reference, row.exact) for row in referred] == [(5.0, False), (3.0, True), (None, None)]
    said = "\n".join(siting.summary(referred))
    assert "p-median: 1 instances, 1 proven" in said
    assert "not the published optimum: p-median pmed1: 4.0, published 5.0" in said


def test_the_peers_faster_solver_counts_where_it_finished() -> None:
    own = [Row(f"p-median {name}", "siting", 2.0, 100.0, 7.0, 7.0, sites="1", status="proven") for name in "abc"]
    theirs = [
        Row("p-median a", "spopt, PuLP-HiGHS", 16.0, 800.0, 7.0, exact=True, status="optimal"),
        Row("p-median a", "spopt, PuLP-CBC", 60.0, 300.0, 7.0, exact=True, status="optimal"),
        Row("p-median b", "spopt, PuLP-HiGHS", 4.0, 200.0, 7.0, exact=True, status="optimal"),
        Row("p-median b", "spopt, PuLP-CBC", 1.0, 200.0, 9.0, exact=False, status="not finished"),
        Row("p-median c", "spopt, PuLP-HiGHS", 300.0, 900.0, status="not finished in 300 s"),
    ]
    said = list(siting.summary(own + theirs))
    assert "on the 2 that it finished: 4 times quicker, 0.25 of its memory" in said[1]
    assert said[2] == "not finished by spopt: p-median c"


def test_work_that_takes_too_long_is_ended_and_what_fails_is_told() -> None:
    began = time.perf_counter()
    late = within(5.0, time.sleep, 60)
    assert isinstance(late, Unfinished)
    assert late.why == "not finished in 5 s"
    assert time.perf_counter() - began < 30
    failed = within(60.0, int, "none")
    assert isinstance(failed, Unfinished)
    assert "ValueError" in failed.why
    done = within(60.0, int, "7")
    assert isinstance(done, Measured)
    assert done.answer == 7


def checked(row: dict[str, Any], folder: Path) -> tuple[str, ...]:
    files = {path.stem: path for path in folder.rglob("*.txt")}
    optimum = check_siting.published(folder / "optima.csv").get(row["case"])
    return check_siting.check(row, files, optimum).faults


MEDIAN = {"case": "p-median pmed1", "value": 4.0, "bound": 4.0, "sites": "1 3", "status": "proven"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"value": 5.0}, "value 5.0, its sites give 4"),
        ({"value": None}, "value None, its sites give 4"),
        ({"sites": "1 2 3", "value": 1.0, "bound": 1.0}, "3 sites, 2 are allowed"),
        ({"bound": 4.5}, "bound 4.5 beyond the value"),
        ({"bound": 3.0}, "called proven, bound 3.0"),
        ({"bound": None}, "called proven, bound None"),
        ({"sites": "1 4", "value": 5.0, "bound": 5.0, "status": "proven"}, "value 5.0, its sites give 4"),
        ({"sites": "2 3", "value": 4.0}, ""),
        ({"sites": "1 2", "value": 11.0, "bound": 11.0}, "bound 11 beyond the published 4"),
        ({"sites": "1 2", "value": 11.0, "bound": 4.0, "status": "time_limit"}, ""),
        ({"sites": "0 3"}, "ValueError: sites are not different ones of 1 to 4"),
        ({"sites": "1 5"}, "ValueError: sites are not different ones of 1 to 4"),
        ({"sites": "3 3"}, "ValueError: sites are not different ones of 1 to 4"),
        ({"case": "p-median pmed2"}, "KeyError: 'pmed2'"),
    ],
)
def test_the_check_refuses_what_is_wrong(folder: Path, change: dict[str, Any], fault: str) -> None:
    assert checked(MEDIAN, folder) == ()
    faults = checked(MEDIAN | change, folder)
    assert fault in faults if fault else faults == ()


def test_the_check_refuses_what_is_better_than_the_published_optimum(folder: Path) -> None:
    (folder / "optima.csv").write_text(OPTIMA.replace("pmed1,4", "pmed1,6"))
    faults = checked(MEDIAN | {"status": "time_limit"}, folder)
    assert faults == ("better than the published 6",)


def test_coverage_is_bounded_from_above(folder: Path) -> None:
    row = {"case": "maximal-covering SJC3_r800_p1", "value": 12.0, "bound": 12.0, "sites": "2", "status": "proven"}
    assert checked(row, folder) == ()
    assert checked(row | {"bound": 11.0}, folder) == ("bound 11 beyond the value",)
    assert checked(row | {"bound": 13.0}, folder) == ("called proven, bound 13.0",)
    assert checked(row | {"sites": "1 3"}, folder)[0] == "2 sites, 1 are allowed"


def test_the_check_makes_up_the_same_points() -> None:
    case = Case("maximal-covering", "uniform_7x500_r6.25_p2_seed4", None, 2, 6.25, size=(7, 500), seed=4)
    sites = np.array([2, 5])
    value, most = check_siting.maximal_covering(case.name, {}, sites)
    assert (value, most) == (value_of(case.read(), (2, 5)), 2)


def test_a_cover_leaves_nobody_out(folder: Path) -> None:
    row = {"case": "set-covering SJC3_r800", "value": 2.0, "bound": 2.0, "sites": "1 3", "status": "proven"}
    assert checked(row, folder) == ()
    assert checked(row | {"sites": "1 2"}, folder)[0] == "value 2.0, its sites give inf"


def test_capacitated_sites_share_a_customer_where_that_is_cheapest(folder: Path) -> None:
    # Site 1 holds 10, site 2 holds 12: 4 + 6 go to site 1 for 40 + 6, 5 to site 2 for 10; 15 with fixed costs.
    row = {"case": "capacitated cap7", "value": 71.0, "bound": 71.0, "sites": "1 2", "status": "proven"}
    assert checked(row, folder) == ()
    assert checked(row | {"sites": "1"}, folder)[0] == "value 71.0, its sites give inf"
    # With 9 each, a sixth of the third customer has to go to site 2: 40 + 10 + 5 + 10 and 15.
    assert check_siting.capacitated("capb_9", files_of(folder), np.array([1, 2])) == (pytest.approx(80.0), 2)


def files_of(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.rglob("*.txt")}


def test_the_check_knows_demands_cut_short(tmp_path: Path) -> None:
    cut_short_file(tmp_path / "cap41.txt")
    files = files_of(tmp_path)
    assert check_siting.of_another("capacitated cap41", files)
    assert not check_siting.of_another("capacitated cap41_mended", files)
    # All for 1.0 each at site 1; mended, one site holds 20 000 and the demand is 18 887.
    assert check_siting.capacitated("cap41", files, np.array([1])) == (pytest.approx(57.0), 2)
    assert check_siting.capacitated("cap41_mended", files, np.array([1])) == (pytest.approx(57.0), 2)


@pytest.mark.parametrize(("value", "code"), [(4.0, 0), (5.0, 1)])
def test_the_check_exits_with_1_on_a_mismatch(
    folder: Path, value: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "rows.json"
    path.write_text(json.dumps({"rows": [MEDIAN | {"engine": "siting", "value": value}]}))
    given = ["check", str(path), "--instances", str(folder), "--optima", str(folder / "optima.csv")]
    monkeypatch.setattr(sys, "argv", given)
    with pytest.raises(SystemExit) as ended:
        check_siting.main()
    assert int(ended.value.code or 0) == code
    assert f"1 rows: {code} wrong" in capsys.readouterr().out


def test_the_check_imports_nothing_of_the_project() -> None:
    tree = ast.parse(Path(check_siting.__file__).read_text(encoding="utf-8"))
    names = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not {name.split(".")[0] for name in names} & {"optimizer", "network", "benchmarks", "dashboards", "datasets"}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_solves_what_the_compiler_is_warmed_with(model: str) -> None:
    found = siting.SOLVERS[model](siting.small(model), time_limit_s=20.0, threads=1)
    assert found.proven
