"""The examples of ``docs/incidents.md`` are read, say the same and show every field of the form."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from network.closures import Closure
from optimizer.dispatch.incident.check_work import LONGEST_MIN
from optimizer.dispatch.incident.form import LISTS, IncidentForm, Lost
from optimizer.dispatch.incident.reading import read_incident
from optimizer.dispatch.incident.yaml_file import read_yaml
from optimizer.region.scenarios import Event, RoadState

TEXT = (Path(__file__).parents[4] / "docs" / "incidents.md").read_text(encoding="utf-8")
CHINESE, ENGLISH = TEXT.split("\n# How to write an incident\n")
SAID_ELSEWHERE = {Closure}


@pytest.fixture(params=[CHINESE, ENGLISH], ids=["zh", "en"])
def text(request):
    return request.param


def example(text, tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)[1], encoding="utf-8")
    return path


def test_the_example_is_sound(text, region, tmp_path):
    assert read_incident(example(text, tmp_path), region).warnings == ()


def test_it_shows_every_field(text, tmp_path):
    draft, problems = read_yaml(example(text, tmp_path))
    assert problems == []
    shown = set(draft.head.form.model_fields_set) | {name.split(".")[0] for name in LISTS}
    assert shown == set(IncidentForm.model_fields)
    assert draft.head.form.event.model_fields_set == set(Event.model_fields)
    assert draft.head.form.roads.model_fields_set == set(RoadState.model_fields) - {"closures"}
    assert draft.head.form.lost.model_fields_set == {"teams"}
    for name, model in LISTS.items():
        if model not in SAID_ELSEWHERE:
            entries = draft.lists[name]
            assert {field for entry in entries for field in entry.form.model_fields_set} >= required(model), name


def required(model: type[BaseModel]) -> set[str]:
    """Every field but names, which speak for themselves."""
    return set(model.model_fields) - {"name"}


def test_both_languages_show_the_same(region, tmp_path):
    forms = [read_incident(example(text, tmp_path), region).form for text in (CHINESE, ENGLISH)]
    words = {"id", "name", "event", "source", "note", "contact", "closure"}
    assert without(forms[0].model_dump(), words) == without(forms[1].model_dump(), words)


def without(value, names):
    if isinstance(value, dict):
        return {name: without(one, names) for name, one in value.items() if name not in names}
    return [without(one, names) for one in value] if isinstance(value, list | tuple) else value


def test_the_table_tells_of_every_field(text):
    for model in (*LISTS.values(), IncidentForm, Lost):
        if model not in SAID_ELSEWHERE:
            assert [name for name in model.model_fields if f"`{name}" not in text and f".{name}`" not in text] == []


def test_the_figures_are_those_of_the_program(text, region):
    numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    assert {LONGEST_MIN, region.settings.parameters.snap_limit_m, 10} <= numbers
