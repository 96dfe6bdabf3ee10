"""People to shelters: held against every way of sending whole people, and by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.dispatch.evacuation import evacuate, person_minutes
from optimizer.models.dispatch.evacuation_problem import EvacuationProblem

FAR = np.inf


def problem(people, room, minutes, weight=None, split_min=30.0):
    people, room = np.array(people), np.array(room)
    weight = np.ones(len(people)) if weight is None else np.array(weight, dtype=float)
    places, shelters = (tuple(f"{letter}{n}" for n in range(len(of))) for letter, of in (("V", people), ("S", room)))
    return EvacuationProblem(places, shelters, people, weight, room, np.array(minutes, dtype=float), split_min)


def best_of_all(asked):
    """Least weight without a shelter, and least person-minutes then, over every way of sending whole people."""
    shelters = len(asked.room)
    shares = [
        [one for one in itertools.product(range(people + 1), repeat=shelters) if sum(one) <= people]
        for people in asked.people
    ]
    values = []
    for chosen in itertools.product(*shares):
        sent = np.array(chosen)
        if (sent.sum(axis=0) > asked.room).any() or (sent[~np.isfinite(asked.minutes)] > 0).any():
            continue
        values.append((float(asked.weight @ (asked.people - sent.sum(axis=1))), person_minutes(asked, sent)))
    return min(values)


@st.composite
def small(draw):
    places, shelters = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    minutes = st.one_of(st.integers(0, 60), st.just(FAR))
    rows = [[draw(minutes) for _ in range(shelters)] for _ in range(places)]
    people = [draw(st.integers(0, 4)) for _ in range(places)]
    room = [draw(st.integers(0, 6)) for _ in range(shelters)]
    weight = [draw(st.sampled_from([1.0, 2.0, 4.0])) for _ in range(places)]
    return problem(people, room, rows, weight, draw(st.sampled_from([0.0, 5.0, 30.0])))


@settings(max_examples=80, deadline=None)
@given(small())
def test_no_way_of_sending_people_is_better(asked):
    found = evacuate(asked)
    unsheltered, minutes = best_of_all(asked)
    assert found.unsheltered == pytest.approx(unsheltered)
    assert found.person_minutes == pytest.approx(minutes)
    assert found.proven
    assert found.bound <= minutes + 1e-6


@settings(max_examples=80, deadline=None)
@given(small())
def test_people_are_whole_and_counted_once(asked):
    found = evacuate(asked)
    assert (found.sent >= 0).all()
    assert (found.sent.sum(axis=0) <= asked.room).all()
    assert (found.sent.sum(axis=1) + found.left == asked.people).all()
    assert not found.sent[~np.isfinite(asked.minutes)].any()


@settings(max_examples=50, deadline=None)
@given(small(), st.integers(1, 4))
def test_more_room_leaves_nobody_more_outside(asked, more):
    roomier = problem(asked.people, asked.room + more, asked.minutes, asked.weight, asked.split_min)
    assert evacuate(roomier).unsheltered <= evacuate(asked).unsheltered + 1e-9


@settings(max_examples=50, deadline=None)
@given(small())
def test_order_of_places_changes_nothing(asked):
    turned = problem(
        asked.people[::-1], asked.room[::-1], asked.minutes[::-1, ::-1], asked.weight[::-1], asked.split_min
    )
    one, other = evacuate(asked), evacuate(turned)
    assert (one.unsheltered, one.person_minutes) == pytest.approx((other.unsheltered, other.person_minutes))


def test_nearest_shelter_by_hand():
    found = evacuate(problem([100, 50], [120, 60], [[10, 20], [12, 15]]))
    # V0 whole to the near S0, V1 whole to S1: 100 x 10 + 50 x 15
    assert found.sent.tolist() == [[100, 0], [0, 50]]
    assert found.person_minutes == 100 * 10 + 50 * 15


def test_place_is_kept_together_unless_it_is_much_farther():
    # Split: 60 x 5 + 40 x 25 + 30 x 100 = 4300 against 100 x 25 = 2500 in the large shelter.
    together = problem([100], [60, 100], [[5, 25]])
    assert evacuate(together).sent.tolist() == [[0, 100]]
    # With 5 minutes for keeping together the split costs 1300 + 500.
    apart = problem([100], [60, 100], [[5, 25]], split_min=5.0)
    assert evacuate(apart).sent.tolist() == [[60, 40]]
    assert evacuate(apart).person_minutes == 60 * 5 + 40 * 25 + 5 * 100


def test_those_of_more_weight_come_first_and_the_rest_is_told():
    found = evacuate(problem([30, 30, 10], [40], [[5], [50], [FAR]], [1.0, 4.0, 9.0]))
    assert found.sent.ravel().tolist() == [10, 30, 0]
    assert found.left.tolist() == [20, 0, 10]
    assert found.unsheltered == 20 * 1 + 10 * 9
    assert found.cut_off.tolist() == [False, False, True]


def test_nowhere_to_go():
    found = evacuate(problem([5, 7], [], np.zeros((2, 0))))
    assert found.left.tolist() == [5, 7]
    assert found.cut_off.all()
    assert found.person_minutes == found.bound == 0


def district(seed, places=120, shelters=40, share=0.9):
    """Draw a district whose shelters take in a share of those who must leave."""
    draw = np.random.default_rng(seed)
    at, to = draw.uniform(0, 40, (places, 2)), draw.uniform(0, 40, (shelters, 2))
    minutes = np.hypot(*(at[:, None] - to[None]).transpose(2, 0, 1)) * 2
    minutes[draw.random(minutes.shape) < 0.3] = FAR
    people = draw.integers(20, 400, places)
    room = draw.dirichlet(np.ones(shelters) * 3) * people.sum() * share
    return problem(people, room.astype(int), minutes, draw.choice([1.0, 2.0, 4.0], places))


def test_time_limit_gives_a_whole_plan_with_its_bound():
    asked = district(1)
    found = evacuate(asked, time_limit_s=0.6)
    assert (found.sent.sum(axis=1) + found.left == asked.people).all()
    assert (found.sent.sum(axis=0) <= asked.room).all()
    assert found.bound <= found.person_minutes
    assert found.proven == (found.gap == 0.0)


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"people below 0: V0; weight not above 0: V1; room below 0: S0; minutes.*V1"):
        problem([-1, 2], [-3], [[1.0], [np.nan]], [1.0, np.nan])
    with pytest.raises(ValueError, match="split_min"):
        problem([1], [1], [[1.0]], split_min=-1.0)
    with pytest.raises(ValueError, match=r"minutes is \(1, 2\), not \(1, 1\)"):
        problem([1], [1], [[1.0, 2.0]])


def test_what_the_first_layer_may_give_is_no_gap():
    # Three people of weight 4 stay outside; the last place has one person one minute away.
    found = evacuate(problem([0, 1, 3], [0, 1], [[0, FAR], [FAR, 1], [0, FAR]], [1.0, 1.0, 4.0], split_min=0.0))
    assert (found.unsheltered, found.person_minutes, found.proven) == (12.0, 1.0, True)
