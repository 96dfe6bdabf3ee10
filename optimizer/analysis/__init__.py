"""What a planner asks of a region or a plan beyond the plan itself: what if, who is cut off, which road matters most."""
