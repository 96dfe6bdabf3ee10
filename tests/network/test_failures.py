"""Random failures: as often as stated, together when near, the same whoever draws them."""

import pickle

import numpy as np
import pytest

from network.failures import FailureModel
from network.osm import read_osm

DRAWS = 4000


@pytest.fixture
def pairs(make_network):
    """Three bridges in a row, 300 m and 33 km apart, with roads between that do not fail."""
    lon = [0.0, 0.001, 0.003, 0.004, 0.3, 0.301]
    tail, head = [0, 1, 2, 3, 4, 5, 1, 3], [1, 0, 3, 2, 5, 4, 2, 4]
    way = [1, 1, 2, 2, 3, 3, 4, 5]
    return make_network(lon, np.zeros(6), tail, head, way_id=way, bridge=[1, 1, 1, 1, 1, 1, 0, 0])


def closed(model, count=DRAWS):
    """(count, 8) which links are closed in which draw."""
    mask = np.zeros((count, 8), dtype=bool)
    for number in range(count):
        mask[number, model.closed_links(number)] = True
    return mask


def model_of(network, share=0.8, seed=7, **probabilities):
    return FailureModel.of(network, probabilities, correlation_m=2000.0, common_share=share, seed=seed)


def test_each_fails_as_often_as_stated(pairs):
    often = closed(model_of(pairs, bridge=0.2)).mean(axis=0)
    # Four standard errors: 4 · √(0.2 · 0.8 / 4000) = 0.025
    assert often[:6] == pytest.approx(np.full(6, 0.2), abs=0.025)
    assert often[6:].tolist() == [0, 0]


def test_near_ones_fail_together_far_ones_for_themselves(pairs):
    mask = closed(model_of(pairs, bridge=0.2))
    near, far = (mask[:, 0] & mask[:, 2]).mean(), (mask[:, 0] & mask[:, 4]).mean()
    assert far == pytest.approx(0.2 * 0.2, abs=0.013)
    assert near > 3 * far
    alone = closed(model_of(pairs, share=0.0, bridge=0.2))
    assert (alone[:, 0] & alone[:, 2]).mean() == pytest.approx(0.2 * 0.2, abs=0.013)


def test_both_directions_fail_together(pairs):
    mask = closed(model_of(pairs, bridge=0.3, plain=0.3), 500)
    assert (mask[:, 0:6:2] == mask[:, 1:6:2]).all()


def test_a_number_is_the_same_draw_in_any_order_and_process(pairs):
    model = model_of(pairs, bridge=0.5)
    forward = [model.closed_links(number).tolist() for number in range(20)]
    again = pickle.loads(pickle.dumps(model))
    assert [again.closed_links(number).tolist() for number in reversed(range(20))] == forward[::-1]
    assert [model_of(pairs, seed=8, bridge=0.5).closed_links(number).tolist() for number in range(20)] != forward
    assert model.closed_links(0).dtype == np.int32


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_never_and_always(pairs, probability):
    mask = closed(model_of(pairs, bridge=probability), 20)
    assert (mask[:, :6] == bool(probability)).all()


def test_more_probability_closes_no_less(pairs):
    little, more = model_of(pairs, bridge=0.1), model_of(pairs, bridge=0.4)
    assert all(set(little.closed_links(n)) <= set(more.closed_links(n)) for n in range(200))


def test_what_makes_no_sense_is_refused(pairs):
    with pytest.raises(ValueError, match="no kinds of structure"):
        model_of(pairs, viaduct=0.1)
    with pytest.raises(ValueError, match="not from 0 to 1"):
        model_of(pairs, bridge=1.5)
    with pytest.raises(ValueError, match="common_share"):
        model_of(pairs, share=-0.1, bridge=0.5)


def test_real_roads(real_extract):
    network = read_osm(real_extract)
    model = FailureModel.of(network, {"bridge": 0.1, "plain": 0.002}, correlation_m=3000.0, common_share=0.5, seed=1)
    count = [len(model.closed_links(number)) for number in range(200)]
    probability = np.where(network.bridge, 0.1, np.where(network.tunnel, 0.0, 0.002))
    assert np.mean(count) == pytest.approx(probability.sum(), rel=0.25)
