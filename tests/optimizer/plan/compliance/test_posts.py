from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from optimizer.plan.compliance.posts import fewest_posts, greedy_posts


@st.composite
def covers(draw: st.DrawFn) -> NDArray[np.bool_]:
    """Square covers in which every post serves its own site."""
    n = draw(st.integers(1, 7))
    bits = draw(st.lists(st.booleans(), min_size=n * n, max_size=n * n))
    cover: NDArray[np.bool_] = np.array(bits, dtype=bool).reshape(n, n) | np.eye(n, dtype=bool)
    return cover


def brute_force(cover: NDArray[np.bool_]) -> int:
    n = len(cover)
    for size in range(1, n + 1):
        if any(cover[:, list(chosen)].any(axis=1).all() for chosen in combinations(range(n), size)):
            return size
    raise AssertionError("every site serves itself")


@settings(max_examples=25, deadline=None)
@given(covers())
def test_as_few_as_brute_force_finds_and_every_site_served(cover: NDArray[np.bool_]) -> None:
    posts = fewest_posts(cover)
    assert posts.fewest
    assert len(posts.chosen) == brute_force(cover)
    assert cover[np.arange(len(cover)), posts.serves].all()
    assert set(posts.serves) <= set(posts.chosen)
    assert (posts.serves[posts.chosen] == posts.chosen).all()


@given(covers())
def test_the_greedy_choice_serves_every_site(cover: NDArray[np.bool_]) -> None:
    assert cover[:, greedy_posts(cover)].any(axis=1).all()


def test_where_time_runs_out_the_choice_is_not_called_the_fewest() -> None:
    place = np.random.default_rng(7).random((300, 2))
    cover = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) < 0.12
    posts = fewest_posts(cover, time_limit_s=0.001)
    assert not posts.fewest
    assert cover[np.arange(300), posts.serves].all()
