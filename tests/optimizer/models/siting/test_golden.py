"""The programme of every model on a tiny instance, as HiGHS writes it, is the one stored in ``golden/``.

A changed formulation shows there line by line. The numbers are worked out beside each instance. To store a changed one,
run with ``WRITE_GOLDEN=1`` and read what changed before it is kept.
"""

import os
from pathlib import Path

import highspy
import numpy as np
import pytest

from optimizer.models.siting import cover_within, maximal_covering
from optimizer.models.siting.levels import NestedLevels
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.median_tree import Proven
from optimizer.models.siting.openings import Group, openings
from optimizer.models.siting.packed_covers import packed_covers
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import Programme
from optimizer.models.siting.site import site
from optimizer.models.siting.sizes import building_sizes

GOLDEN = Path(__file__).parent / "golden"

# Minutes to the places 1, 2 and 3 from the sites a, b and c, and people.
TIMES = [[4.0, 9.0, 7.0], [8.0, 2.0, 3.0], [6.0, 5.0, 1.0]]
PEOPLE = [100, 10, 20]
SITES = ("a", "b", "c")
OPENED = [f"y_{j}" for j in SITES]
# With b's road cut in the second of two scenarios.
CUT = [TIMES, [[4.0, np.inf, 7.0], [8.0, np.inf, 3.0], [6.0, np.inf, 1.0]]]


@pytest.fixture
def stated(monkeypatch, tmp_path):
    """Keeps what every programme states when it is solved."""
    kept = []
    solve = Programme.minimise

    def keeping(programme, **how):
        kept.append(programme.stated(relaxed=how.get("relaxed", False))[0])
        return solve(programme, **how)

    monkeypatch.setattr(Programme, "minimise", keeping)
    return kept


def assert_golden(name, lp, columns, tmp_path):
    lp.col_names_ = columns
    assert len(columns) == lp.num_col_
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.writeModel(str(tmp_path / "found.lp"))
    found = (tmp_path / "found.lp").read_text(encoding="utf-8")
    path = GOLDEN / f"{name}.lp"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(found, encoding="utf-8", newline="\n")
    assert found == path.read_text(encoding="utf-8")


def asked(times=TIMES, **given):
    return {"times_min": times, "site_ids": SITES, **given}


def test_openings(tmp_path):
    # number: b is not counted. budget: 30 a + 50 b + (40 − 7) c ≤ 90 − 7 + 0.000001 · 90. town: a or b, and not both.
    allowed = openings(
        SITES, number=1, counted=np.array([True, False, True]), budget=90.0, open_cost=[30.0, 50.0, 40.0],
        close_cost=[0.0, 0.0, 7.0], groups=[Group("town", np.array([True, True, False]), 1, 1)],
        fixed=np.array([False, True, False]),
    )  # fmt: skip
    programme = Programme()
    programme.openings(allowed)
    assert_golden("openings", programme.stated()[0], OPENED, tmp_path)


def test_set_covering(stated, tmp_path):
    # Within 5.5 minutes: 1 by a; 2 by b and c; 3 by b and c, asked once. What opening costs less closing: 3 − 1 = 2
    # for a; closing all costs 1.
    site(**asked(model="set-covering", limit_min=5.5, open_cost=[3.0, 5.0, 4.0], close_cost=[1.0, 0.0, 0.0]))
    assert_golden("set_covering", stated[-1], OPENED, tmp_path)


def test_maximal_covering(stated, tmp_path):
    # Within 5.5 minutes: 1 by a (100 people); 2 and 3 by b and c, one class of 10 + 20.
    problem = siting_problem(**asked(weight=PEOPLE, limit_min=5.5, number=1))
    start = Proven(np.array([True, False, False]), 30.0, 0.0, True, np.ones(3, dtype=bool))
    maximal_covering._by_programme(packed_covers(problem), problem, start, np.inf, 1, 0.0, None)
    assert_golden("maximal_covering", stated[-1], [*OPENED, "z_23", "z_1"], tmp_path)


def test_p_median(stated, tmp_path):
    # Place 1: 4 from a, 7 from c, 9 from b: (7 − 4) 100 = 300, (9 − 7) 100 = 200, and then nothing serves it: 0
    # allowed. Place 2: (3 − 2) 10, (8 − 3) 10. Place 3: (5 − 1) 20, (6 − 5) 20. At least 4 · 100 + 2 · 10 + 1 · 20 =
    # 440.
    site(**asked(model="p-median", weight=PEOPLE, budget=8.0, open_cost=[3.0, 5.0, 4.0]))
    steps = [f"z_{i}{k}" for i in (1, 2, 3) for k in range(3)]
    assert_golden("p_median", stated[-1], [*OPENED, *steps], tmp_path)


MEASURES = [Measure("worst"), Measure("regret", best=(500.0, 600.0)), Measure("cvar", 0.5)]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_measures(measure, stated, tmp_path):
    # Losses with all sites at hand 440; with b cut place 2 is 3 from c at best: 450. worst: w ≥ L_s. regret: w ≥ L_s
    # − L*_s, 440 − 500 and 450 − 600. cvar, of probabilities 1/4 and 3/4: η + (e_1 / 4 + 3 e_2 / 4) / 0.5, e_s ≥ L_s
    # − η. Steps with b cut: place 1 (7 − 4) 100, 2 (8 − 3) 10, 3 (6 − 1) 20.
    site(**asked(CUT, model="p-median", weight=PEOPLE, number=1, probability=[1, 3], measure=measure))
    steps = [f"z_{s}{i}{k}" for s, most in ((1, 3), (2, 2)) for i in (1, 2, 3) for k in range(most)]
    loss = ["eta", "e_1", "e_2"] if measure.name == "cvar" else ["w"]
    assert_golden(f"measure_{measure.name}", stated[-1], [*OPENED, *steps, *loss], tmp_path)


def test_p_center_cover_of_a_number(stated, tmp_path):
    # Within 5.5 minutes 1 by a, 2 and 3 by b and c; three places by two sites.
    rows = np.array([[True, False, False], [False, True, True]])
    assert cover_within._of_number(rows, 2, np.inf, 1) is not None
    assert_golden("p_center_cover", stated[-1], OPENED, tmp_path)


def test_p_center_steps(stated, tmp_path):
    # The longest times of a, b and c: 8, 9 and 7; in the second scenario 7, 8 and 9. Alone either loses 7, by c and
    # by a. So the first programme knows the step below 8 in the first scenario, that is 7, and the one below 9 in the
    # second, 8: z adds 8 − 7 = 1, and 9 − 7 = 2. CVaR as above, of even probabilities: η + e_1 + e_2.
    shifted = np.roll(TIMES, 1, axis=1)
    site(**asked([TIMES, shifted], model="p-center", weight=PEOPLE, number=1, measure=Measure("cvar", 0.5)))
    first = next(lp for lp in stated if lp.num_col_ == 3 + 2 + 3)
    assert_golden("p_center_steps", first, [*OPENED, "z_17", "z_28", "eta", "e_1", "e_2"], tmp_path)


def test_capacitated(stated, tmp_path):
    # A minute of a person costs 0.5: 4 · 0.5 · 100 = 200 for place 1 from a, 450 from b, 350 from c; place 2: 40, 10,
    # 15; place 3: 60, 50, 10. Sizes of 80 and 150 at 30 and 45: the larger holds 130 at most, what all want, and one
    # of it or two of the smaller are needed.
    sizes = building_sizes(np.array([[80.0, 150.0]] * 3), fixed_cost=np.array([[30.0, 45.0]] * 3))
    given = asked(model="capacitated", weight=PEOPLE, sizes=sizes, cost_per_minute=0.5, measure=Measure("worst"))
    site(**given)
    sized = [f"y_{j}{size}" for j in SITES for size in (80, 150)]
    served = [f"x_{i}{j}" for j in SITES for i in (1, 2, 3)]
    relaxed = next(lp for lp in stated if lp.num_col_ == 3 + 6 + 9 + 1)
    assert_golden("capacitated", relaxed, [*OPENED, *sized, *served, "w"], tmp_path)


def test_backup_covering(stated, tmp_path):
    # Pairs: a and c for place 1, b and c for place 2; 3 has none. Within 5.5 minutes 1 by a, so with its pair by c
    # too; 2 and 3 by b and c. Without backup a person counts 1, without cover 2 more: 100, 10, 20 and 200, 20, 40.
    pairs = [[0, 0, 0, 2], [0, 1, 1, 2]]
    site(**asked(model="backup-covering", weight=PEOPLE, limit_min=5.5, number=2, pairs=pairs))
    columns = ["x_ac", "x_bc", "v_1", "v_2", "v_3", "n_1", "n_2", "n_3"]
    assert_golden("backup_covering", stated[-1], [*OPENED, *columns], tmp_path)


def test_expected_covering(stated, tmp_path):
    # Busy 0.2: the first unit adds 0.8, the second 0.16. Place 1 by a: 80. Places 2 and 3 by b and c: 24, 4.8 and
    # 0.96. Two units at most at a site, three in all.
    site(**asked(model="expected-covering", weight=PEOPLE, limit_min=5.5, number=2, busy=0.2, units=2, fleet=3))
    units = [f"u_{j}" for j in SITES]
    assert_golden("expected_covering", stated[-1], [*OPENED, *units, "h_11", "h_12", "h_21", "h_22", "h_23"], tmp_path)


def test_nested_levels(stated, tmp_path):
    # Site a may be of any level, b of village or town, c village alone. Supply takes 10 minutes, 20 to a town depot,
    # and a minute of it counts 0.5 for all 130 people: 650 and 1300. Service: 400, 900, 700; 80, 20, 30; 120, 100,
    # 20. All weight that place 1 is: 100 / 130 = 0.769.
    levels = NestedLevels(
        (
            openings(SITES, open_cost=[1.0, 1.0, 1.0]),
            openings(SITES, open_cost=[2.0, 2.0, 2.0], forbidden=np.array([False, False, True])),
            openings(SITES, open_cost=[3.0, 3.0, 3.0], forbidden=np.array([False, True, True])),
        ),
        np.stack([np.full((3, 3), 10.0), np.full((3, 3), 20.0)]), 0.5, budget=6.0,
    )  # fmt: skip
    site(**asked(model="nested-levels", weight=PEOPLE, number=2, levels=levels))
    of_level = [f"y_{j}{level}" for level in (1, 2, 3) for j in SITES]
    served = [f"x_{i}{j}" for i in (1, 2, 3) for j in SITES]
    # Village depots a, b, c from others of town level or above, a and b, or these from themselves; town depot b from
    # a.
    rest = ["f_ab", "f_ba", "f_ca", "f_cb", "f_aa", "f_bb", "e_ba", "e_aa"]
    assert_golden("nested_levels", stated[-1], [*(f"o_{j}" for j in SITES), *of_level, *served, *rest], tmp_path)
