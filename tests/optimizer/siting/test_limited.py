"""What is told of a siting besides stops in time: by a clock that every question puts forward by a second."""

from dataclasses import replace

import pytest

from network.words import LANGUAGES
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.siting.report.paper_case import Paper
from optimizer.siting.report.reason_sections import reason_sections
from optimizer.siting.report.told import Told
from optimizer.siting.siting import STUDIES, Siting, site_region
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.study import frontiers as frontiers_module
from optimizer.siting.study.frontiers import frontiers
from optimizer.siting.study.limited import LONGEST_SHARE, Limited
from optimizer.siting.study.told_besides import building_order, near_optimal, regrets, why


class Clock:
    """Seconds that pass only where a model is asked."""

    def __init__(self):
        self.now = 0.0
        self.limits = []

    def __call__(self):
        return self.now

    def ticking(self, model):
        def ask(problem, *, time_limit_s, **limits):
            self.limits.append((self.now, time_limit_s))
            self.now += 1.0
            return model(problem, time_limit_s=30.0, **limits)

        return ask

    def limited(self, seconds):
        return Limited(self.ticking(solve_p_median), float(seconds), clock=self)


@pytest.fixture(scope="module")
def made(demo) -> Siting:
    return site_region(demo, SitingOptions("p-median", number=2, over="scenarios", study_limit_s=0.0), "en")


STUDY = {
    "regret": lambda made, asked: regrets(made.case, made.solution, asked, ()),
    "additions": lambda made, asked: building_order(made.case, asked),
    "alternatives": lambda made, asked: near_optimal(made.case, made.solution, asked)[0],
    "frontier": lambda made, asked: frontiers(made.case, made.solution, asked),
    "reasons": lambda made, asked: why(made.case, made.solution, asked),
}


@pytest.mark.parametrize("seconds", [0, 1, 3])
@pytest.mark.parametrize("study", STUDIES)
def test_nothing_is_asked_once_the_time_is_over(made, monkeypatch, study, seconds):
    clock = Clock()
    monkeypatch.setattr(frontiers_module, "solve_p_median", clock.ticking(solve_p_median))
    asked = clock.limited(seconds)
    STUDY[study](made, asked)
    assert clock.now <= seconds
    assert asked.count == len(clock.limits) == seconds
    # Every one of these asks for more than three sitings of six scenarios, and is told to be cut.
    assert asked.unanswered > 0


def test_every_question_has_the_time_that_is_left(made):
    clock = Clock()
    asked = clock.limited(20)
    for _ in range(20):
        asked(made.case.problem)
    with pytest.raises(NoIncumbentError):
        asked(made.case.problem)
    # A search has a quarter of the twenty seconds, and at the end what is left.
    assert clock.limits == [(float(k), min(LONGEST_SHARE * 20, 20.0 - k)) for k in range(20)]


def test_steps_found_in_time_are_kept(made):
    """Thirteen candidates: looking at what stands, at each of them, and the best of one take fifteen questions."""
    clock = Clock()
    table = building_order(made.case, clock.limited(16))
    assert len(table) == 1
    # The second step would try the other twelve, and one question is left.
    assert clock.now == 16


def test_reasons_tell_minutes_of_every_site_however_short_the_time(made):
    table = why(made.case, made.solution, Clock().limited(0))
    assert len(table) == 13
    assert table["minutes_alone"].notna().all()
    assert table["change_alone"].isna().all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_cut_is_told_with_what_is_missing(made, tmp_path, language):
    assert made.cut == STUDIES
    lines = Told(made, language).headline()[-len(STUDIES) :]
    assert all("--study-limit 0" in line for line in lines)
    # Reasons stand for all 13 sites, and none of them has been chosen anew.
    assert lines[-1].count("13") == 2
    paper = Paper(made, language, tmp_path / "map.png", None)
    said = [getattr(block, "text", "") for block in reason_sections(paper)]
    assert sum("--study-limit 0" in one for one in said) == 4
    whole = Told(replace(made, cut=()), language)
    assert not any("--study-limit" in line for line in whole.headline())
