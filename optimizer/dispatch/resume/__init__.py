"""Orders taken up again: where everybody is by now, what stays as it was ordered, and what is open once more."""
