"""Whatever is done to a region's files, a planner gets a region or problems in words, never a traceback."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.problem import ProblemsError
from optimizer.region.reading import read_region

NAMES = ("sites.csv", "stock.csv", "items.csv", "region.yaml", "scenarios.yaml")


def sound_or_told(folder, told):
    """Read the folder: True for a region whose warnings have words, else whether there are problems in words."""
    try:
        told(read_region(folder).warnings)
    except ProblemsError as error:
        return bool(told(error.problems))
    return True


@st.composite
def spoils(draw):
    """A file, and bytes put in place of some of its own."""
    name = draw(st.sampled_from(NAMES))
    return name, draw(st.floats(0, 1)), draw(st.integers(0, 40)), draw(st.binary(max_size=12))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(spoils(), min_size=1, max_size=3))
def test_spoilt_bytes(district, files, told, changes):
    contents = {name: text.encode() for name, text in files.items()}
    for name, place, length, new in changes:
        start = int(place * len(contents[name]))
        contents[name] = contents[name][:start] + new + contents[name][start + length :]
    for name, content in contents.items():
        (district.folder / name).write_bytes(content)
    assert sound_or_told(district.folder, told)


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_cells(files, told, seed, district):
    chance = random.Random(seed)
    name = chance.choice([name for name in files if name.endswith(".csv")])
    rows = [row.split(",") for row in files[name].splitlines()]
    cells = [cell for row in rows for cell in row]
    for _ in range(5):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(cells)
    district.write(name, "\n".join(map(",".join, rows)))
    assert sound_or_told(district.folder, told)


def test_an_empty_folder(told):
    with TemporaryDirectory() as folder, pytest.raises(ProblemsError) as caught:
        read_region(Path(folder))
    missing = {problem.file for problem in told(caught.value.problems)}
    assert missing == {f"{name}.csv" for name in ("sites", "items", "norms", "vehicles", "payers")} | {
        "region.yaml",
        "scenarios.yaml",
    }
