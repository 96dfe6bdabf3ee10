"""Dispatch on the command line: the incident to fill in, and the orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from network.problem import Problem, ProblemsError
from network.words import Phrase, say
from optimizer.cli_session import WARNINGS_SHOWN, Session
from optimizer.progress import part


def run_incident_template(session: Session, region: Path, path: Path) -> None:
    """Read the region and write an empty incident of it, a workbook or YAML."""
    session.progress(Phrase("optimizer.cli.reading", path=region), None)
    from optimizer.dispatch.incident.template import write_incident_template
    from optimizer.region.reading import read_region

    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    write_incident_template(path, read, session.language)
    session.tell([say("optimizer.incident.written", session.language, path=path)], {"incident": str(path)})


def run_dispatch(
    session: Session, region: Path, incident: Path, out: Path, renewed: Path | None, asked: dict[str, Any]
) -> None:
    """Read region and incident, give orders, write the folder and tell the headline.

    Parameters
    ----------
    session : Session
    region, incident, out : Path
    renewed : Path, optional
        Folder of the orders that are renewed.
    asked : dict
        What :class:`~optimizer.dispatch.dispatch.DispatchOptions` takes.
    """
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.dispatch.dispatch import DispatchOptions, dispatch
    from optimizer.dispatch.figures import figures
    from optimizer.dispatch.folder import DISPATCH_FOLDER, write_dispatch
    from optimizer.dispatch.incident.reading import read_incident
    from optimizer.dispatch.report.told import Told
    from optimizer.dispatch.resume.previous import read_previous
    from optimizer.output_folder import check_out
    from optimizer.region.reading import read_region

    language, options = session.language, DispatchOptions(**asked)
    check_out(out, DISPATCH_FOLDER)
    if (renewed is None) != (options.at_min == 0):
        words = "at_alone" if renewed is None else "resume_alone"
        raise ProblemsError([Problem(Phrase(f"optimizer.cli.{words}"), Phrase(f"optimizer.cli.{words}_mend"))])
    if renewed is not None and renewed.resolve() == out.resolve():
        what, mend = Phrase("optimizer.cli.resume_over", path=out), Phrase("optimizer.cli.resume_over_mend")
        raise ProblemsError([Problem(what, mend)])
    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    struck = read_incident(incident, read)
    session.warn(struck.warnings, WARNINGS_SHOWN)
    before = None if renewed is None else read_previous(renewed, read, struck, options.at_min)
    orders = dispatch(read, struck, options, language, before=before, progress=part(session.progress, 0.1, 0.8))
    session.warn(write_dispatch(orders, out, language, progress=part(session.progress, 0.8, 1.0)))
    told = Told(orders, language)
    lines = [told.title(), *told.headline(), say("optimizer.cli.dispatch_written", language, path=out)]
    files = sorted(path.name for path in out.iterdir())
    values = {"dispatch": str(out), "headline": told.headline(), "files": files, "seconds": orders.seconds}
    session.tell(lines, values | figures(orders))
