"""What a planner gives: tables, scenarios and standards, read and validated."""
