"""A line of a benchmark's result, measured in a process of its own, so that its peak memory is its own."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
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
    status : str
        What the engine says of its answer, or why it gave none.
    gap : float, optional
        Share of the value between it and the bound.
    reading_seconds : float, optional
        What reading the case took, which is not in ``seconds``.
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
    status: str = ""
    gap: float | None = None
    reading_seconds: float | None = None


@dataclass(frozen=True)
class Measured(Generic[Answer]):
    """An answer with what it cost."""

    answer: Answer
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Unfinished:
    """Work that was ended or failed: why, after how many seconds by the clock, at which peak."""

    why: str
    seconds: float
    peak_mb: float


def in_process(work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Measured[Answer]:
    """Run ``work`` in a fresh process; the seconds include what it loads, so that it had better time its own parts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, args, kwargs).result()


def within(
    limit_s: float, work: Callable[..., Answer], *args: object, most_mb: float | None = None
) -> Measured[Answer] | Unfinished:
    """Run ``work`` in a fresh process and end it, with all that it started, after ``limit_s`` seconds by the clock.

    Parameters
    ----------
    most_mb : float, optional
        Address space that it may take.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sending, work, args, most_mb))
    began = time.perf_counter()
    process.start()
    sending.close()
    try:
        if not receiving.poll(limit_s):
            return Unfinished(f"not finished in {limit_s:.0f} s", time.perf_counter() - began, peak_mb(process.pid))
        answer: Measured[Answer] | Unfinished = receiving.recv()
    except EOFError:
        return Unfinished("died", time.perf_counter() - began, 0.0)
    else:
        return answer
    finally:
        _end(process)


def peak_mb(process: int | None = None) -> float:
    """Peak resident memory of a process, this one without its number; of what it ran in turn nothing is counted.

    What the system counts for a process as used by itself begins with its parent's peak, so the kernel's own mark of
    its memory is read where there is one.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return float(marks[0]) / 1024 if marks else 0.0


def _measured(work: Callable[..., Answer], args: tuple[object, ...], kwargs: dict[str, object]) -> Measured[Answer]:
    began = time.perf_counter()
    answer = work(*args, **kwargs)
    seconds = time.perf_counter() - began
    return Measured(answer, seconds, peak_mb())


def _send(to: Connection, work: Callable[..., object], args: tuple[object, ...], most_mb: float | None) -> None:
    """Lead a process group of one's own, so that it can be ended whole, and send back what comes of the work."""
    os.setsid()
    if most_mb is not None:
        resource.setrlimit(resource.RLIMIT_AS, (int(most_mb * 2**20),) * 2)
    began = time.perf_counter()
    try:
        to.send(_measured(work, args, {}))
    except Exception as error:
        to.send(Unfinished(f"failed: {error!r}"[:200], time.perf_counter() - began, peak_mb()))


def _end(process: BaseProcess) -> None:
    """End a process and its group, if it has not ended."""
    process.join(1.0)
    if process.pid:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
