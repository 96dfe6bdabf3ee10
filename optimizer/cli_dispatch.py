"""Dispatch on the command line: the incident to fill in."""

from __future__ import annotations

from pathlib import Path

from network.words import Phrase, say
from optimizer.cli_session import WARNINGS_SHOWN, Session


def run_incident_template(session: Session, region: Path, path: Path) -> None:
    """Read the region and write an empty incident of it, a workbook or YAML."""
    session.progress(Phrase("optimizer.cli.reading", path=region), None)
    from optimizer.dispatch.incident.template import write_incident_template
    from optimizer.region.reading import read_region

    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    write_incident_template(path, read, session.language)
    session.tell([say("optimizer.incident.written", session.language, path=path)], {"incident": str(path)})
