"""Scenarios on the command line: drawn at random and written, or chosen for a plan by ids, from a file or by number."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.cli_session import Session
from optimizer.progress import part

if TYPE_CHECKING:
    from optimizer.region.region import Region
    from optimizer.region.scenarios import ScenarioFile

SCENARIO_ENDINGS = (".yaml", ".yml")
DRAWS = 100
SEED = 1


def drawn_files(out: Path) -> tuple[Path, Path]:
    """Where drawn scenarios and their table go: ``out`` is a scenario file, or a folder for both.

    Raises
    ------
    ProblemsError
        Scenarios or a table stand there that were not drawn: what a planner wrote is not to be lost.
    """
    named = out.suffix.lower() in SCENARIO_ENDINGS
    scenarios = out if named else out / "scenarios.yaml"
    table = out.with_suffix(".csv") if named else out / "events.csv"
    ours = ((scenarios, _was_drawn), (table, _is_drawn_table))
    foreign = [path for path, is_ours in ours if path.exists() and not is_ours(path)]
    if foreign:
        what, mend = Phrase("optimizer.cli.not_drawn"), Phrase("optimizer.cli.not_drawn_mend")
        raise ProblemsError([Problem(what, mend, file=str(path)) for path in foreign])
    return scenarios, table


def write_drawn(session: Session, region: Region, drawn: ScenarioFile, out: Path) -> dict[str, object]:
    """Write drawn scenarios and their table, both or neither, and give the figures of the result."""
    from optimizer.plan.drawn_events import DRAWN_EVENTS, drawn_events
    from optimizer.region.writing import csv_text, write_scenarios

    scenarios, table = drawn_files(out)
    rows = drawn_events(region, drawn.scenarios, session.language, progress=part(session.progress, 0.6, 0.9))
    scenarios.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scenarios.parent, prefix=".events.") as folder:
        half, half_table = Path(folder) / scenarios.name, Path(folder) / table.name
        write_scenarios(half, drawn.scenarios, drawn.drawn)
        half_table.write_text("\ufeff" + csv_text(DRAWN_EVENTS, rows), encoding="utf-8", newline="")
        _replace_both({half: scenarios, half_table: table}, Path(folder))
    assert drawn.drawn is not None
    return {
        "scenarios": str(scenarios),
        "table": str(table),
        "draws": drawn.drawn.draws,
        "seed": drawn.drawn.seed,
        "annual_rate": drawn.drawn.annual_rate,
        "mean_people": float(rows["people_in_need"].mean()),
        "most_people": float(rows["people_in_need"].max()),
        "mean_closures": float(rows["closures"].mean()),
        "most_closures": int(rows["closures"].max()),
    }


@contextmanager
def planned_region(
    session: Session, path: Path, scenarios: str | None, seed: int | None
) -> Iterator[tuple[Region, tuple[str, ...] | None]]:
    """Read a region with the scenarios that a plan is to be made for, and the ids of those among them.

    ``scenarios`` is a scenario file (its name ends in .yaml), ids of the region's own with commas between, or how many
    to draw at random, by ``seed`` or :data:`SEED`. Drawn ones lie in a file that is there as long as the block is open.

    Raises
    ------
    ProblemsError
        The region, or the file, is not sound; it has no such ids, or no events to draw; a seed is given and nothing is
        drawn.
    """
    from optimizer.region.reading import read_region

    if scenarios is not None and scenarios.lower().endswith(SCENARIO_ENDINGS):
        _check_seed(seed)
        yield read_region(path, Path(scenarios)), None
        return
    region = read_region(path)
    ids = None if scenarios is None else tuple(one.strip() for one in scenarios.split(",") if one.strip())
    known = {scenario.id for scenario in region.scenarios}
    if ids is None or len(ids) != 1 or ids[0] in known or not ids[0].isdecimal():
        _check_seed(seed)
        _check_ids(region, ids or ())
        yield region, ids
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.yaml"
        _draw_into(session, region, int(ids[0]), SEED if seed is None else seed, file)
        yield read_region(path, file), None


def _draw_into(session: Session, region: Region, draws: int, seed: int, file: Path) -> None:
    """Draw scenarios and write them, as the command ``events`` does."""
    from optimizer.events.draw import draw_scenarios
    from optimizer.region.writing import write_scenarios

    if draws < 1:
        what, mend = Phrase("optimizer.cli.no_draws"), Phrase("optimizer.cli.no_draws_mend")
        raise ProblemsError([Problem(what, mend, value=draws)])
    drawn = draw_scenarios(region, draws, seed, session.language, progress=part(session.progress, 0.0, 0.1))
    write_scenarios(file, drawn.scenarios, drawn.drawn)


def _check_seed(seed: int | None) -> None:
    """Refuse a seed where nothing is drawn: it would change nothing."""
    if seed is not None:
        what, mend = Phrase("optimizer.cli.seed_unused"), Phrase("optimizer.cli.seed_unused_mend")
        raise ProblemsError([Problem(what, mend, value=seed)])


def _check_ids(region: Region, wanted: tuple[str, ...]) -> None:
    """Refuse ids of scenarios that the region does not have."""
    known = [scenario.id for scenario in region.scenarios]
    mend = Phrase("optimizer.cli.unknown_scenario_mend", known=", ".join(known))
    what = Phrase("optimizer.cli.unknown_scenario")
    unknown = [Problem(what, mend, value=one) for one in wanted if one not in known]
    if unknown:
        raise ProblemsError(unknown)


def _replace_both(made: Mapping[Path, Path], folder: Path) -> None:
    """Put files in their places, all or none: on Windows one that Excel holds open cannot be replaced."""
    former: dict[Path, Path] = {}
    try:
        for number, (half, place) in enumerate(made.items()):
            if place.exists():
                kept = folder / f"former{number}"
                place.replace(kept)
                former[place] = kept
            half.replace(place)
    except OSError:
        for place, kept in former.items():
            kept.replace(place)
        raise


def _is_drawn_table(path: Path) -> bool:
    """Whether a file begins as the table of drawn events does."""
    from optimizer.plan.drawn_events import DRAWN_EVENTS

    heading = ",".join(column.name for column in DRAWN_EVENTS.columns).encode()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(heading) + 3).removeprefix(b"\xef\xbb\xbf").startswith(heading)


def _was_drawn(path: Path) -> bool:
    from optimizer.region.scenarios import ScenarioFile
    from optimizer.region.yaml_form import read_form

    form, _ = read_form(path, ScenarioFile)
    return form is not None and form.form.drawn is not None
