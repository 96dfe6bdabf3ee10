"""What is said of a siting: each model's loss in its own words, and never a proof that is none."""

from dataclasses import replace

import pandas as pd
import pytest

from network.words import LANGUAGES
from optimizer.siting.folder import write_siting
from optimizer.siting.report.told import Told
from optimizer.siting.siting import site_region
from optimizer.siting.stated.models import MODELS
from optimizer.siting.stated.options import SitingOptions

WORDS = {
    "p-median": "人·分钟",
    "p-center": "最长",
    "maximal-covering": "超出标准时间",
    "set-covering": "费用",
    "capacitated": "每年",
    "backup-covering": "互备",
    "expected-covering": "求助",
    "nested-levels": "补给",
}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_tells_its_loss(demo, model):
    options = SitingOptions(model, number=13 if model == "set-covering" else 2, minutes=12.0, study_limit_s=0.0)
    made = site_region(demo, options, "zh")
    loss = "".join(Told(made, "zh").loss())
    assert WORDS[model] in loss
    assert "已证明最优" in loss
    for language in LANGUAGES:
        told = Told(made, language)
        lines = [told.title(), *told.headline(), *told.basis(), *told.cautions()]
        assert all(lines)
        assert "CAND-" not in "".join(lines)
        assert "{" not in "".join(lines)


def test_places_of_unknown_residents_are_told_with_their_number(uncounted, tmp_path):
    made = site_region(uncounted(7), SitingOptions("p-median", number=2, study_limit_s=0.0), "zh")
    (warning,) = write_siting(made, tmp_path / "siting", "zh")
    assert "7 个村（社区）常住人口未知" in warning.say("zh")
    assert (warning.column, warning.severity) == ("population", "warning")
    assert warning.what.say("zh") in Told(made, "zh").cautions()
    coverage = pd.read_csv(tmp_path / "siting" / "coverage.csv", skiprows=[1])
    assert coverage["people"].isna().sum() == 7


def test_what_is_not_proven_is_told_with_its_gap(demo):
    made = site_region(demo, SitingOptions("p-median", number=2, study_limit_s=0.0), "en")
    open_gap = replace(made.solution, bound=made.solution.value * 0.9, status="time_limit")
    said = " ".join(Told(replace(made, solution=open_gap), "en").loss())
    assert "Not proven" in said
    assert "10.00%" in said
    assert "Proven:" not in said


def test_sites_of_one_name_are_told_apart_by_their_ids(demo):
    made = site_region(demo, SitingOptions("p-median", number=2, study_limit_s=0.0), "en")
    sites = made.tables["sites"].copy()
    built = sites["decision"] == "opened"
    sites.loc[built, "site_name"] = "Warehouse"
    told = Told(replace(made, tables={**made.tables, "sites": sites}), "en")
    first, second = sites.loc[built, "site_id"]
    assert told.decided()[0] == f"Build 2: Warehouse ({first}), Warehouse ({second})."
    assert told.site(first, "Depot") == "Depot"
