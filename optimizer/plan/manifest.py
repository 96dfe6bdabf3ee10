"""``plan.json``: what ran, on which inputs, by which rules, how well it is proven, and the headline figures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import LANGUAGES, Language, Phrase
from optimizer.output_folder import FolderKind
from optimizer.plan.plan import Plan
from optimizer.region.region import Region
from optimizer.report.assumptions import is_synthetic, roads_source
from optimizer.report.figures import Figures
from optimizer.report.summary import headline
from optimizer.report.wording import NAMED, Wording

FILE = "plan.json"
PLAN_FOLDER = FolderKind(FILE, Phrase("optimizer.plan.folder"))
PLAN_VERSION = 1
"""Of the form of the plan folder; a folder of a newer form is refused."""

NEEDED = ("region", "inputs", "headline", "names", "told", "files")
"""What a reader of the folder goes by."""

DISTRIBUTION = "district-reserve-optimizer"


def software_version() -> str:
    """Version of this program as installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


def origin(region: Region, language: Language, form: int, **roads: str) -> dict[str, object]:
    """Tell what made a folder, and of which region: the first part of every manifest.

    Parameters
    ----------
    region : Region
    language : {"zh", "en"}
    form : int
        Version of the folder's form.
    **roads : str
        More to tell of the region's roads.
    """
    settings = region.settings
    return {
        "schema_version": form,
        "software": {"name": DISTRIBUTION, "version": software_version()},
        "made_at": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        "language": language,
        "region": {
            "id": settings.id,
            "name": settings.name.model_dump(),
            "plan_date": settings.plan_date.isoformat(),
            "roads_synthetic": is_synthetic(region),
            "roads_source": roads_source(region, language),
            **roads,
        },
        "inputs": dict(region.inputs),
    }


def manifest(
    plan: Plan, figures: Figures, language: Language, roads: str, warnings: Iterable[Problem]
) -> dict[str, object]:
    """Content of ``plan.json`` but for the files."""
    region = plan.region
    return origin(region, language, PLAN_VERSION, roads=roads) | {
        "options": dict(plan.options),
        "parameters": region.settings.parameters.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in region.rules],
        "overrides": [override.model_dump(mode="json") for override in region.overrides],
        "solver": plan.solver,
        "layers": [asdict(layer) for layer in plan.layers],
        "proven": plan.proven,
        "override_costs": [asdict(cost) for cost in plan.override_costs],
        "headline": figures.plain(),
        "seconds": plan.seconds,
        "estimates": _estimates(plan),
        "names": _names(plan),
        "told": {each: headline(plan, each) for each in LANGUAGES},
        "warnings": [problem.say(language) for problem in (*region.warnings, *warnings)],
    }


def read_manifest(folder: Path) -> dict[str, object]:
    """Read ``plan.json``.

    Raises
    ------
    ProblemsError
        The folder is no plan folder, or of a newer form than this program knows.
    """
    path = folder / FILE
    if not path.is_file():
        what = Phrase("optimizer.plan.not_plan_folder", path=folder)
        raise ProblemsError([Problem(what, Phrase("optimizer.plan.not_plan_folder_mend"))])
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = int(content["schema_version"])
        missing = (
            [name for name in NEEDED if not isinstance(content.get(name), dict)] if version <= PLAN_VERSION else []
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = Phrase("optimizer.plan.broken_json", reason=error)
        raise ProblemsError([Problem(what, Phrase("optimizer.plan.broken_mend"), file=FILE)]) from error
    if version > PLAN_VERSION:
        what = Phrase("optimizer.plan.newer_schema", found=version, known=PLAN_VERSION)
        raise ProblemsError([Problem(what, Phrase("optimizer.plan.newer_mend"), file=FILE)])
    if missing:
        what = Phrase("optimizer.plan.broken_json", reason=", ".join(missing))
        raise ProblemsError([Problem(what, Phrase("optimizer.plan.broken_mend"), file=FILE)])
    return dict(content)


def _estimates(plan: Plan) -> dict[str, dict[str, int]]:
    """Rows of each of the region's tables, and how many bear an estimate mark."""
    return {
        name: {"rows": len(table), "estimated": int((table["estimated"].astype(str) != "").sum())}
        for name, table in plan.region.tables.items()
        if "estimated" in table
    }


def _names(plan: Plan) -> dict[str, dict[str, dict[str, str]]]:
    """Names of sites, items, payers, scenarios and rules by id, in both languages."""
    spoken = {language: Wording.of(plan, language) for language in LANGUAGES}
    return {
        kind: {
            key: {language: getattr(words, kind)[key] for language, words in spoken.items()}
            for key in getattr(spoken["zh"], kind)
        }
        for kind in NAMED
    }
