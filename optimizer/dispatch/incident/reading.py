"""Read an incident: a YAML file or a workbook in, a frozen incident out, or all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.checksum import sha256
from optimizer.dispatch.incident.case import Case
from optimizer.dispatch.incident.check_means import (
    check_clearing,
    check_closures,
    check_crafts,
    check_hold_back,
    check_losses,
)
from optimizer.dispatch.incident.check_work import (
    check_deadlines,
    check_ids,
    check_items,
    check_people,
    check_roads,
    check_skills,
)
from optimizer.dispatch.incident.completion import completed
from optimizer.dispatch.incident.draft import Draft
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.incident.references import known_things, with_ids
from optimizer.dispatch.incident.sheet import read_book
from optimizer.dispatch.incident.skills import read_skills
from optimizer.dispatch.incident.yaml_file import read_yaml
from optimizer.region.region import Region

_CHECKS: tuple[Callable[[Case], Iterator[Problem]], ...] = (
    check_ids,
    check_deadlines,
    check_roads,
    check_items,
    check_skills,
    check_people,
    check_closures,
    check_losses,
    check_hold_back,
    check_crafts,
    check_clearing,
)
_READERS: dict[str, Callable[[Path], tuple[Draft, list[Problem]]]] = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".xlsx": read_book,
}


def read_incident(path: Path, region: Region) -> Incident:
    """Read the incident at ``path`` that strikes ``region``.

    Parameters
    ----------
    path : Path
        YAML, or a workbook as :func:`~optimizer.dispatch.incident.template.write_incident_template` makes it. Files of
        shapes lie beside it.
    region : Region

    Raises
    ------
    ProblemsError
        Something is wrong: every error and warning at once.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        what = Phrase("optimizer.incident.file_kind")
        mend = Phrase("optimizer.incident.file_kind_mend", endings=", ".join(_READERS))
        raise ProblemsError([Problem(what, mend, path.name)])
    skills = read_skills(region)
    draft, problems = reader(path)
    draft, found = with_ids(draft, known_things(region, skills))
    case = Case(draft, region, skills, path.parent)
    problems += found + [problem for check in _CHECKS for problem in check(case)]
    if draft.head is None or any(problem.severity == "error" for problem in problems):
        raise ProblemsError(_in_order(problems))
    form, supposed = completed(case)
    inputs = {one.name: sha256(one) for one in (path, skills.file)}
    return Incident(form, skills, tuple(_in_order(problems + supposed)), inputs)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Errors before warnings, each file's together, by row."""
    return sorted(problems, key=lambda p: (p.severity != "error", p.file or "", p.row or 0))
