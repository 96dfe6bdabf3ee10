"""Relief that goes unserved: serving most comes first, however little a minute or much a depot costs, and is told."""

import numpy as np
import pytest

from network.words import LANGUAGES
from optimizer.siting.figures import figures
from optimizer.siting.report.told import Told
from optimizer.siting.siting import site_region
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.unserved import unserved_cny_m3

ROOM = SitingOptions("capacitated", number=2, study_limit_s=0.0, time_limit_s=60.0)


@pytest.fixture(scope="module")
def short(altered):
    """A hundred days of relief, which no two depots hold; a minute on the road costs next to nothing."""
    return site_region(altered(siting={"relief_days": 100.0, "minute_cost_cny_m3": 0.01}), ROOM, "en")


def test_the_price_of_a_cubic_metre_is_a_thousand_of_the_dearest(demo):
    # CNY 110 000 for 90 m³ at 5 % a year and 30 000 of running are dearest; 540 minutes at CNY 10.
    assert unserved_cny_m3(demo, 540.0) == pytest.approx(1000 * (0.05 * 110_000 + 30_000) / 90 + 10 * 540)


def test_the_two_largest_are_built_where_all_room_is_wanted(demo, short):
    sizes, sites = demo.tables["sizes"], demo.tables["sites"]
    candidates = set(sites.loc[sites["kind"] == "candidate", "site_id"])
    new = sizes[sizes["site_id"].isin(candidates)].groupby("site_id")["storage_m3"].max().nlargest(2).sum()
    # Depots that stand are enlarged to the utmost too: they count against no number.
    enlarged = sizes.loc[~sizes["site_id"].isin(candidates), "storage_m3"].sum()
    standing = sites.loc[sites["kind"] == "depot", "storage_m3"].sum()
    wanted, unserved = figures(short)["wanted_m3"], figures(short)["unserved_m3"]
    assert unserved == pytest.approx(wanted - (standing + enlarged + new))
    assert unserved > 0


def test_places_and_states_tell_what_they_go_without(short):
    coverage, states, rows = (short.tables[name] for name in ("coverage", "scenarios", "allocation"))
    served = rows.groupby("site_id")["served"].sum().reindex(coverage["site_id"]).to_numpy()
    assert coverage["unserved_m3"].to_numpy() == pytest.approx(coverage["wanted_m3"].to_numpy() - served)
    assert states["unserved_m3"].sum() == pytest.approx(coverage["unserved_m3"].sum())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_tells_the_shortage_with_places(short, language):
    said = " ".join(Told(short, language).headline())
    unserved, wanted = figures(short)["unserved_m3"], figures(short)["wanted_m3"]
    assert f"{unserved:,.1f}".removesuffix(".0") in said
    worst = short.tables["coverage"].sort_values("unserved_m3", ascending=False).iloc[0]
    assert str(worst["site_name"]) in said
    assert f"{unserved / wanted:.1%}" in said


def test_where_all_is_served_that_is_said(demo):
    made = site_region(demo, ROOM, "en")
    assert figures(made)["unserved_m3"] == 0
    assert "All " in " ".join(Told(made, "en").loss())
    other = site_region(demo, SitingOptions("p-median", number=1, study_limit_s=0.0), "en")
    assert np.isnan(other.tables["coverage"]["unserved_m3"]).all()
    assert "unserved_m3" not in figures(other)
