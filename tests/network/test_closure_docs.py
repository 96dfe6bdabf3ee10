"""Every example of ``docs/closures.md`` is read, and together they show every field of the form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from network.chainage import OFF_ROAD_M, ONE_REFERENCE_SHARE, TWO_REFERENCES_SHARE
from network.closure_files import MOST_BYTES, read_closures
from network.closures import Closure
from network.road_course import GAP_M, STEP_M
from network.shapes import Shape
from network.speeds import SPEED_TABLE, VEHICLE_CLASSES

TEXT = (Path(__file__).parents[2] / "docs" / "closures.md").read_text(encoding="utf-8")
CHINESE, ENGLISH = TEXT.split("\n# How to write closures\n")


def examples(text: str, tmp_path: Path) -> list[Closure]:
    found = []
    for kind, content in re.findall(r"```(yaml|json)\n(.*?)```", text, flags=re.DOTALL):
        path = tmp_path / f"closures.{kind}"
        path.write_text(content, encoding="utf-8")
        found += read_closures(path)
    return found


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_the_examples_show_every_field(tmp_path: Path, text: str) -> None:
    closures = examples(text, tmp_path)
    shown = {field for closure in closures for field in closure.model_fields_set}
    assert shown == set(Closure.model_fields)
    areas = [closure.within for closure in closures if closure.within is not None]
    assert {field for area in areas for field in area.model_fields_set} == set(Shape.model_fields)
    stakes = [closure.stakes for closure in closures if closure.stakes is not None]
    assert {stake.second is None for stake in stakes} == {True, False}


def test_both_languages_show_the_same(tmp_path: Path) -> None:
    given = [
        [closure.model_dump(exclude={"name": True, "within": {"layer"}}) for closure in examples(text, tmp_path)]
        for text in (CHINESE, ENGLISH)
    ]
    assert given[0] == given[1]


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_the_figures_are_those_of_the_program(text: str) -> None:
    numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    assert {OFF_ROAD_M, GAP_M, STEP_M / 2, 100 * ONE_REFERENCE_SHARE, 100 * TWO_REFERENCES_SHARE} <= numbers
    assert {size / 2**20 for size in MOST_BYTES.values()} <= numbers
    assert {*SPEED_TABLE.rain_factor.values(), SPEED_TABLE.night_factor} <= numbers
    assert all(name in text for name in (*VEHICLE_CLASSES, *SPEED_TABLE.rain_factor))
