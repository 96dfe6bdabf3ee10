"""Run HiGHS so that Ctrl-C is heard.

HiGHS computes outside Python, where an interruption waits until it returns: with minutes of solving that is no answer.
So it computes in a thread while the caller waits awake and, interrupted, tells it to stop.
"""

from __future__ import annotations

from threading import Event, Thread

import highspy

WAKE_S = 0.1
GRACE_S = 5.0
"""HiGHS asks whether to stop between steps of its work; one that takes longer than this is left behind."""


def run_interruptibly(solver: highspy.Highs) -> None:
    """Run ``solver``; an interruption of the caller stops it and is raised on.

    Parameters
    ----------
    solver : Highs
        With its model; afterwards it holds the solution, as after ``solver.run()``.
    """
    if not solver.HandleUserInterrupt:
        solver.HandleUserInterrupt = True
    failed: list[BaseException] = []
    # An event and not Thread.join: interrupted, join may take a thread that still runs for ended (Python 3.11).
    done = Event()
    Thread(target=_run, args=(solver, failed, done), daemon=True).start()
    try:
        while not done.wait(WAKE_S):
            pass
    except BaseException:
        solver.cancelSolve()
        done.wait(GRACE_S)
        raise
    if failed:
        raise failed[0]


def _run(solver: highspy.Highs, failed: list[BaseException], done: Event) -> None:
    try:
        solver.run()
        # HiGHS's workers belong to this thread: without this, ending it can hang on Windows.
        highspy.Highs.resetGlobalScheduler(False)
    except BaseException as error:
        failed.append(error)
    finally:
        done.set()
