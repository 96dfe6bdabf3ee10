"""The map of a plan folder: roads drawn once in the browser, sites and depots as marks with hover text."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from network.roads import ROAD_CLASSES, RoadNetwork
from network.words import say
from optimizer.plan.folder import PlanFolder
from optimizer.report.figures import person_items
from optimizer.report.map import CUT_OFF, DECISION_MARKS, LEVEL_SIZES, OTHER_SIZE, UNMET
from optimizer.report.map_drawing import LANDING, PLACE, ROAD_GROUPS, SHELTER, TEMPORARY, road_lines
from optimizer.report.wording import Wording

HERE = Path(__file__).parent
HEIGHT_PX = 560
KIND_MARKS = {  # kinds drawn, with shape, colour and radius in pixels
    "village": ("circle", PLACE, 3.0),
    "community": ("circle", PLACE, 3.0),
    "town": ("circle", "#222222", 3.0),
    "shelter": ("triangle", SHELTER, 4.0),
    "helipad": ("plus", LANDING, 5.0),
    "pier": ("plus", LANDING, 5.0),
    "station": ("diamond", "#7B5EA7", 4.0),
}
LEFT_OUT = ("rescue_post",)
"""Stations that every village has would cover the villages."""

SHAPES = {"s": "square", "*": "star", "^": "triangle", "X": "cross", "D": "diamond"}
"""Matplotlib's marks by the names that ``map.js`` knows."""


def mercator(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) Web Mercator in units of the world's width: 0 to 1 from west to east and from north to south."""
    sine = np.sin(np.radians(lat))
    return np.column_stack([lon / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)])


def road_payload(roads: RoadNetwork) -> dict[str, Any]:
    """Roads as the browser gets them once: lines of float32 about an origin, with group and structure of each.

    Returns
    -------
    dict
        ``origin`` (2,); ``groups``: for each of :data:`ROAD_GROUPS` (drawn from the last), for bridges, tunnels and
        temporary links colour, width in pixels, ``dash`` and ``xy``, base64 of float32 pairs, lines parted by NaN.
    """
    middle = mercator(np.array([roads.lon.mean()]), np.array([roads.lat.mean()]))[0]
    lasting = roads.temporary == 0
    groups = []
    for classes, colour, width in reversed(ROAD_GROUPS.values()):
        links = lasting & np.isin(roads.road_class, [ROAD_CLASSES.index(name) for name in classes])
        groups.append(_group(roads, links, middle, colour, width, []))
    groups.append(_group(roads, roads.bridge, middle, "#4D4D4D", 2.4, []))
    groups.append(_group(roads, roads.tunnel, middle, "#4D4D4D", 2.0, [4, 3]))
    groups.append(_group(roads, ~lasting, middle, TEMPORARY, 1.2, [2, 4]))
    return {"origin": middle.tolist(), "groups": groups}


def _group(
    roads: RoadNetwork,
    links: NDArray[np.bool_],
    origin: NDArray[np.float64],
    colour: str,
    width: float,
    dash: list[int],
) -> dict[str, Any]:
    places = mercator(*road_lines(roads, links)) - origin
    xy = base64.b64encode(places.astype("<f4").tobytes()).decode("ascii")
    return {"colour": colour, "width": width, "dash": dash, "xy": xy}


def site_marks(folder: PlanFolder, sites: pd.DataFrame, words: Wording) -> list[dict[str, Any]]:
    """Marks of all sites that the map shows, the least important first.

    Parameters
    ----------
    sites : DataFrame
        The layer ``sites`` of ``plan.gpkg``.

    Returns
    -------
    list of dict
        ``id``, ``name`` (empty where it is not written beside), ``p`` (Mercator), ``shape``, ``colour``, ``size`` in
        pixels, ``halo`` (radius of the disc of unmet want), ``ring`` (cut off) and ``hover``.
    """
    depots = folder.tables["depots"].set_index("site_id").to_dict("index")
    unmet, cut = _unmet(folder)
    most = max(unmet.values(), default=1.0)
    places = mercator(sites["lon"].to_numpy(dtype=float), sites["lat"].to_numpy(dtype=float))
    marks = []
    for place, row in zip(places.tolist(), sites.to_dict("records"), strict=True):
        site = str(row["site_id"])
        look = _depot_look(depots[site]) if site in depots else KIND_MARKS.get(str(row["kind"]))
        if look is None or row.get("station_kind") in LEFT_OUT:
            continue
        shape, colour, size = look
        halo = 6 + 14 * (unmet[site] / most) ** 0.5 if site in unmet else 0.0
        hover = [_hover(words, row, depots.get(site))]
        hover += [_say(words, "hover_unmet", share=words.number(unmet[site]))] if site in unmet else []
        hover += [_say(words, "hover_cut")] if site in cut else []
        marks.append(
            {
                "id": site,
                "name": row["name"] if _named(row, depots.get(site)) else "",
                "p": place,
                "shape": shape,
                "colour": colour,
                "size": size,
                "halo": halo,
                "ring": site in cut,
                "hover": "\n".join(hover),
                "order": len(DECISION_MARKS) if row["kind"] == "town" else _order(depots.get(site)),
            }
        )
    return sorted(marks, key=lambda mark: float(str(mark["order"])))


def legend(words: Wording) -> list[dict[str, str]]:
    """What the marks mean: shape, colour and words."""
    marks = [
        {"shape": SHAPES[marker], "colour": colour, "text": _map(words, f"depot_{decision}")}
        for decision, (marker, colour, _, _) in reversed(DECISION_MARKS.items())
    ]
    others = (
        ("circle", UNMET, "unmet"),
        ("ring", CUT_OFF, "cut_off"),
        ("circle", PLACE, "place"),
        ("triangle", SHELTER, "shelter"),
        ("plus", LANDING, "landing"),
    )
    marks += [{"shape": shape, "colour": colour, "text": _map(words, name)} for shape, colour, name in others]
    shape, colour, _ = KIND_MARKS["station"]
    return [*marks, {"shape": shape, "colour": colour, "text": words.choice("site_kind", "station")}]


def read_sites(folder: PlanFolder) -> pd.DataFrame:
    """The layer ``sites`` of the plan's GeoPackage, without its geometry."""
    return pd.DataFrame(geopandas.read_file(folder.path / "plan.gpkg", layer="sites").drop(columns="geometry"))


def show_map(roads: Mapping[str, Any], version: str, marks: Sequence[Mapping[str, Any]], words: Wording) -> str | None:
    """Show the map; gives the id of the site that was last clicked.

    Parameters
    ----------
    roads : mapping
        From :func:`road_payload`.
    version : str
        Tells the browser whether it has these roads already.
    """
    data = {
        "roads": roads,
        "version": version,
        "marks": list(marks),
        "legend": legend(words),
        "colours": {"unmet": UNMET, "cut": CUT_OFF},
        "fit": _say(words, "fit"),
        "height": HEIGHT_PX,
    }
    result = _component()(data=data, key="map", height=HEIGHT_PX, on_pick_change=lambda: None)
    picked = result.get("pick") if hasattr(result, "get") else None
    return str(picked) if picked else None


def _component() -> Any:
    # An inline script must hold a newline, else Streamlit takes it for the path of a file.
    script, style = ((HERE / name).read_text(encoding="utf-8") + "\n" for name in ("map.js", "map.css"))
    inside = '<canvas tabindex="0"></canvas><div class="tip" hidden></div><div class="legend"></div>'
    html = f'<div class="plan-map">{inside}</div>'
    return st.components.v2.component("plan_map", html=html, js=script, css=style)


def _unmet(folder: PlanFolder) -> tuple[dict[str, float], set[str]]:
    """Weighted person-items unmet by site, and the sites that a scenario leaves without a road."""
    unmet = folder.tables["unmet"]
    weight = folder.tables["scenarios"].set_index("scenario_id")["weight"]
    weighted = person_items(unmet, "unmet") * unmet["scenario_id"].map(weight).astype(float)
    by_site = weighted.groupby(unmet["site_id"]).sum()
    cut = unmet.loc[(unmet["reason"] == "no_road") & (unmet["unmet"] > 0), "site_id"]
    return {str(site): float(value) for site, value in by_site.items() if value > 0}, set(cut)


def _depot_look(depot: Mapping[Any, Any]) -> tuple[str, str, float]:
    marker, colour, _, factor = DECISION_MARKS[depot["decision"]]
    return SHAPES[marker], colour, (LEVEL_SIZES.get(depot["level"], OTHER_SIZE) * factor) ** 0.5 * 0.75


def _order(depot: Mapping[Any, Any] | None) -> float:
    return -1.0 if depot is None else float(list(DECISION_MARKS).index(depot["decision"]))


def _named(row: Mapping[Any, Any], depot: Mapping[Any, Any] | None) -> bool:
    changed = depot is not None and depot["decision"] in ("opened", "enlarged", "closed")
    return bool(row["kind"] == "town" or changed)


def _hover(words: Wording, row: Mapping[Any, Any], depot: Mapping[Any, Any] | None) -> str:
    kind = words.choice("site_kind", str(row["kind"]))
    if depot is not None:
        return _say(
            words,
            "hover_depot",
            name=row["name"],
            kind=kind,
            decision=words.choice("decision", depot["decision"]),
            storage=words.number(depot["storage_m3"], 1),
            used=words.number(depot["used_m3"], 1),
        )
    if row["population"] and row["population"] == row["population"]:  # NaN differs from itself
        return _say(words, "hover_people", name=row["name"], kind=kind, people=words.number(row["population"]))
    return _say(words, "hover_site", name=row["name"], kind=kind)


def _say(words: Wording, name: str, /, **values: object) -> str:
    return say(f"dashboards.app.{name}", words.language, **values)


def _map(words: Wording, name: str) -> str:
    return say(f"optimizer.map.{name}", words.language)
