"""What follows from chance is arithmetic: more intensity never closes, hits or loses less."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from optimizer.events.centres import Around, Centre
from optimizer.events.ground import Ground
from optimizer.events.sizes import Magnitude, SizeCurve
from optimizer.events.striking import Chance, Striking, share_at
from optimizer.region.events import Effect

CURVE = (Effect(intensity=1, share=0.1), Effect(intensity=3, share=0.5))


@pytest.fixture
def quake(plain, only_kind):
    region = plain(only_kind("quake"))
    ground = Ground.of(region, region.events.slopes)
    return Striking.of(region.events.events[0], region, ground)


def chance_of(striking, intensity, seed=0, at=(0.0, 0.0), reach_m=20_000.0):
    rng = np.random.default_rng(seed)
    size = Magnitude(intensity, reach_m, 10.0, or_more=False)
    return Chance(
        Centre(np.array(at), ""), size, 0, 12, striking.field.draw(rng), rng.standard_normal(striking.structures.count)
    )


def failing(striking, chance):
    return set(striking.failing(striking.intensity(chance)[0], chance.own).tolist())


class TestCurves:
    def test_between_points_below_and_beyond(self):
        shares = share_at(CURVE, np.array([0.0, 0.99, 1.0, 2.0, 3.0, 9.0]))
        assert shares == pytest.approx([0, 0, 0.1, 0.3, 0.5, 0.5])
        assert share_at((), np.array([5.0])) == pytest.approx([0])

    @given(st.floats(0, 10), st.floats(0, 10))
    def test_more_is_never_less(self, one, other):
        low, high = share_at(CURVE, np.array(sorted((one, other))))
        assert low <= high


class TestSizes:
    # Intensity 1, 3, 5 and reach 3, 6, 9 km at 2, 20, 200 years: linear in the logarithm.
    CURVE = SizeCurve(np.log([2, 20, 200]), np.array([1.0, 3.0, 5.0]), np.array([3000.0, 6000.0, 9000.0]))

    def test_half_way_in_the_logarithm(self):
        size = self.CURVE.at_return_period(np.sqrt(2 * 20))
        assert (size.intensity, size.reach_m, size.or_more) == (pytest.approx(2), pytest.approx(4500), False)

    def test_beyond_the_points(self):
        size = self.CURVE.at_return_period(5000)
        assert (size.intensity, size.reach_m, size.or_more) == (5, 9000, True)
        assert size.return_period_years == pytest.approx(200)
        assert self.CURVE.at_return_period(0.5).intensity == 1

    @given(st.floats(2, 200))
    def test_there_and_back(self, years):
        size = self.CURVE.at_intensity(self.CURVE.at_return_period(years).intensity)
        assert size.return_period_years == pytest.approx(years, rel=1e-6)

    def test_an_intensity_that_is_known_is_kept(self):
        size = self.CURVE.at_intensity(7.5)
        assert (size.intensity, size.reach_m, size.or_more) == (7.5, 9000, True)
        flat = replace(self.CURVE, intensity=np.array([1.0, 3.0, 3.0]))
        assert flat.at_intensity(3.0).return_period_years == pytest.approx(200)


class TestIntensity:
    def test_it_falls_off_as_a_parabola_and_ends_at_its_reach(self, quake):
        chance = replace(chance_of(quake, 2.0, reach_m=4000.0), common=np.zeros(len(quake.field.node)))
        at_structures, at_sites = quake.intensity(chance)
        middle = np.linalg.norm(quake.structures.middle, axis=1)
        assert at_structures == pytest.approx(2 * np.maximum(1 - (middle / 4000) ** 2, 0))
        assert (at_structures > 0).any()
        assert (at_structures[middle >= 4000] == 0).all()
        away = np.linalg.norm(quake.site_at, axis=1)
        assert at_sites == pytest.approx(2 * np.maximum(1 - (away / 4000) ** 2, 0))

    def test_chance_multiplies_it(self, quake):
        chance = chance_of(quake, 2.0)
        plain = quake.intensity(replace(chance, common=np.zeros_like(chance.common)))[0]
        # scatter 0.5
        assert quake.intensity(chance)[0] == pytest.approx(plain * np.exp(0.5 * chance.common[: len(plain)]))

    @given(small=st.floats(0.01, 2), more=st.floats(1, 5), seed=st.integers(0, 50))
    def test_more_intensity_closes_no_less(self, made_quake, small, more, seed):
        little, large = (chance_of(made_quake, size, seed) for size in (small, small * more))
        assert failing(made_quake, little) <= failing(made_quake, large)
        for one, other in zip(made_quake.intensity(little), made_quake.intensity(large), strict=True):
            assert (one <= other).all()

    def test_structures_fail_as_often_as_their_fragility_says(self, quake):
        felt = np.full(quake.structures.count, 0.3)
        rng = np.random.default_rng(1)
        often = np.mean(
            [np.isin(np.arange(len(felt)), quake.failing(felt, rng.standard_normal(len(felt)))) for _ in range(3000)]
        )
        # Bridges and slopes alike: median 0.4, beta 0.6
        assert often == pytest.approx(norm.cdf(np.log(0.3 / 0.4) / 0.6), abs=0.01)

    def test_only_structures_with_a_fragility_are_held(self, quake):
        assert set(quake.structures.kind.tolist()) == {0, 2}


@pytest.fixture(scope="module")
def made_quake(tmp_path_factory):
    """The same kind once for all of hypothesis's examples, on structures in a row."""
    from network.plane import Plane
    from network.random_field import RandomField
    from network.structures import Structures

    middle = np.column_stack([np.linspace(0, 15_000, 60), np.zeros(60)])
    structures = Structures(
        np.zeros(60, dtype=np.int8), np.arange(60, dtype=np.int32), np.arange(61), middle, Plane(0, 0), 60
    )
    site_at = np.array([[100.0, 0.0], [9000.0, 0.0]])

    class Kind:
        scatter = 0.5

    return Striking(
        kind=Kind(),
        structures=structures,
        log_median=np.full(60, np.log(0.4)),
        beta=np.full(60, 0.6),
        exposed=np.array([True, True]),
        site_at=site_at,
        field=RandomField.over(np.concatenate([middle, site_at]), 2000.0),
        sizes=TestSizes.CURVE,
        sources=(),
        weights=np.empty(0),
        past=None,
    )


def test_around_a_point_is_within_its_radius_and_evenly_so():
    around = Around(np.array([[0.0, 0.0], [10_000.0, 0.0]]), ("a", "b"), 1000.0)
    rng = np.random.default_rng(2)
    centres = [around.draw(rng, "en") for _ in range(2000)]
    home = {"a": np.zeros(2), "b": np.array([10_000.0, 0.0])}
    away = np.array([np.linalg.norm(centre.at - home[centre.place]) for centre in centres])
    assert away.max() <= 1000
    assert (away < 500).mean() == pytest.approx(1 / 4, abs=0.04)  # a quarter of the area
    assert np.mean([centre.place == "a" for centre in centres]) == pytest.approx(0.5, abs=0.05)
