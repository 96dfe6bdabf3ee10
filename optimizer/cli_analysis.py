"""Looking into closed roads on the command line: read what was asked, call what does it, write the folder, tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from network.words import Phrase, say
from optimizer.cli_session import WARNINGS_SHOWN, Session


def run_what_if(
    session: Session,
    region: Path,
    closures: Path,
    out: Path,
    plan: Path | None,
    *,
    at_h: float | None,
    vehicle: str,
    weather: Mapping[str, Any],
) -> None:
    """Read region, closures and plan, close the roads, write the folder and tell the headline."""
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from network.chainage import inexact
    from network.closure_files import read_closures
    from optimizer.analysis.plan_given import read_plan_of
    from optimizer.analysis.whatif import baseline, what_if
    from optimizer.analysis.whatif_report.figures import figures_of
    from optimizer.analysis.whatif_report.folder import WHATIF_FOLDER, write_what_if
    from optimizer.analysis.whatif_report.summary import headline
    from optimizer.checksum import sha256
    from optimizer.output_folder import check_out, plain
    from optimizer.progress import part
    from optimizer.region.reading import read_region

    check_out(out, WHATIF_FOLDER)
    closed = read_closures(closures)
    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    inputs, tables = {f"closures/{closures.name}": sha256(closures)}, None
    if plan is not None:
        given, warnings = read_plan_of(read, plan)
        session.warn(warnings)
        inputs["plan/plan.json"], tables = sha256(plan / "plan.json"), given.tables
    session.progress(Phrase("optimizer.whatif.step_compare"), 0.3)
    before = baseline(read, plan=tables, vehicle_class=vehicle, **weather)
    found = what_if(read, closed, folder=closures.parent, before=before, plan=tables, at_h=at_h)
    session.warn([inexact(one, closures.name) for one in found.stretches])
    write_what_if(found, out, session.language, inputs=inputs, progress=part(session.progress, 0.5, 1.0))
    lines = headline(found, session.language, out)
    files = sorted(path.name for path in out.iterdir())
    session.tell(
        lines, {"whatif": str(out), "headline": lines, "figures": plain(asdict(figures_of(found))), "files": files}
    )


def rank_critical(
    session: Session, region: Path, out: Path, plan: Path | None, *, top: int, scenario_id: str | None
) -> None:
    """Read region and plan, lose every structure and stretch in turn, write the folder and tell the worst."""
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.analysis.critical.folder import CRITICAL_FOLDER, manifest, write_critical
    from optimizer.analysis.critical.ranking import find_critical
    from optimizer.analysis.critical.stock import planned_stock, present_stock
    from optimizer.analysis.critical.told import Told
    from optimizer.analysis.plan_given import read_plan_of
    from optimizer.output_folder import check_out
    from optimizer.progress import part
    from optimizer.region.reading import read_region

    check_out(out, CRITICAL_FOLDER)
    read = read_region(region)
    stock, name = present_stock(read), ""
    if plan is not None:
        given, warnings = read_plan_of(read, plan)
        session.warn(warnings)
        stock, name = planned_stock(read, given), plan.resolve().name
    session.warn(read.warnings, WARNINGS_SHOWN)
    found = find_critical(stock, scenario_id, progress=part(session.progress, 0.1, 0.9))
    session.warn(write_critical(found, out, session.language, top, name, progress=part(session.progress, 0.9, 1.0)))
    told = Told(found, session.language)
    written = say("optimizer.cli.critical_written", session.language, path=out)
    lines = [told.title(), *told.worst(top), written]
    session.tell(lines, {"folder": str(out), **manifest(found, session.language, top, name)})


def tell_isolation(session: Session, region: Path, out: Path, plan: Path | None) -> None:
    """Read region and plan, look at every scenario, write the folder and tell who is isolated."""
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.analysis.isolation import isolation_by_scenario
    from optimizer.analysis.isolation_folder import ISOLATION_FOLDER, headline, title, write_isolation
    from optimizer.analysis.plan_given import read_plan_of
    from optimizer.analysis.sources import sources_of_plan
    from optimizer.output_folder import check_out
    from optimizer.region.reading import read_region

    check_out(out, ISOLATION_FOLDER)
    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    sources = None
    if plan is not None:
        given, warnings = read_plan_of(read, plan)
        session.warn(warnings)
        sources = sources_of_plan(read, given.tables)
    session.progress(Phrase("optimizer.isolation.step_scenarios"), 0.2)
    found = isolation_by_scenario(read, sources)
    write_isolation(read, found, out, session.language)
    lines = [title(read, session.language), *headline(read, found, session.language)]
    counts = found.isolated.groupby("scenario_id")["site_id"].count().to_dict()
    files = sorted(path.name for path in out.iterdir())
    session.tell(lines, {"isolation": str(out), "isolated": counts, "headline": lines, "files": files})
