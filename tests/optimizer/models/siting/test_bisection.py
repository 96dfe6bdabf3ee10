from hypothesis import given
from hypothesis import strategies as st

from optimizer.models.siting.bisection import SHARE, Bracket


@given(st.integers(1, 60), st.data())
def test_what_is_near_the_least_may_stay_undecided(count, data):
    least = data.draw(st.integers(0, count))
    hard = data.draw(st.sets(st.integers(0, count - 1)))
    bracket, asked = Bracket(-1, count), set()
    while not bracket.closed:
        level, share = bracket.ask()
        assert bracket.no < level < bracket.yes
        if share == 1.0:
            break
        assert (share, level in asked) == (SHARE, False)
        asked.add(level)
        bracket = bracket.told(level, None if level in hard else level >= least)
        assert bracket.no < least <= bracket.yes
    # What is left open between the two had no answer, at both ends.
    left = range(bracket.no + 1, bracket.yes)
    if bracket.closed:
        assert bracket.yes == least
    else:
        assert {left[0], left[-1]} <= hard & asked


def test_the_last_question_gets_all_the_time_left():
    bracket = Bracket(-1, 3).told(1, None)
    assert bracket.ask() == (0, SHARE)
    bracket = bracket.told(0, False)
    assert bracket.ask() == (2, SHARE)
    bracket = bracket.told(2, True)
    assert bracket.ask() == (1, 1.0)
    assert bracket.told(1, True) == Bracket(0, 1)
    assert Bracket(0, 1).closed
