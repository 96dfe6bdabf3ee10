"""Sites that lie wrong, lack what their kind needs, or hold what they cannot."""

import pytest


def errors(problems):
    return [problem for problem in problems if problem.severity == "error"]


def only(problems):
    found = errors(problems)
    assert len(found) == 1, [problem.say("en") for problem in problems]
    return found[0]


def test_latitude_out_of_range_with_the_decimal_point_in_mind(district, where):
    problem = only(
        district.edit("sites.csv", "V2,下村,village,,,T1,106.61,29.71", "V2,下村,village,,,T1,106.61,297.1").problems()
    )
    assert where(problem) == ("sites.csv", 4, "lat")
    assert problem.value == "297.1"
    assert "29.71" in problem.mend.say("zh")


def test_longitude_out_of_range(district, where):
    problem = only(district.edit("sites.csv", "T1,106.61,29.71,500", "T1,1066.1,29.71,500").problems())
    assert where(problem) == ("sites.csv", 4, "lon")
    assert problem.mend.say("en") == "Did you mean 106.61?"


def test_longitude_and_latitude_swapped(district, where):
    problem = only(district.edit("sites.csv", "T1,106.61,29.71,500", "T1,29.71,106.61,500").problems())
    assert where(problem) == ("sites.csv", 4, "lon")
    assert problem.mend.say("en") == "Did you mean longitude 106.61, latitude 29.71?"


def test_all_swapped_are_told_one_by_one(district):
    text = (district.folder / "sites.csv").read_text(encoding="utf-8")
    rows = [row.split(",") for row in text.splitlines()]
    for row in rows[1:]:
        row[6], row[7] = row[7], row[6]
    problems = errors(district.write("sites.csv", "\n".join(map(",".join, rows))).problems())
    assert [problem.row for problem in problems] == list(range(2, 11))
    assert {problem.what.key for problem in problems} == {"optimizer.region.swapped"}


def test_a_site_outside_the_area_of_the_roads(district, where):
    problem = only(district.edit("sites.csv", "T1,106.61,29.71,500", "T1,108.61,29.71,500").problems())
    assert where(problem) == ("sites.csv", 4, "lon")


def test_roads_of_another_place_are_one_problem_not_hundreds(district):
    text = (district.folder / "sites.csv").read_text(encoding="utf-8").replace(",106.", ",112.")
    problem = only(district.write("sites.csv", text).problems())
    assert problem.what.key == "optimizer.region.all_outside"
    assert problem.what.values["count"] == 9


def test_coordinates_that_are_no_degrees(district, where):
    problem = only(district.edit("sites.csv", "T1,106.61,29.71,500", "T1,东边,29.71,500").problems())
    assert where(problem) == ("sites.csv", 4, "lon")


def test_a_village_far_from_any_road_is_a_warning_with_the_distance(district, where):
    # 0.05° of latitude are 5.5 km; the nearest junction lies at 29.72.
    region = district.edit("sites.csv", "T1,106.61,29.71,500", "T1,106.61,29.77,500").read()
    assert [where(problem) for problem in region.warnings] == [("sites.csv", 4, "lon")]
    problem = region.warnings[0]
    assert 5500 < float(str(problem.what.values["metres"])) < 5600
    assert region.snapping.node[2] == -1


def test_a_site_on_a_cut_off_piece_of_road_is_a_warning(district):
    region = district.edit("sites.csv", "T1,106.61,29.71,500", "T1,106.65,29.70,500").read()
    assert [problem.what.key for problem in region.warnings] == ["optimizer.region.cut_off_unreachable"]


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("V1,上村,village,,,T1,", "V1,上村,village,,,,", 3, "town_id"),
        ("station,,fire_rescue,", "station,,,", 7, "station_kind"),
        ("D1,区库,depot,district", "D1,区库,depot,", 5, "level"),
        ("29.71,,,,,,100,", "29.71,,,,,,,", 5, "storage_m3"),
        (",,,,,,,P1", ",,,,,,,", 6, "payer_id"),
        ("landslide,40", "landslide,", 9, "people_threatened"),
        ("29.70,800,remote", "29.70,,remote", 3, "population"),
        ("29.70,3000,built_up", "29.70,,built_up", 2, "population"),
    ],
)
def test_what_a_kind_of_site_cannot_do_without(district, where, old, new, row, column):
    problem = only(district.edit("sites.csv", old, new).problems())
    assert where(problem) == ("sites.csv", row, column)


def test_a_population_marked_as_unknown_is_a_warning(district):
    text = (district.folder / "sites.csv").read_text(encoding="utf-8")
    rows = [row + "," for row in text.splitlines()]
    rows[0] += "estimated"
    rows[2] = rows[2].replace(",800,", ",,") + "population"
    warnings = district.write("sites.csv", "\n".join(rows)).warnings()
    assert [(problem.row, problem.what.key) for problem in warnings] == [(3, "optimizer.region.population_unknown")]


def test_a_shelter_without_area_is_a_warning(district, where):
    warnings = district.edit("sites.csv", ",,,,2000,,", ",,,,,,").warnings()
    assert [where(problem) for problem in warnings] == [("sites.csv", 8, "usable_area_m2")]


def test_a_town_that_is_none(district, where):
    problem = only(district.edit("sites.csv", "V1,上村,village,,,T1,", "V1,上村,village,,,V2,").problems())
    assert where(problem) == ("sites.csv", 3, "town_id")


def test_a_candidate_without_sizes(district, where):
    problem = only(district.remove("sizes.csv").problems())
    assert where(problem) == ("sites.csv", 6, "site_id")


def test_stock_beyond_the_storage_is_a_warning(district, where):
    # 100 boxes of 0.02 m³ and 20 tents of 0.2 m³: 6 m³ in all.
    warnings = district.edit("sites.csv", "29.71,,,,,,100,", "29.71,,,,,,5.9,").warnings()
    assert [where(problem) for problem in warnings] == [("sites.csv", 5, "storage_m3")]
    assert warnings[0].what.values["used"] == "6.0"


def test_stock_of_every_use_counts_towards_the_storage(district):
    # 6 m³ of relief and 4 pumps of 0.1 m³.
    district.edit("stock.csv", "L2,D1,tent", "L3,D1,pump,4,台,,P1,区应急局,physical\nL2,D1,tent")
    warnings = district.edit("sites.csv", "29.71,,,,,,100,", "29.71,,,,,,6.3,").warnings()
    assert [problem.what.values["used"] for problem in warnings] == ["6.4"]


@pytest.mark.parametrize(
    ("old", "new", "column"), [("1,0.02,12", "1,0,12", "volume_m3"), ("0.02,12", "0.02,0", "mass_kg")]
)
def test_relief_that_takes_no_room_or_weighs_nothing(district, where, old, new, column):
    problem = only(district.edit("items.csv", old, new).problems())
    assert where(problem) == ("items.csv", 2, column)
    assert "饮用水" in problem.what.say("zh")


def test_stock_that_has_expired_is_a_warning(district, where):
    warnings = district.edit("stock.csv", "2026-12-31", "2025-12-31").warnings()
    assert [where(problem) for problem in warnings] == [("stock.csv", 2, "expiry")]


def test_a_norm_of_equipment(district, where):
    problem = only(district.edit("norms.csv", "tent,0.2", "pump,0.2").problems())
    assert where(problem) == ("norms.csv", 3, "item_id")


def test_equipment_sold_by_the_pack(district, where):
    problem = only(district.edit("items.csv", "排水泵,台,1,", "排水泵,台,4,").problems())
    assert where(problem) == ("items.csv", 4, "pack_size")


@pytest.mark.parametrize(
    ("file", "old", "new", "row"),
    [
        ("stock.csv", "L2,D1", "L2,H1", 3),
        ("vehicles.csv", "D1,light", "C1,light", 2),
        ("teams.csv", "T1,22", "H1,22", 2),
        ("offers.csv", "M1,water", "D1,water", 2),
        ("sizes.csv", "C1,small", "V1,small", 2),
    ],
)
def test_what_lies_where_it_cannot(district, where, file, old, new, row):
    problems = errors(district.edit(file, old, new).problems())
    assert (file, row, "site_id") in {where(problem) for problem in problems}


def test_a_towns_payer_names_its_town(district, where):
    problem = only(district.edit("payers.csv", "town,T1", "town,").problems())
    assert where(problem) == ("payers.csv", 3, "town_id")
