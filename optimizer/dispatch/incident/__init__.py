"""What happened and what is asked for, as a planner writes it down."""
