"""HiGHS stops when it is told to, and finds the same when it is not."""

import _thread
import threading
import time

import highspy
import numpy as np
import pytest

from optimizer.models.interruptible import run_interruptibly


def market_split(rows: int, columns: int) -> highspy.Highs:
    """Market split (Cornuéjols and Dawande 1998): tiny to state, minutes to hours to solve by branch and bound."""
    weights = np.random.default_rng(5).integers(1, 100, (rows, columns))
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    chosen = [solver.addBinary() for _ in range(columns)]
    slack = [(solver.addVariable(lb=0), solver.addVariable(lb=0)) for _ in range(rows)]
    for weight, (over, under) in zip(weights, slack, strict=True):
        solver.addConstr(
            solver.qsum(int(w) * x for w, x in zip(weight, chosen, strict=True)) + over - under
            == int(weight.sum()) // 2
        )
    solver.setObjective(solver.qsum(one for pair in slack for one in pair))
    return solver


def test_an_interruption_stops_a_long_solve():
    solver = market_split(6, 50)
    began = time.monotonic()
    threading.Timer(1.0, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(solver)
    assert 0.5 < time.monotonic() - began < 10.0
    assert solver.getModelStatus() == highspy.HighsModelStatus.kInterrupt


def test_left_alone_it_finds_what_highs_finds():
    left_alone, plain = market_split(2, 12), market_split(2, 12)
    run_interruptibly(left_alone)
    run_interruptibly(left_alone)
    plain.run()
    assert left_alone.getModelStatus() == plain.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert left_alone.getInfo().objective_function_value == pytest.approx(plain.getInfo().objective_function_value)
