"""A line of a benchmark's result, measured in a process of its own, so that its peak memory is its own."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Row:
    """One engine on one case.

    Attributes
    ----------
    case, engine : str
    seconds, peak_mb : float
    value, bound : float, optional
        What was found, and what is proven of it.
    reference : float, optional
        What the peer found, or what is known of the case.
    ratio : float, optional
        The peer's seconds over this engine's.
    sites : str
        Those chosen, 1-based, with spaces between; empty where none are.
    exact : bool, optional
        Every answer equalled the oracle's.
    """

    case: str
    engine: str
    seconds: float
    peak_mb: float
    value: float | None = None
    bound: float | None = None
    reference: float | None = None
    ratio: float | None = None
    sites: str = ""
    exact: bool | None = None


@dataclass(frozen=True)
class Measured(Generic[Answer]):
    """An answer with what it cost."""

    answer: Answer
    seconds: float
    peak_mb: float


def in_process(work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Measured[Answer]:
    """Run ``work`` in a fresh process; the seconds include what it loads, so that it had better time its own parts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, args, kwargs).result()


def _measured(work: Callable[..., Answer], args: tuple[object, ...], kwargs: dict[str, object]) -> Measured[Answer]:
    began = time.perf_counter()
    answer = work(*args, **kwargs)
    seconds = time.perf_counter() - began
    return Measured(answer, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
