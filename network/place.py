"""A place by its name: its roads and features fetched from OpenStreetMap's servers. Needs the internet.

The answer is kept as an ``.osm`` file, so that everything after it goes the way of any other file.
"""

from __future__ import annotations

from pathlib import Path

from shapely.geometry.base import BaseGeometry

from network.features import FEATURES, WATERWAYS
from network.problem import Problem, ProblemsError
from network.words import Phrase

_CHUNK_BYTES = 1 << 20
_REMARK_BYTES = 4096


def download_place(name: str, to: Path) -> BaseGeometry:
    """Fetch the roads, features and rivers around a place.

    Parameters
    ----------
    name : str
        As OpenStreetMap's search knows it, such as ``渝北区, 重庆市, 中国``.
    to : Path
        The ``.osm`` file to write.

    Returns
    -------
    shapely geometry
        The place's area in WGS-84; the file covers the box around it.

    Raises
    ------
    ProblemsError
        There is no internet, or no such place. ``to`` is not written then.
    """
    # Slow to import, and used by nothing else.
    import osmnx
    import requests
    from osmnx._errors import InsufficientResponseError

    osmnx.settings.use_cache = False
    try:
        area: BaseGeometry = osmnx.geocode_to_gdf(name).union_all()
        answer = requests.post(
            f"{osmnx.settings.overpass_url.rstrip('/')}/interpreter",
            data={"data": overpass_query(area, int(osmnx.settings.requests_timeout))},
            headers={"User-Agent": osmnx.settings.http_user_agent},
            timeout=osmnx.settings.requests_timeout,
            stream=True,
        )
        answer.raise_for_status()
        content = b"".join(answer.iter_content(_CHUNK_BYTES))
    except (InsufficientResponseError, TypeError) as error:
        raise _problem(name, "place_unknown") from error
    except (requests.RequestException, OSError, osmnx._errors.ResponseStatusCodeError) as error:
        raise _problem(name, "place_offline", detail=type(error).__name__) from error
    if b"runtime error" in content[-_REMARK_BYTES:]:
        # The server gave up half-way and says so in a remark at the end of what looks like a sound file.
        raise _problem(name, "place_too_large")
    to.write_bytes(content)
    return area


def overpass_query(area: BaseGeometry, timeout_s: int) -> str:
    """Ask for roads, features and waterways in the box around ``area``, with their nodes."""
    west, south, east, north = area.bounds
    box = f"({south:.6f},{west:.6f},{north:.6f},{east:.6f})"
    wanted = [f'way["highway"]{box};', f'way["waterway"~"^({"|".join(WATERWAYS)})$"]["name"]{box};']
    wanted += [f'nwr["{key}"~"^({"|".join(values)})$"]{box};' for key, values in FEATURES.items()]
    return f"[out:xml][timeout:{timeout_s}];({''.join(wanted)});(._;>;);out body;"


def _problem(name: str, entry: str, **values: object) -> ProblemsError:
    """One problem of a place's name."""
    what, mend = Phrase(f"network.roads.{entry}", **values), Phrase(f"network.roads.{entry}_mend")
    return ProblemsError([Problem(what, mend, value=name)])
