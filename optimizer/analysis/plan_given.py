"""A plan given beside its region: whether it is of this region, and of the region as it is now."""

from __future__ import annotations

from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.folder import PlanFolder, read_plan_folder
from optimizer.region.region import Region

_SHOWN = 5


def read_plan_of(region: Region, path: Path) -> tuple[PlanFolder, tuple[Problem, ...]]:
    """Read a plan folder.

    Returns
    -------
    PlanFolder
    tuple of Problem
        A warning where the region has changed since.

    Raises
    ------
    ProblemsError
        It is no plan folder, is of another region, or names sites that the region lacks.
    """
    plan = read_plan_folder(path)
    found = plan.manifest["region"]["id"]
    mend = Phrase("optimizer.whatif.plan_of_other_mend")
    if found != region.settings.id:
        what = Phrase("optimizer.whatif.plan_of_other", found=found, region=region.settings.id)
        raise ProblemsError([Problem(what, mend, file=path.name)])
    named = {*plan.tables["depots"]["site_id"], *plan.tables["stock"]["site_id"]}
    named |= {*plan.tables["shipments"]["from_site_id"], *plan.tables["shipments"]["to_site_id"]}
    unknown = sorted(named - set(region.sites["site_id"]))
    if unknown:
        what = Phrase("optimizer.whatif.plan_unknown_sites", names=", ".join(unknown[:_SHOWN]))
        raise ProblemsError([Problem(what, mend, file=path.name)])
    then, now = plan.manifest["inputs"], region.inputs
    changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if not changed:
        return plan, ()
    what = Phrase("optimizer.whatif.plan_older", names=", ".join(changed[:_SHOWN]))
    return plan, (Problem(what, Phrase("optimizer.whatif.plan_older_mend"), file=path.name, severity="warning"),)
