"""``plan.xlsx``: a module for each kind of sheet."""
