"""Siting on the command line: read what was asked, choose sites, write the folder, tell the headline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from network.problem import Problem, ProblemsError
from network.words import Phrase, say
from optimizer.cli_scenarios import planned_region
from optimizer.cli_session import WARNINGS_SHOWN, Session
from optimizer.progress import part


def run_site(
    session: Session, region: Path, out: Path, scenarios: str | None, seed: int | None, asked: dict[str, Any]
) -> None:
    """Read the region, choose sites, write the folder and tell the headline.

    Parameters
    ----------
    session : Session
    region, out : Path
    scenarios : str, optional
    seed : int, optional
        As for a plan; scenarios count where the siting is over them.
    asked : dict
        What :class:`~optimizer.siting.stated.options.SitingOptions` takes, but for the scenarios.
    """
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.output_folder import check_out
    from optimizer.siting.figures import figures
    from optimizer.siting.folder import SITING_FOLDER, write_siting
    from optimizer.siting.report.told import Told
    from optimizer.siting.siting import site_region
    from optimizer.siting.stated.options import SitingOptions

    language = session.language
    check_out(out, SITING_FOLDER)
    if scenarios is not None and asked["over"] == "base":
        what, mend = Phrase("optimizer.siting.scenarios_of_base"), Phrase("optimizer.siting.scenarios_of_base_mend")
        raise ProblemsError([Problem(what, mend, value=scenarios)])
    with planned_region(session, region, scenarios, seed) as (read, ids):
        session.warn(read.warnings, WARNINGS_SHOWN)
        options = SitingOptions(**asked, scenario_ids=ids)
        siting = site_region(read, options, language, progress=part(session.progress, 0.05, 0.9))
        session.warn(write_siting(siting, out, language, progress=part(session.progress, 0.9, 1.0)))
    told = Told(siting, language)
    lines = [told.title(), *told.headline(), say("optimizer.cli.siting_written", language, path=out)]
    files = sorted(path.name for path in out.iterdir())
    proof = {"proven": siting.solution.proven, "seconds": siting.seconds}
    session.tell(lines, {"siting": str(out), "headline": told.headline(), "files": files, **proof, **figures(siting)})
