"""The random field has the correlation that it states, at its points and not only at its nodes."""

import numpy as np
import pytest

from network.random_field import MOST_NODES, RandomField


def covariance(field):
    """(k, k) what the field's draws have by construction: W (L_x L_xᵀ ⊗ L_y L_yᵀ) Wᵀ."""
    a, b = len(field.root_x), len(field.root_y)
    nodes = np.kron(field.root_x @ field.root_x.T, field.root_y @ field.root_y.T)
    weights = np.zeros((len(field.node), a * b))
    for place, step in enumerate((0, 1, b, b + 1)):
        weights[np.arange(len(field.node)), field.node + step] = field.weight[:, place]
    return weights @ nodes @ weights.T


def stated(points, correlation_m):
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return np.exp(-((apart / correlation_m) ** 2) / 2)


def test_its_variance_is_one_and_its_correlation_as_stated():
    points = np.random.default_rng(4).uniform(-4000, 9000, (150, 2))
    found = covariance(RandomField.over(points, 3000.0))
    assert np.allclose(np.diag(found), 1, atol=1e-6)
    assert np.abs(found - stated(points, 3000.0)).max() < 0.03


def test_a_draw_is_what_the_construction_says():
    points = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 4000.0], [9000.0, 0.0]])
    field = RandomField.over(points, 2000.0)
    draws = np.array([field.draw(np.random.default_rng([1, number])) for number in range(20_000)])
    # exp(−1000² / (2 · 2000²)) = exp(−1/8); exp(−4000² / (2 · 2000²)) = exp(−2)
    correlation = np.corrcoef(draws.T)
    assert correlation[0, 1] == pytest.approx(np.exp(-1 / 8), abs=0.03)
    assert correlation[1, 2] == pytest.approx(np.exp(-2), abs=0.03)
    assert abs(correlation[0, 3]) < 0.03
    assert draws.std(axis=0) == pytest.approx(np.ones(4), abs=0.03)


def test_nodes_are_bounded_however_short_the_length():
    points = np.array([[0.0, 0.0], [100_000.0, 50_000.0]])
    field = RandomField.over(points, 1.0)
    assert len(field.root_x) <= MOST_NODES
    assert np.isfinite(field.draw(np.random.default_rng(0))).all()


def test_one_point_and_none():
    assert RandomField.over(np.zeros((1, 2)), 100.0).draw(np.random.default_rng(0)).shape == (1,)
    assert RandomField.over(np.empty((0, 2)), 100.0).draw(np.random.default_rng(0)).shape == (0,)


@pytest.mark.parametrize("length", [0.0, -5.0, float("nan")])
def test_a_length_that_is_none_is_refused(length):
    with pytest.raises(ValueError, match="correlation_m"):
        RandomField.over(np.zeros((1, 2)), length)
