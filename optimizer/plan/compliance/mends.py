"""Mends: the cheapest way to keep a rule that is short, and the words for it.

A mend is a code of the compliance catalogue, and after a colon what it speaks of: ``open_candidate:<site>;<size>``,
``served_by_post:<site>``. The cost of new rescue posts stands at the sites where they are to be; the sites that they
serve carry ``served_by_post`` and a cost of 0, so that the costs of a rule may be added up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from network.words import Phrase
from optimizer.plan.compliance.case import Case
from optimizer.plan.compliance.response import post_cover
from optimizer.region.standards import Rule


def with_posts(case: Case, rule: Rule, rows: pd.DataFrame) -> pd.DataFrame:
    """Fill in the mend of a rescue circle: the fewest new posts, at sites that are short, that serve all of them."""
    # The verifier reads rules without a solver.
    from optimizer.plan.compliance.posts import fewest_posts

    short = np.flatnonzero(rows["outcome"] == "short")
    if not len(short):
        return rows
    sites = rows["subject_id"].iloc[short].reset_index(drop=True)
    posts = fewest_posts(post_cover(case.region, rule, sites, case.state))
    placed = np.isin(np.arange(len(short)), posts.chosen)
    code = "new_post" if posts.fewest else "new_post_greedy"
    mends = np.where(placed, code, "served_by_post:" + sites.iloc[posts.serves].to_numpy(dtype=object))
    rows = rows.copy()
    rows.loc[rows.index[short], "mend"] = mends
    rows.loc[rows.index[short], "mend_quantity"] = placed.astype(float)
    rows.loc[rows.index[short], "mend_cost_cny"] = placed * case.region.settings.parameters.post_cost_cny
    return rows


def mend_phrase(mend: str, **values: object) -> Phrase:
    """Words of a mend.

    Parameters
    ----------
    mend : str
        A cell of the column ``mend``.
    **values
        ``quantity``, ``cost_cny``, ``unit``; ``site``: name of the site that the mend names; ``item``: name of the
        row's item; ``rule``: id of the rule.
    """
    code, _, about = mend.partition(":")
    site, _, size = about.partition(";")
    return Phrase(f"optimizer.compliance.mend_{code}", **({"site": site, "size": size} | values))


def mend_of_row(row: Mapping[str, object], site_names: Mapping[str, str], item_names: Mapping[str, str]) -> Phrase:
    """Words of the mend of one row of the plan table ``standards`` whose ``mend`` is not empty."""
    mend = str(row["mend"])
    site = mend.partition(":")[2].partition(";")[0]
    return mend_phrase(
        mend,
        quantity=row["mend_quantity"],
        cost_cny=row["mend_cost_cny"],
        unit=row["unit"],
        rule=row["rule_id"],
        site=site_names.get(site, site),
        item=item_names.get(str(row["item_id"]), str(row["item_id"])),
    )
