"""Small random problems whose every siting can be tried, and what two models make of them."""

import itertools
from functools import partial

import numpy as np
from scipy.sparse import csr_array

from optimizer.models.siting.least_losses import least_losses
from optimizer.models.siting.losses import losses_of_cover, losses_of_times
from optimizer.models.siting.openings import Group
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import Programme
from optimizer.models.siting.solution import SitingSolution, nearest_open, status_of

median = partial(solve_p_median, time_limit_s=20.0)


def losses_of_limits(problem):
    return losses_of_cover(problem, problem.times_min <= problem.limit_min)


def covering(problem):
    """Fewest people without cover: a second model, to show that nothing depends on the first."""
    losses = losses_of_limits(problem)
    found = least_losses(losses, problem, time_limit_s=20.0)
    return SitingSolution(
        model="covering",
        problem=problem,
        opened=found.opened,
        value=found.value,
        bound=found.bound,
        unit="people",
        server=nearest_open(problem, found.opened),
        scenario_losses=losses.of(found.opened),
        status=status_of(found.value, found.bound),
        seconds=0.0,
    )


def cheapest_cover(problem):
    """Least opening cost that covers everybody: a model whose value is money."""
    programme = Programme()
    opened = programme.openings(problem.openings)
    programme.cost_of(opened, problem.openings.open_cost - problem.openings.close_cost)
    covers = (problem.times_min <= problem.limit_min)[problem.weight > 0]
    if len(covers):
        programme.rows([(opened, csr_array(covers.astype(float)))], lower=1.0)
    chosen = programme.minimise(time_limit_s=20.0).values[opened] > 0.5
    cost = problem.openings.cost(chosen)
    losses = np.full(problem.shape[0], cost)
    server = nearest_open(problem, chosen)
    return SitingSolution("cheapest", problem, chosen, cost, cost, "cny", server, losses, "proven", 0.0)


MODELS = {"median": (median, losses_of_times), "covering": (covering, losses_of_limits)}


def drawn(seed, *, scenarios=1, demand=8, sites=6, far=0.0, cut_off=None, **given):
    """Times from 1 to 29 minutes, weights and costs in whole numbers."""
    draw = np.random.default_rng(seed)
    times = draw.integers(1, 30, (scenarios, demand, sites)).astype(float)
    times[draw.random(times.shape) < far] = np.inf
    return siting_problem(
        times,
        weight=draw.integers(0, 9, (scenarios, demand)),
        probability=draw.integers(1, 5, scenarios),
        limit_min=12.0,
        cut_off_min=cut_off,
        open_cost=draw.integers(2, 9, sites).astype(float),
        **given,
    )


def every_siting(sites):
    return [np.array(bits) for bits in itertools.product([False, True], repeat=sites)]


def allowed_sitings(problem):
    return [one for one in every_siting(problem.openings.size) if problem.openings.allow(one)]


def options(seed):
    """Every way to restrict the openings of six sites."""
    draw = np.random.default_rng(seed)
    some = np.zeros(6, dtype=bool)
    some[draw.integers(6)] = True
    other = np.roll(some, 1)
    cost = draw.integers(1, 9, 6).astype(float)
    town = np.zeros(6, dtype=bool)
    town[:3] = True
    return {
        "number": {"number": 2},
        "fixed": {"number": 3, "fixed": some},
        "forbidden": {"number": 2, "forbidden": some},
        "fixed and forbidden": {"number": 2, "fixed": some, "forbidden": other},
        "not counted": {"number": 1, "counted": ~some},
        "budget": {"budget": 9.0, "open_cost": cost},
        "closable": {"budget": 12.0, "open_cost": cost, "close_cost": np.where(some, 3.0, 0.0)},
        "group": {"number": 2, "groups": [Group("town", town, 1)]},
        "groups and budget": {"number": 3, "budget": 14.0, "open_cost": cost, "groups": [Group("town", town, 2)]},
        "nothing": {},
    }


def value_of(problem, opened, losses_of, measure=True):
    """The measure, or (K,) losses, of a siting; infinite where something is out of reach."""
    losses = losses_of(problem).of(opened)
    return problem.measure.of(losses, problem.probability) if measure else losses


def all_values(problem, losses_of):
    """Every allowed siting that serves all it must, with its value."""
    losses = losses_of(problem)
    sitings = [one for one in every_siting(problem.openings.size) if problem.openings.allow(one)]
    with np.errstate(invalid="ignore"):
        values = [problem.measure.of(losses.of(one), problem.probability) for one in sitings]
    return [(one, value) for one, value in zip(sitings, values, strict=True) if np.isfinite(value)]
