"""OpenStreetMap roads are compiled once and kept by their content; the cache never does harm."""

from dataclasses import fields

import numpy as np
import pytest

import network.kept
import network.links
import network.osm
import network.osm_file
import optimizer.region.road_files as road_files
from network.osm import read_osm
from network.problem import ProblemsError
from optimizer.region.road_files import load_roads

OSM = """<?xml version="1.0"?>
<osm version="0.6">
  <node id="1" lon="106.60" lat="29.70" version="1"/>
  <node id="2" lon="106.61" lat="29.70" version="1"/>
  <node id="3" lon="106.62" lat="29.71" version="1"/>
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
</osm>
"""


@pytest.fixture
def osm(tmp_path, monkeypatch):
    monkeypatch.setattr(network.kept, "cache_folder", lambda: tmp_path / "cache")
    path = tmp_path / "roads.osm"
    path.write_text(OSM, encoding="utf-8")
    return path


def same(one, other):
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name), equal_nan=f.name in NUMBERS) for f in fields(one)
    )


NUMBERS = {"maxspeed_kmh", "maxweight_t", "maxheight_m", "grade"}


def test_the_second_time_the_kept_copy_is_read(osm, monkeypatch):
    first = load_roads(osm)
    monkeypatch.setattr(road_files, "read_osm", lambda path: pytest.fail("compiled again"))
    assert same(load_roads(osm), first)


def test_a_changed_file_is_compiled_anew(osm):
    load_roads(osm)
    osm.write_text(OSM.replace('id="10"', 'id="11"'), encoding="utf-8")
    assert set(load_roads(osm).way_id) == {11}


def test_a_damaged_copy_is_compiled_anew(osm):
    first = load_roads(osm)
    for kept in (osm.parent / "cache").iterdir():
        kept.write_bytes(b"broken")
    assert same(load_roads(osm), first)


def test_a_cache_that_cannot_be_written_does_no_harm(osm):
    (osm.parent / "cache").write_text("a file where the folder should be", encoding="utf-8")
    assert load_roads(osm).link_count > 0


def test_nothing_is_left_beside_the_roads(osm):
    load_roads(osm)
    assert sorted(path.name for path in osm.parent.iterdir()) == ["cache", "roads.osm"]
    assert len(list((osm.parent / "cache").iterdir())) == 1


def test_old_copies_give_way(osm, monkeypatch):
    monkeypatch.setattr(network.kept, "KEPT", 2)
    for way in range(10, 14):
        osm.write_text(OSM.replace('id="10"', f'id="{way}"'), encoding="utf-8")
        load_roads(osm)
    assert len(list((osm.parent / "cache").iterdir())) == 2


def test_a_region_may_declare_its_roads_synthetic(osm):
    assert load_roads(osm).synthetic is False
    roads = load_roads(osm, synthetic=True)
    assert roads.synthetic is True
    assert roads.source == "synthetic (roads.osm)"


def test_made_up_roads_are_not_credited_to_openstreetmap(osm, tmp_path):
    osm.write_text(OSM.replace("<osm ", '<osm generator="synthetic, seed 7" '), encoding="utf-8")
    for roads in (load_roads(osm), load_roads(osm, synthetic=True)):
        assert roads.source == "synthetic, seed 7 (roads.osm)"
    osm.write_text(OSM, encoding="utf-8")
    read_osm(osm).save(tmp_path / "roads.npz")
    assert "OpenStreetMap" in load_roads(tmp_path / "roads.npz").source
    assert load_roads(tmp_path / "roads.npz", synthetic=True).source == "synthetic (roads.npz)"


def test_a_new_reader_compiles_anew_whichever_of_its_parts_is_new(osm, monkeypatch):
    load_roads(osm)
    for part in (network.links, network.osm_file, network.osm):
        changed = osm.parent / f"{part.__name__}.py"
        changed.write_text("# another reader", encoding="utf-8")
        kept = set((osm.parent / "cache").iterdir())
        with monkeypatch.context() as patch:
            patch.setattr(part, "__file__", str(changed))
            load_roads(osm)
        assert len(set((osm.parent / "cache").iterdir()) - kept) == 1, part.__name__


@pytest.mark.parametrize(("field", "value"), [("tail", 99), ("name", 7), ("shape_first", -1)])
def test_arrays_that_do_not_fit_together_are_refused(osm, tmp_path, field, value):
    roads = load_roads(osm)
    getattr(roads, field)[0] = value
    roads.save(tmp_path / "spoilt.npz")
    with pytest.raises(ProblemsError) as caught:
        load_roads(tmp_path / "spoilt.npz")
    assert [problem.what.key for problem in caught.value.problems] == ["optimizer.region.roads_damaged"]


def test_roads_outside_the_regions_folder_are_refused(district):
    problem = district.edit("region.yaml", "roads.npz", "../tiny/../roads.npz").problems()[0]
    assert (problem.column, problem.what.key) == ("roads", "optimizer.region.roads_outside")
