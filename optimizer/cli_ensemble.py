"""Ensembles on the command line: read what was asked, draw and count, write the folder, tell."""

from __future__ import annotations

from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.cli_session import WARNINGS_SHOWN, Session


def run_ensemble(
    session: Session,
    region: Path,
    out: Path,
    plan: Path | None,
    *,
    draws: int,
    seed: int,
    failures: str | None,
    vehicle: str,
    share: float,
    cluster: str | None,
) -> None:
    """Read the region, draw, count, write the folder and tell the headline."""
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.analysis.ensemble.folder import ENSEMBLE_FOLDER, write_ensemble
    from optimizer.analysis.ensemble.reach import Ensemble, reach
    from optimizer.analysis.ensemble.told import headline, title
    from optimizer.analysis.plan_given import read_plan_of
    from optimizer.analysis.sources import sources_as_they_stand, sources_of_plan
    from optimizer.output_folder import check_out
    from optimizer.progress import part
    from optimizer.region.reading import read_region

    check_out(out, ENSEMBLE_FOLDER)
    asked = Ensemble(draws, seed, None if failures is None else read_failures(failures), cluster)
    read = read_region(region)
    session.warn(read.warnings, WARNINGS_SHOWN)
    sources = sources_as_they_stand(read)
    if plan is not None:
        given, warnings = read_plan_of(read, plan)
        session.warn(warnings)
        sources = sources_of_plan(read, given.tables)
    found = reach(read, sources, asked, vehicle_class=vehicle, share=share, progress=part(session.progress, 0.1, 0.9))
    write_ensemble(found, out, session.language, progress=part(session.progress, 0.9, 1.0))
    lines = [title(found, session.language), *headline(found, session.language)]
    files = sorted(path.name for path in out.iterdir())
    session.tell(lines, {"ensemble": str(out), "headline": lines, "files": files, "seconds": found.seconds})


def read_failures(text: str) -> dict[str, float]:
    """Read ``bridge=0.05,tunnel=0.02``.

    Raises
    ------
    ProblemsError
        Every part that is not understood.
    """
    from network.structures import KINDS, SLOPE

    # Bare roads do not tell where slides come down.
    known = [kind for kind in KINDS if kind != SLOPE]
    found: dict[str, float] = {}
    problems = []
    for part in text.replace("，", ",").split(","):
        kind, _, chance = part.strip().partition("=")
        try:
            found[kind] = float(chance)
            sound = kind in known and 0 <= found[kind] <= 1
        except ValueError:
            sound = False
        if not sound:
            mend = Phrase("optimizer.ensemble.unknown_failure_mend", kinds=", ".join(known))
            problems.append(Problem(Phrase("optimizer.ensemble.unknown_failure", text=part.strip()), mend))
    if problems:
        raise ProblemsError(problems)
    return found
