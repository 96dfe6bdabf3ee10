"""The annual plan at its edges: no money at all, and decisions that a planner took out of the model's hands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import docx
import pytest
import yaml
from shapely import box

from network.words import LANGUAGES
from optimizer.plan.annual import make_plan
from optimizer.plan.folder import write_plan
from optimizer.plan.plan import Plan
from optimizer.region.reading import read_region
from optimizer.report.figures import figures_of
from optimizer.report.summary import headline
from optimizer.report.wording import Wording
from optimizer.starter.start import start_region
from optimizer.verify.verify import verify

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "datasets" / "yubei"
REAL_ROADS = ROOT / ".." / "shared" / "data" / "roads" / "andorra.osm.pbf"
CLIP = box(1.50, 42.49, 1.56, 42.54)
ANDORRA_LA_VELLA = "N-w1056556231"
LES_ESCALDES = "D-T-n64954589"
DISTRICT = "D-district"
WHO = {"who": "物资保障科", "when": "2026-01-05"}
OPEN = {"decision": "open", "site_id": ANDORRA_LA_VELLA, "size": "小型", **WHO, "why": "靠近高速出口"}
CLOSE = {"decision": "close", "site_id": LES_ESCALDES, **WHO, "why": "库房已列入拆迁"}
HOLD = {"decision": "hold", "site_id": DISTRICT, "item_id": "raincoat", "quantity": 500, **WHO, "why": "汛期备勤"}


@pytest.fixture(scope="module")
def nothing() -> Plan:
    return make_plan(read_region(DEMO), budget_cny=0.0, time_limit_s=20.0)


def test_with_no_money_nothing_is_bought(nothing: Plan) -> None:
    assert nothing.tables["purchases"].empty
    assert nothing.tables["contracts"].empty
    assert set(nothing.tables["depots"]["decision"]) == {"existing", "not_chosen"}
    assert nothing.tables["budgets"]["spent_cny"].sum() == 0
    assert all(layer.proven for layer in nothing.layers)


def test_with_no_money_what_is_short_is_named_with_its_mend(nothing: Plan) -> None:
    standards = nothing.tables["standards"]
    short = standards[standards["outcome"] == "short"]
    assert short["rule_id"].nunique() >= 5
    assert (short["subject_name"] != "").all()
    words = {language: Wording.of(nothing, language) for language in LANGUAGES}
    for row in short.drop_duplicates("rule_id").to_dict("records"):
        assert all(each.mend(row) for each in words.values())


def test_with_no_money_the_want_is_split_without_loss(nothing: Plan) -> None:
    scenarios = nothing.tables["scenarios"]
    parts = scenarios[["on_time", "late", "unmet"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(scenarios["want"].to_numpy())
    assert (scenarios["unmet"] > 0).all()


@pytest.mark.parametrize(("language", "said"), [("zh", "采购：预算内没有可行的采购"), ("en", "Purchases: none")])
def test_with_no_money_the_headline_says_so(nothing: Plan, language: str, said: str) -> None:
    lines = headline(nothing, language)
    assert said in lines
    assert Wording.of(nothing, language)("headline_budget_none", spent=Wording.of(nothing, language).money(0)) in lines


@dataclass(frozen=True)
class Decided:
    """A plan with decisions, and its folder."""

    plan: Plan
    folder: Path

    @property
    def report(self) -> str:
        return "\n".join(paragraph.text for paragraph in docx.Document(str(self.folder / "report.docx")).paragraphs)


@pytest.fixture(scope="module")
def decide(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Decided]:
    """Plan a small real region with the decisions given."""
    if not REAL_ROADS.exists():
        pytest.skip(f"{REAL_ROADS.name} is not in ../shared/data/roads")
    bare = tmp_path_factory.mktemp("bare") / "region"
    start_region(REAL_ROADS, bare, CLIP, plan_date=date(2026, 3, 1))

    def plan(*overrides: dict[str, object]) -> Decided:
        work = tmp_path_factory.mktemp("decided")
        shutil.copytree(bare, work / "region")
        content = {"schema_version": 1, "overrides": list(overrides)}
        (work / "region" / "overrides.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        made = make_plan(read_region(work / "region"), time_limit_s=20.0)
        return Decided(made, write_plan(made, work / "plan", "zh"))

    return plan


@pytest.fixture(scope="module")
def kept(decide: Callable[..., Decided]) -> Decided:
    return decide(OPEN, CLOSE, HOLD)


def _unkept(plan: Plan) -> float:
    return next(layer.value for layer in plan.layers if layer.name == "decided")


def test_decisions_are_kept(kept: Decided) -> None:
    depots = kept.plan.tables["depots"].set_index("site_id")
    stock = kept.plan.tables["stock"]
    held = stock[
        (stock["site_id"] == DISTRICT) & (stock["item_id"] == "raincoat") & (stock["holding_mode"] == "physical")
    ]
    assert _unkept(kept.plan) == pytest.approx(0.0, abs=1e-6)
    assert depots.loc[ANDORRA_LA_VELLA, ["decision", "size"]].tolist() == ["opened", "小型"]
    assert depots.loc[LES_ESCALDES, "decision"] == "closed"
    assert held["quantity"].sum() >= 500 - 1e-3


def test_a_plan_with_decisions_verifies(kept: Decided) -> None:
    assert [phrase.say("en") for phrase in verify(kept.folder).failures] == []


def test_what_decisions_cost_is_set_beside_the_plan_without_them(kept: Decided) -> None:
    costs = {cost.layer: cost for cost in kept.plan.override_costs}
    layers = {layer.name: layer for layer in kept.plan.layers if layer.name != "decided"}
    assert set(costs) == set(layers)
    assert all(costs[name].value_with == layer.value for name, layer in layers.items())
    # A closed depot and stock held where nobody asked for it can only take from what the layer can reach.
    unmet = costs["unmet"]
    assert unmet.value_with > unmet.value_without * (1 - 0.01)


def test_the_report_names_who_decided_when_and_why(kept: Decided) -> None:
    text = kept.report
    assert "均已落实" in text
    for why in ("靠近高速出口", "库房已列入拆迁", "汛期备勤"):
        assert f"（物资保障科，2026-01-05：{why}）" in text
    depots = kept.plan.tables["depots"].set_index("site_id")
    assert depots.loc[LES_ESCALDES, "override"] == "物资保障科 2026-01-05 库房已列入拆迁"


def test_a_decision_beyond_the_money_is_said_not_to_be_kept(decide: Callable[..., Decided]) -> None:
    # 860 000 to build and 200 000 to run it a year, out of 636 000.
    beyond = decide({**OPEN, "size": "大型"})
    assert _unkept(beyond.plan) == pytest.approx(1.0, abs=1e-3)
    # A smaller depot there is no less allowed than one elsewhere, and no less a decision that is not kept.
    depots = beyond.plan.tables["depots"].set_index("site_id")
    assert depots.loc[ANDORRA_LA_VELLA, ["decision", "size"]].tolist() != ["opened", "大型"]
    assert verify(beyond.folder).failures == ()
    assert "均已落实" not in beyond.report
    assert "未落实，要求规格为“大型”，计划中该库点为" in beyond.report
    assert figures_of(beyond.plan).spent_cny <= figures_of(beyond.plan).budget_cny
