"""The commands: events are drawn into files, and plans are made for drawn scenarios, a file of them, or ids."""

import csv
import json

import pytest

from network.words import say
from optimizer.cli import main
from optimizer.plan.demand import people_in_need
from optimizer.plan.drawn_events import DRAWN_EVENTS
from optimizer.region.reading import read_region


def told(capsys, *arguments, code=0):
    assert main([*map(str, arguments), "--json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows[1:]  # the Chinese headings


class TestEvents:
    @pytest.mark.parametrize(("out", "table"), [("sites.yaml", "sites.csv"), ("", "events.csv")])
    def test_a_table_of_the_planners_is_left_alone(self, plain, capsys, tmp_path, out, table):
        region = plain()
        (tmp_path / table).write_text("site_id,name\n1,mine\n", encoding="utf-8")
        assert main(["events", str(region.folder), "--number", "3", "--out", str(tmp_path / out)]) == 1
        assert table in capsys.readouterr().err
        assert (tmp_path / table).read_text(encoding="utf-8") == "site_id,name\n1,mine\n"
        assert not list(tmp_path.glob("*.yaml"))

    def test_where_one_file_cannot_be_replaced_neither_is(self, plain, tmp_path):
        region, out = plain(), tmp_path / "drawn"
        assert main(["events", str(region.folder), "--number", "3", "--out", str(out)]) == 0
        before = (out / "scenarios.yaml").read_bytes()
        (out / "events.csv").unlink()
        (out / "events.csv").mkdir()
        assert main(["events", str(region.folder), "--number", "5", "--out", str(out)]) == 1
        assert (out / "scenarios.yaml").read_bytes() == before

    def test_a_folder_gets_the_scenarios_and_their_table(self, plain, capsys, tmp_path):
        region = plain()
        figures = told(capsys, "events", region.folder, "--number", 20, "--seed", 4, "--out", tmp_path / "drawn")
        assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["events.csv", "scenarios.yaml"]
        again = read_region(region.folder, tmp_path / "drawn" / "scenarios.yaml")
        rows = rows_of(tmp_path / "drawn" / "events.csv")
        assert list(rows[0]) == [column.name for column in DRAWN_EVENTS.columns]
        assert [row["scenario_id"] for row in rows] == [one.id for one in again.scenarios]
        for row, one in zip(rows, again.scenarios, strict=True):
            assert float(row["people_in_need"]) == round(people_in_need(again, one)["people"].sum())
            assert int(row["links_closed"]) == sum(len(closure.links) for closure in one.roads.closures)
            assert int(row["depots_hit"]) == sum(len(loss.where.sites) for loss in one.losses)
            assert (row["flying"], row["communications"]) == ("yes" if one.flying else "no", one.communications)
        assert figures["annual_rate"] == pytest.approx(0.75)
        assert sum(float(row["annual_probability"]) for row in rows) == pytest.approx(0.75)

    def test_a_file_gets_its_table_beside_and_may_be_drawn_again(self, plain, capsys, tmp_path):
        folder = plain().folder
        for _ in range(2):
            told(capsys, "events", folder, "--number", 5, "--out", tmp_path / "some.yaml")
        assert (tmp_path / "some.csv").is_file()
        first = (tmp_path / "some.yaml").read_bytes()
        told(capsys, "events", folder, "--number", 5, "--out", tmp_path / "more" / "some.yml")
        assert (tmp_path / "more" / "some.yml").read_bytes() == first

    def test_scenarios_written_by_hand_are_not_overwritten(self, plain, capsys, tmp_path):
        folder = plain().folder
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        problem = told(capsys, "events", folder, "--number", 5, "--out", folder, code=1)["problems"][0]
        assert problem["what"] == say("optimizer.cli.not_drawn", "en")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_a_region_without_events(self, plain, capsys, tmp_path):
        folder = plain().folder
        (folder / "events.yaml").unlink()
        problem = told(capsys, "events", folder, "--out", tmp_path / "drawn", code=1)["problems"][0]
        assert problem["file"] == "events.yaml"
        assert not (tmp_path / "drawn").exists()

    @pytest.mark.parametrize("arguments", [["--number", "0"], ["--number", "many"], ["--seed", "-1"]])
    def test_numbers_that_are_none(self, plain, capsys, tmp_path, arguments):
        assert main(["events", str(plain().folder), "--out", str(tmp_path / "drawn"), *arguments]) == 2
        assert arguments[1] in capsys.readouterr().err

    def test_both_languages(self, plain, capsys, tmp_path):
        folder = plain().folder
        for language, word in (("zh", "已抽取 5 个情景"), ("en", "Drew 5 scenarios")):
            assert main(["events", str(folder), "--number", "5", "--out", str(tmp_path / "x"), "--lang", language]) == 0
            assert word in capsys.readouterr().out


class TestPlan:
    def test_drawn_scenarios_stand_in_the_plan_which_verifies(self, plain, capsys, tmp_path):
        region = plain()
        told(capsys, "plan", region.folder, "--scenarios", 6, "--seed", 2, "--out", tmp_path / "plan")
        copy = read_region(tmp_path / "plan" / "region")
        assert [one.id.split("-")[1] for one in copy.scenarios] == [f"{number:04d}" for number in range(6)]
        assert (tmp_path / "plan" / "region" / "scenarios.yaml").read_bytes() == (
            region.folder / "scenarios.yaml"
        ).read_bytes()
        assert told(capsys, "verify", tmp_path / "plan")["failures"] == []

    def test_a_file_of_them_makes_the_same_plan(self, plain, capsys, tmp_path):
        folder = plain().folder
        told(capsys, "events", folder, "--number", 6, "--seed", 2, "--out", tmp_path / "drawn.yaml")
        told(capsys, "plan", folder, "--scenarios", tmp_path / "drawn.yaml", "--out", tmp_path / "one")
        told(capsys, "plan", folder, "--scenarios", 6, "--seed", 2, "--out", tmp_path / "other")
        for table in ("scenarios.csv", "unmet.csv", "stock.csv"):
            assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "other" / table).read_bytes()
        assert told(capsys, "verify", tmp_path / "one")["failures"] == []
        # A plan that is changed behind its back is found out.
        kept = tmp_path / "one" / "region" / "planned_scenarios.yaml"
        kept.write_text(kept.read_text(encoding="utf-8").replace("share: 0.", "share: 0.9", 1), encoding="utf-8")
        assert main(["verify", str(tmp_path / "one")]) == 1

    @pytest.mark.parametrize("command", ["plan", "site"])
    @pytest.mark.parametrize("scenarios", [[], ["--scenarios", "by_hand"], ["--scenarios", "drawn.yaml"]])
    def test_a_seed_that_draws_nothing_is_refused(self, plain, capsys, tmp_path, command, scenarios):
        over = ["--number", "1", *(["--over", "scenarios"] if scenarios else [])] if command == "site" else []
        arguments = [command, str(plain().folder), "--out", str(tmp_path / "made"), *over, *scenarios]
        assert main([*arguments, "--seed", "7", "--lang", "en"]) == 1
        assert "--scenarios N" in capsys.readouterr().err
        assert not (tmp_path / "made").exists()

    def test_ids_still_choose_among_the_regions_own(self, plain, capsys, tmp_path):
        folder = plain().folder
        text = (folder / "scenarios.yaml").read_text(encoding="utf-8")
        (folder / "scenarios.yaml").write_text(text.replace("id: by_hand", 'id: "7"'), encoding="utf-8")
        told(capsys, "plan", folder, "--scenarios", "7", "--out", tmp_path / "plan")
        table = (tmp_path / "plan" / "scenarios.csv").read_text(encoding="utf-8-sig").splitlines()
        assert [row.split(",")[0] for row in table] == ["scenario_id", "7"]
        assert not (tmp_path / "plan" / "region" / "planned_scenarios.yaml").exists()

    @pytest.mark.parametrize(
        ("scenarios", "words"),
        [("0", "one scenario or more"), ("none.yaml", "cannot be read"), ("by_hand,x", "no scenario of this id")],
    )
    def test_scenarios_that_are_none(self, plain, capsys, tmp_path, scenarios, words):
        problems = told(capsys, "plan", plain().folder, "--scenarios", scenarios, "--out", tmp_path / "plan", code=1)
        assert words in problems["problems"][0]["what"]
        assert not (tmp_path / "plan").exists()

    def test_a_file_that_does_not_fit_the_region(self, plain, capsys, tmp_path):
        folder = plain().folder
        told(capsys, "events", folder, "--number", 8, "--out", tmp_path / "drawn.yaml")
        text = (tmp_path / "drawn.yaml").read_text(encoding="utf-8")
        (tmp_path / "drawn.yaml").write_text(text.replace("- V0\n", "- V99\n"), encoding="utf-8")
        result = told(capsys, "plan", folder, "--scenarios", tmp_path / "drawn.yaml", "--out", tmp_path / "p", code=1)
        errors = [one for one in result["problems"] if one["severity"] == "error"]
        assert {(one["file"], one["value"]) for one in errors} == {("drawn.yaml", "V99")}
