"""Bad tables: each mistake is told with file, spreadsheet row, column and a mend; all of them at once."""

import pytest

from network.problem import ProblemsError
from optimizer.region.reading import read_region


def only(problems):
    errors = [problem for problem in problems if problem.severity == "error"]
    assert len(errors) == 1, [problem.say("en") for problem in problems]
    return errors[0]


def test_a_missing_table(district):
    problem = only(district.remove("norms.csv").problems())
    assert (problem.file, problem.row) == ("norms.csv", None)
    assert "需求定额" in problem.what.say("zh")


def test_an_unknown_column_names_the_nearest(district, where):
    problem = only(district.edit("items.csv", "price_cny", "pricecny_").edit("items.csv", ",use", ",usee").problems())
    assert where(problem) == ("items.csv", 1, "usee")
    assert "use 用途" in problem.mend.say("en")


def test_a_missing_column(district, where):
    text = (district.folder / "vehicles.csv").read_text(encoding="utf-8")
    cut = "\n".join(",".join(row.split(",")[:4] + row.split(",")[5:]) for row in text.splitlines())
    problem = only(district.write("vehicles.csv", cut).problems())
    assert where(problem) == ("vehicles.csv", 1, "payload_kg")
    assert "载质量" in problem.what.say("zh")


def test_an_item_without_price(district, where):
    problem = only(district.edit("items.csv", "12,30,12,relief", "12,,12,relief").problems())
    assert where(problem) == ("items.csv", 2, "price_cny")


def test_negative_stock(district, where):
    problem = only(district.edit("stock.csv", ",100,", ",-100,").problems())
    assert where(problem) == ("stock.csv", 2, "quantity")
    assert problem.value == "-100"


def test_a_unit_that_does_not_match(district, where):
    problem = only(district.edit("stock.csv", "20,顶", "20,床").problems())
    assert where(problem) == ("stock.csv", 3, "unit")
    assert "顶" in problem.what.say("en")


def test_duplicate_ids(district, where):
    problem = only(district.edit("payers.csv", "P2,东镇政府", "P1,东镇政府").problems())
    assert where(problem) == ("payers.csv", 3, "payer_id")
    assert (problem.value, problem.what.values["other"]) == ("P1", 2)


def test_a_reference_that_leads_nowhere_names_the_nearest(district, where):
    problems = district.edit("stock.csv", "L2,D1,tent", "L2,D1,tentt").problems()
    problem = only(problems)
    assert where(problem) == ("stock.csv", 3, "item_id")
    assert "tent" in problem.mend.say("en")


def test_a_reference_by_name_is_told_its_id(district, where):
    problem = only(district.edit("stock.csv", "L2,D1,tent", "L2,区库,tent").problems())
    assert where(problem) == ("stock.csv", 3, "site_id")
    assert "D1" in problem.mend.say("zh")


def test_all_problems_of_all_files_are_told_at_once(district, where):
    district.edit("stock.csv", ",100,", ",-100,").edit("items.csv", "12,30,12,relief", "12,,12,relief")
    district.edit("payers.csv", "town,T1,50000", "town,T1,五万")
    district.edit("teams.csv", "town_team", "town_teem").remove("vehicles.csv")
    places = {where(problem) for problem in district.problems()}
    assert places == {
        ("stock.csv", 2, "quantity"),
        ("items.csv", 2, "price_cny"),
        ("payers.csv", 3, "budget_cny"),
        ("teams.csv", 2, "team_kind"),
        ("vehicles.csv", None, None),
    }


def test_an_unknown_choice_lists_the_allowed_and_the_nearest(district):
    problem = only(district.edit("teams.csv", "town_team", "town_teem").problems())
    assert "town_team 镇街综合应急救援队" in problem.mend.say("zh")
    assert "volunteer 社会救援力量" in problem.mend.say("en")


@pytest.mark.parametrize(
    ("cell", "words"),
    [("12顶", "not_a_number"), ("1,50", "not_a_number"), ("1e999", "not_a_number"), ("#REF!", "formula_error")],
)
def test_cells_that_are_no_number(district, where, cell, words):
    problem = only(district.edit("stock.csv", "tent,20", f'tent,"{cell}"').problems())
    assert where(problem) == ("stock.csv", 3, "quantity")
    assert problem.what.key == f"optimizer.tables.{words}"


def test_a_date_that_does_not_exist(district, where):
    problem = only(district.edit("stock.csv", "2026-12-31", "2026-02-30").problems())
    assert where(problem) == ("stock.csv", 2, "expiry")


def test_an_empty_file(district, where):
    problem = only(district.write("norms.csv", "").problems())
    assert where(problem) == ("norms.csv", None, None)
    assert problem.what.key.endswith("empty_file")


def test_headings_without_rows_in_a_required_table(district):
    head = (district.folder / "norms.csv").read_text(encoding="utf-8").splitlines()[0]
    problem = only(district.write("norms.csv", head).problems())
    assert (problem.file, problem.what.key) == ("norms.csv", "optimizer.tables.no_rows")


def test_a_file_that_is_no_text(district):
    (district.folder / "norms.csv").write_bytes(b"\x89PNG\x00\xff\xfe\x00\x01\xff")
    problem = only(district.problems())
    assert (problem.file, problem.what.key) == ("norms.csv", "optimizer.tables.unknown_encoding")


def test_a_quotation_mark_that_is_never_closed(district):
    problem = only(district.edit("teams.csv", "东镇队", '"东镇队').problems())
    assert (problem.file, problem.row, problem.what.key) == ("teams.csv", 2, "optimizer.tables.broken_csv")


def test_a_comma_in_a_name_that_is_not_quoted(district):
    problems = district.edit(
        "payers.csv", "区应急管理局,district,,500000", "区应急管理局,本级,district,,500000"
    ).problems()
    spilled = [problem for problem in problems if problem.what.key.endswith("too_many_cells")]
    assert [(problem.file, problem.row, problem.value) for problem in spilled] == [("payers.csv", 2, "500000")]


def test_a_heading_in_another_unit(district, where):
    problem = only(district.edit("payers.csv", "budget_cny", "年度预算（万元）").problems())
    assert where(problem) == ("payers.csv", 1, "年度预算（万元）")
    assert "万元" in problem.what.say("en")


def test_the_same_unit_in_a_heading_is_no_problem(district):
    region = district.edit("payers.csv", "budget_cny", "年度预算（元）").read()
    assert region.tables["payers"]["budget_cny"].tolist() == [500000.0, 50000.0]


def test_a_column_given_twice(district, where):
    problem = only(district.edit("payers.csv", "budget_cny", "budget_cny,年度预算").problems())
    assert where(problem) == ("payers.csv", 1, "年度预算")


def test_a_file_whose_name_is_no_tables_is_a_warning(district):
    problem = district.write("stok.csv", "a,b\n1,2").warnings()[0]
    assert (problem.file, problem.severity) == ("stok.csv", "warning")
    assert "stock" in problem.mend.say("en")


def test_a_folder_that_is_not_there(tmp_path, told):
    with pytest.raises(ProblemsError) as caught:
        read_region(tmp_path / "nowhere")
    assert [problem.what.key for problem in told(caught.value.problems)] == ["optimizer.tables.no_region"]


@pytest.mark.parametrize(
    "spoilt", [b"\x89PNG\x00\xff\xfe\x00\x01\xff", b"", None, b"\n1,2,3\n", b"name,kind\nA,town\n"]
)
@pytest.mark.parametrize("file", ["sites.csv", "items.csv", "payers.csv"])
def test_a_table_that_cannot_be_read_makes_no_reference_to_it_wrong(district, file, spoilt):
    path = district.folder / file
    if spoilt is None:
        path.unlink()
    else:
        path.write_bytes(spoilt)
    district.write(
        "overrides.yaml",
        "schema_version: 1\noverrides:\n"
        "  - {decision: hold, site_id: D1, item_id: tent, quantity: 1, who: 物资科, when: 2026-01-02, why: 会议}",
    )
    errors = [problem for problem in district.problems() if problem.severity == "error"]
    assert {problem.file for problem in errors} == {file}


def test_a_reference_into_half_a_table_is_not_doubted_but_the_rest_is(district):
    (district.folder / "payers.csv").write_bytes(b"\xff")
    district.edit("stock.csv", "L2,D1,tent", "L2,D1,tentt").edit("stock.csv", ",100,", ",x,")
    problems = [problem for problem in district.problems() if problem.severity == "error"]
    assert [(problem.file, problem.row) for problem in problems] == [
        ("payers.csv", None),
        ("stock.csv", 2),
        ("stock.csv", 3),
    ]


def test_what_is_wrong_with_a_whole_file_stands_first(district):
    district.edit("items.csv", "12,30,12,relief", "12,,12,relief").remove("vehicles.csv")
    district.edit("teams.csv", "东镇队", '"东镇队')
    assert [problem.file for problem in district.problems()] == ["teams.csv", "vehicles.csv", "items.csv"]


def test_a_foreign_column_with_a_caption_leaves_the_second_heading_row_one(district, where):
    text = (district.folder / "payers.csv").read_text(encoding="utf-8")
    head, *rows = text.splitlines()
    lines = [f"{head},remark", "主体编号,名称,层级,所属镇街,年度预算,备注事项", *(f"{row},无" for row in rows)]
    problem = only(district.write("payers.csv", "\n".join(lines)).problems())
    assert where(problem) == ("payers.csv", 1, "remark")
