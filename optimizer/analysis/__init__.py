"""What a planner asks of a region or a plan: isolation, what-if, critical links, ensembles of events."""
