"""What many incidents come to: means over seeds, how the peers compare, and where they are better."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace

from benchmarks.dispatch.incidents import AGAIN, AGAIN_FREELY, FILLING_UP, NEAREST, OWN
from benchmarks.dispatch.row import DispatchRow

MEAN = "mean of"
AVERAGED = tuple(
    field.name for field in fields(DispatchRow) if "float" in str(field.type) and field.name not in ("demand",)
)
NEVER_WORSE = ("unmet_people", "late_people", "short_people", "unmet_units", "unserved_weight")


def mean_rows(rows: Iterable[DispatchRow]) -> list[DispatchRow]:
    """A row for each part, size, demand and engine."""
    groups: dict[tuple[object, ...], list[DispatchRow]] = {}
    for row in rows:
        if row.value is not None:
            groups.setdefault((row.part, row.size, row.demand, row.engine), []).append(row)
    return [_mean(members) for members in groups.values()]


def _mean(rows: list[DispatchRow]) -> DispatchRow:
    means = {
        name: statistics.fmean(values)
        for name in AVERAGED
        if (values := [value for row in rows if (value := getattr(row, name)) is not None])
    }
    first = rows[0]
    exact = None if first.exact is None else all(row.exact for row in rows)
    label = f"{first.part}, size {first.size}, demand {first.demand:g}: {MEAN} {len(rows)}"
    return replace(first, case=label, seed=None, exact=exact, status="", **means)


COLUMNS: tuple[tuple[str, Callable[[DispatchRow], float | None], str], ...] = (
    ("CPU s", lambda row: row.seconds, ".3g"),
    ("clock s", lambda row: row.wall_seconds, ".3g"),
    ("MB", lambda row: row.peak_mb or None, ".0f"),
    ("gap % W", lambda row: _percent(row.gap, 1.0), ".2f"),
    ("unserved % W", lambda row: _percent(row.unserved_weight, row.total_weight), ".2f"),
    ("late % W", lambda row: _percent(row.late_weight, row.total_weight), ".2f"),
    ("people unmet %", lambda row: _percent(row.unmet_people, row.people), ".2f"),
    ("late %", lambda row: _percent(row.late_people, row.people), ".2f"),
    ("changed", lambda row: row.changed, ".1f"),
    ("of", lambda row: row.changeable, ".1f"),
)
"""Of the table: heading, value and form."""


def _percent(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else 100.0 * part / whole


def table(means: list[DispatchRow]) -> Iterator[str]:
    """What each engine costs and reaches, by part, size and demand."""
    engine = max(len(row.engine) for row in means) if means else 0
    yield "  ".join(["part      size  demand", "engine".ljust(engine), *(name for name, _, _ in COLUMNS)])
    for row in means:
        cells = [
            ("" if (value := read(row)) is None else format(value, form)).rjust(len(name))
            for name, read, form in COLUMNS
        ]
        yield "  ".join([f"{row.part:<8}  {row.size:>4}  {row.demand:>6g}", row.engine.ljust(engine), *cells])


def summary(rows: list[DispatchRow]) -> Iterator[str]:
    """What is to be shown of each size and demand, and every seed where it is not so."""
    cases: dict[tuple[str, int | None, float | None], list[DispatchRow]] = {}
    for row in rows:
        cases.setdefault((row.part, row.size, row.demand), []).append(row)
    for (part, size, demand), members in cases.items():
        label = f"{part}, size {size}, demand {demand:g}"
        by_engine = {
            engine: {row.seed: row for row in members if row.engine == engine and row.value is not None}
            for engine in (OWN, NEAREST, FILLING_UP, AGAIN, AGAIN_FREELY)
        }
        yield from _costs(label, list(by_engine[OWN].values()), "plan")
        for peer in (NEAREST, FILLING_UP):
            pairs = [(by_engine[OWN][seed], row) for seed, row in by_engine[peer].items() if seed in by_engine[OWN]]
            if pairs:
                yield from _against(label, part, peer, pairs)
        yield from _costs(label, list(by_engine[AGAIN].values()), "re-plan")
        kept = [
            (row, by_engine[AGAIN_FREELY][seed])
            for seed, row in by_engine[AGAIN].items()
            if seed in by_engine[AGAIN_FREELY]
        ]
        if kept:
            yield _stability(label, kept)


def _costs(label: str, rows: list[DispatchRow], what: str) -> Iterator[str]:
    if not rows:
        return
    gaps = [100 * (row.gap or 0.0) for row in rows]
    seconds, wall = [row.seconds for row in rows], [row.wall_seconds or 0.0 for row in rows]
    claims = sum(bool(row.exact) for row in rows)
    yield (
        f"{label}: {what} in {statistics.fmean(seconds):.3g} CPU s, {statistics.fmean(wall):.3g} s by the clock (at "
        f"most {max(seconds):.3g} and {max(wall):.3g}), gap {statistics.fmean(gaps):.2f} % of W (at most "
        f"{max(gaps):.2f} %), {max(row.peak_mb for row in rows):.0f} MB, as claimed in {claims} of {len(rows)}"
    )


def _lost(row: DispatchRow) -> float:
    return (row.unserved_weight or 0.0) + (row.late_weight or 0.0)


def _against(label: str, part: str, peer: str, pairs: list[tuple[DispatchRow, DispatchRow]]) -> Iterator[str]:
    """Means of the seeds' shares, shares of the sums, and seeds where the peer is better."""
    if part == "teams":
        yield f"{label}: late and unserved weight {_less(_lost, pairs)} than {peer}"
    else:
        yield f"{label}: people unmet at their deadline {_less(lambda row: row.short_people or 0.0, pairs)} than {peer}"
        yield f"{label}: late and unmet weight {_less(_lost, pairs)} than {peer}"
    for name in NEVER_WORSE:
        worse = [
            mine.seed for mine, theirs in pairs if (getattr(mine, name) or 0) > (getattr(theirs, name) or 0) + 1e-6
        ]
        if worse:
            yield f"{label}: {name} worse than {peer} at seeds {', '.join(map(str, worse))}"


def _less(measure: Callable[[DispatchRow], float], pairs: list[tuple[DispatchRow, DispatchRow]]) -> str:
    shares = [1 - measure(mine) / measure(theirs) for mine, theirs in pairs if measure(theirs) > 0]
    whole = sum(measure(theirs) for _, theirs in pairs)
    of_sums = 1 - sum(measure(mine) for mine, _ in pairs) / whole if whole else 0.0
    mean, least = (statistics.fmean(shares), min(shares)) if shares else (0.0, 0.0)
    return f"{100 * of_sums:.1f} % less in sum, {100 * mean:.1f} % on average over seeds (least {100 * least:.1f} %)"


def _stability(label: str, pairs: list[tuple[DispatchRow, DispatchRow]]) -> str:
    with_it, without = ([pair[place] for pair in pairs] for place in (0, 1))
    weight = statistics.fmean(row.total_weight or 0.0 for row in with_it)
    cost = statistics.fmean(map(_lost, with_it)) - statistics.fmean(map(_lost, without))
    changed, freely, among = (
        statistics.fmean(values)
        for values in (
            [row.changed or 0.0 for row in with_it],
            [row.changed or 0.0 for row in without],
            [row.changeable or 0.0 for row in with_it],
        )
    )
    return (
        f"{label}: after an hour {changed:.1f} of {among:.1f} are changed, {freely:.1f} without a penalty; "
        f"that costs {100 * cost / weight if weight else 0.0:.2f} % of W"
    )
