"""Draw scenarios at random from the kinds of events of a region.

All kinds together come λ = Σ λ_k times a year. N draws stand for N equal parts of that: each has the annual probability
λ / N, and those of all add up to λ. A draw is of kind k with probability λ_k / λ; its size is that of a random event of
the kind. Nothing is weighted afterwards: rare events are drawn as rarely as they come.

Draw n of a seed depends on the two alone, so that any may be drawn anywhere, in any order. Kind and size follow an
additive recurrence, (shift + n · (1/ρ, 1/ρ²)) mod 1 with ρ³ = ρ + 1, shifted at random by the seed (Roberts 2018;
Cranley and Patterson 1976): each draw is uniform, and together they lie more evenly than independent ones, so that
few draws show large and small events of all kinds as often as they should. All else is drawn independently by
``default_rng([seed, n])``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.problem import Problem, ProblemsError
from network.words import Language, Phrase
from optimizer.events.centres import Centre
from optimizer.events.ground import Ground
from optimizer.events.scenario import scenario_of
from optimizer.events.striking import Chance, PastEvents, Striking
from optimizer.progress import Progress, silent
from optimizer.region.events import Hours
from optimizer.region.region import Region
from optimizer.region.scenarios import Drawn, Scenario, ScenarioFile
from optimizer.region.schema import SCHEMA_VERSION
from optimizer.region.selection import SETTLEMENTS

_RHO = 1.324717957244746
"""Real root of ρ³ = ρ + 1."""


@dataclass(frozen=True)
class EventModel:
    """All kinds of events of a region, ready to be drawn from; made of arrays, so that it goes to other processes.

    Attributes
    ----------
    ground : Ground
    kinds : tuple of Striking
    up_to : (q,) float64
        Their annual rates, summed up and divided by the whole.
    annual_rate : float
        Events a year, all kinds together.
    """

    ground: Ground
    kinds: tuple[Striking, ...]
    up_to: NDArray[np.float64]
    annual_rate: float

    @classmethod
    def of(cls, region: Region) -> EventModel:
        """Prepare the events of ``region``.

        Raises
        ------
        ProblemsError
            The region has no ``events.yaml``, or no village or community that an event could hit.
        """
        if region.events is None:
            raise ProblemsError([_problem("no_events", "events.yaml")])
        ground = Ground.of(region, region.events.slopes)
        if not ground.sites["kind"].isin(SETTLEMENTS).any():
            raise ProblemsError([_problem("no_settlements")])
        kinds = tuple(Striking.of(kind, region, ground) for kind in region.events.events)
        rates = np.cumsum([kind.annual_rate for kind in kinds])
        return cls(ground, kinds, rates / rates[-1], float(rates[-1]))


def draw_event(model: EventModel, seed: int, number: int, draws: int, language: Language = "zh") -> Scenario:
    """Draw one event.

    Parameters
    ----------
    model : EventModel
    seed : int
        Not negative.
    number : int
        Which draw: 0, 1, …
    draws : int
        How many there are in all; the scenario's annual probability is the annual rate over it.
    language : {"zh", "en"}
        Of names and places that are told in one language.

    Raises
    ------
    ProblemsError
        Events come more than ``draws`` times a year.
    """
    probability = model.annual_rate / draws
    if probability > 1:
        rate = f"{model.annual_rate:.3g}"
        raise ProblemsError([_problem("too_few_draws", value=draws, rate=rate, least=int(np.ceil(model.annual_rate)))])
    share_of_kind, share_of_size = _even(seed, number)
    kind = model.kinds[int(np.searchsorted(model.up_to, share_of_kind, side="right"))]
    chance = _chance(kind, np.random.default_rng([seed, number]), share_of_size, language)
    return scenario_of(kind, model.ground, chance, number, probability, language)


def draw_scenarios(
    region: Region, draws: int, seed: int, language: Language = "zh", *, progress: Progress = silent
) -> ScenarioFile:
    """Draw events 0 to ``draws`` − 1 of a seed; see :func:`draw_event`."""
    progress(Phrase("optimizer.events.preparing"), 0.0)
    model = EventModel.of(region)
    scenarios = []
    for number in range(draws):
        progress(Phrase("optimizer.events.drawing", number=number + 1, draws=draws), number / draws)
        scenarios.append(draw_event(model, seed, number, draws, language))
    return ScenarioFile(
        schema_version=SCHEMA_VERSION,
        drawn=Drawn(seed=seed, draws=draws, annual_rate=model.annual_rate),
        scenarios=tuple(scenarios),
    )


def _even(seed: int, number: int) -> tuple[float, float]:
    """Two numbers on [0, 1), evenly spread over the numbers of a seed."""
    one, other = (np.random.default_rng(seed).random(2) + number * np.array([1 / _RHO, 1 / _RHO**2])) % 1.0
    return float(one), float(other)


def _chance(kind: Striking, rng: np.random.Generator, share_of_size: float, language: Language) -> Chance:
    """Draw all that is random of one event; ``share_of_size`` of the kind's events are smaller."""
    past = _taken_from_past(kind, rng)
    if past is not None:
        row = int(share_of_size * len(past.magnitudes))
        magnitude, hour = past.magnitudes[row], past.hours[row]
        assert kind.kind.past is not None
        centre = Centre(past.around[row] + kind.kind.past.spread_m * rng.standard_normal(2), past.names[row])
    else:
        assert kind.kind.annual_rate is not None
        magnitude, hour = kind.sizes.at_return_period(1 / (kind.kind.annual_rate * (1 - share_of_size))), np.nan
        source = kind.sources[int(rng.choice(len(kind.sources), p=kind.weights))]
        centre = source.draw(rng, language)
    drawn_hour = _hour(kind.kind.hours, rng)
    return Chance(
        centre=centre,
        magnitude=magnitude,
        season=int(rng.choice(len(kind.kind.seasons), p=_shares(kind))),
        hour=drawn_hour if np.isnan(hour) else int(hour),
        common=kind.field.draw(rng),
        own=rng.standard_normal(kind.structures.count),
    )


def _taken_from_past(kind: Striking, rng: np.random.Generator) -> PastEvents | None:
    """Past events, where this one is drawn from them: always, never, or in proportion to the rates."""
    if kind.past is None or kind.kind.basis == "stated":
        return None
    stated = kind.kind.annual_rate if kind.kind.basis == "both" and kind.kind.annual_rate is not None else 0.0
    counted = kind.past.annual_rate
    return kind.past if rng.random() * (stated + counted) < counted else None


def _shares(kind: Striking) -> NDArray[np.float64]:
    shares = np.array([season.share for season in kind.kind.seasons])
    exact: NDArray[np.float64] = shares / shares.sum()
    return exact


def _hour(hours: Hours, rng: np.random.Generator) -> int:
    """Draw night or day, then an hour of it."""
    dark = rng.random() < hours.night_share
    return int(rng.choice([hour for hour in range(24) if hours.is_night(hour) == dark]))


def _problem(words: str, file: str | None = None, *, value: object = None, **values: object) -> Problem:
    what, mend = Phrase(f"optimizer.events.{words}", **values), Phrase(f"optimizer.events.{words}_mend", **values)
    return Problem(what, mend, file, value=value)
