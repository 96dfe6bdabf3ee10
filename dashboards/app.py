"""The dashboard: one plan folder on one page. Started by :mod:`dashboards.launch`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import map as plan_map
from dashboards import views
from dashboards.launch import PLAN_VARIABLE
from network.problem import ProblemsError
from network.words import Language, say
from optimizer.plan.folder import PlanFolder, read_plan_folder
from optimizer.plan.manifest import FILE
from optimizer.plan.plan_tables import OUTCOMES
from optimizer.report.wording import Wording

LANGUAGES: dict[str, Language] = {"中文": "zh", "English": "en"}
WORKBOOK = "plan.xlsx"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@st.cache_resource(max_entries=4, show_spinner=False)
def _folder(path: str, changed: float) -> PlanFolder:
    """Read a plan folder once; ``changed`` is the time of its ``plan.json``."""
    return read_plan_folder(Path(path))


@st.cache_resource(max_entries=4, show_spinner=False)
def _map_data(path: str, changed: float) -> tuple[dict[str, Any], pd.DataFrame]:
    """Roads for the browser and the table of sites, made once a plan."""
    folder = _folder(path, changed)
    return plan_map.road_payload(folder.roads()), plan_map.read_sites(folder)


def page() -> None:
    """Show the page."""
    st.set_page_config(page_title=say("dashboards.app.title", "zh"), layout="wide")
    _, corner = st.columns([5, 1])
    chosen = corner.segmented_control(
        "语言 / Language", list(LANGUAGES), default="中文", key="language", label_visibility="collapsed"
    )
    language = LANGUAGES[chosen or "中文"]
    path = os.environ.get(PLAN_VARIABLE, "")
    if not path:
        st.info(say("dashboards.app.no_plan", language))
        st.markdown(say("dashboards.app.no_plan_mend", language))
        return
    try:
        manifest = Path(path) / FILE
        changed = manifest.stat().st_mtime if manifest.is_file() else 0.0
        folder = _folder(path, changed)
    except ProblemsError as error:
        st.error(say("dashboards.app.broken", language, path=path))
        for problem in error.problems:
            st.markdown(f"- {_plain(problem.say(language))}")
        st.markdown(say("dashboards.app.no_plan_mend", language))
        return
    _plan(folder, changed, language)


def _plan(folder: PlanFolder, changed: float, language: Language) -> None:
    words = Wording.of_names(folder.manifest["names"], language)
    region = folder.manifest["region"]
    st.title(_plain(_say(words, "heading", region=region["name"][language], date=region["plan_date"])))
    if region["roads_synthetic"]:
        st.warning(words("warning_synthetic"))
    _figures(folder, words)
    with st.expander(_say(words, "told"), expanded=True):
        for line in folder.manifest["told"][language]:
            st.markdown(f"- {_plain(line)}")
    _map(folder, changed, words)
    _purchases(folder, words)
    _standards(folder, words)
    st.header(_say(words, "scenarios"))
    _table(
        views.scenarios(folder, words), _say(words, "no_scenarios"), percents=("on_time", "late", "unmet"), words=words
    )


def _figures(folder: PlanFolder, words: Wording) -> None:
    told = folder.manifest["headline"]
    want = told["expected"]
    share = want["unmet"] / want["want"] if want["want"] else 0.0
    short = sum(1 for rule in told["rules"] if rule["short"])
    columns = st.columns(4)
    columns[0].metric(_say(words, "budget"), words.money(told["budget_cny"]))
    columns[1].metric(_say(words, "spent"), words.money(told["spent_cny"]))
    columns[2].metric(_say(words, "unmet"), words.percent(share), help=_say(words, "unmet_help"))
    columns[3].metric(_say(words, "short"), _say(words, "of_rules", short=short, count=len(told["rules"])))


def _map(folder: PlanFolder, changed: float, words: Wording) -> None:
    st.header(_say(words, "map"))
    st.caption(_say(words, "map_help"))
    try:
        roads, sites = _map_data(str(folder.path), changed)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        st.error(_plain(_say(words, "map_missing", reason=error)))
        return
    picked = plan_map.show_map(roads, f"{folder.path}@{changed}", plan_map.site_marks(folder, sites, words), words)
    if picked is None or picked not in words.sites:
        return
    st.subheader(_plain(_say(words, "picked", name=words.site(picked))))
    stock, unmet = views.stock_at(folder, picked, words), views.unmet_at(folder, picked, words)
    if stock.empty and unmet.empty:
        st.caption(_say(words, "picked_nothing"))
    if len(stock):
        st.markdown(f"**{_say(words, 'picked_stock')}**")
        st.dataframe(stock, hide_index=True)
    if len(unmet):
        st.markdown(f"**{_say(words, 'unmet')}**")
        st.dataframe(unmet, hide_index=True)


def _purchases(folder: PlanFolder, words: Wording) -> None:
    st.header(_say(words, "purchases"))
    bought = folder.tables["purchases"]
    if bought.empty:
        st.info(_say(words, "nothing_bought"))
    else:
        left, right = st.columns(2)
        towns = left.multiselect(
            _say(words, "town"),
            sorted(bought["town_name"].unique()),
            format_func=words.town,
            placeholder=_say(words, "all"),
            key="towns",
        )
        payers = right.multiselect(
            _say(words, "payer"),
            list(dict.fromkeys(bought["payer_id"])),
            format_func=words.payer,
            placeholder=_say(words, "all"),
            key="payers",
        )
        rows = views.chosen_purchases(folder, towns, payers)
        st.caption(_say(words, "filtered", count=len(rows), cost=words.money(float(rows["cost_cny"].sum()))))
        _table(views.purchases(rows, words), _say(words, "nothing_found"), words=words)
    workbook = folder.path / WORKBOOK
    if workbook.is_file():
        data = workbook.read_bytes()
        st.download_button(_say(words, "download"), data, file_name=WORKBOOK, mime=WORKBOOK_TYPE)
    else:
        st.warning(_say(words, "download_missing"))


def _standards(folder: PlanFolder, words: Wording) -> None:
    st.header(_say(words, "standards"))
    table = folder.tables["standards"]
    if table.empty:
        st.info(_say(words, "no_standards"))
        return
    left, right = st.columns(2)
    outcomes = left.multiselect(
        _say(words, "outcome"),
        list(OUTCOMES),
        default=["short"] if (table["outcome"] == "short").any() else [],
        format_func=lambda code: words.choice("outcome", code),
        placeholder=_say(words, "all"),
        key="outcomes",
    )
    rules = right.multiselect(
        _say(words, "rule"),
        list(dict.fromkeys(table["rule_id"])),
        format_func=words.rule,
        placeholder=_say(words, "all"),
        key="rules",
    )
    rows = views.chosen_standards(folder, outcomes, rules)
    st.caption(_say(words, "cases", count=len(rows)))
    _table(views.standards(rows, words), _say(words, "nothing_found"), words=words)


def _table(frame: pd.DataFrame, empty: str, *, words: Wording, percents: tuple[str, ...] = ()) -> None:
    if frame.empty:
        st.info(empty)
        return
    forms = {views.heading(words, f"{part}_share"): st.column_config.NumberColumn(format="%.1f%%") for part in percents}
    money = {views.heading(words, name) for name in ("cost", "price", "mend_cost")} & set(frame.columns)
    forms |= {name: st.column_config.NumberColumn(format="localized") for name in money}
    st.dataframe(frame, hide_index=True, column_config=forms, placeholder="")


def _say(words: Wording, name: str, /, **values: object) -> str:
    return say(f"dashboards.app.{name}", words.language, **values)


def _plain(text: str) -> str:
    """Keep names from being taken for Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-!|$~:" else sign for sign in text)


page()
