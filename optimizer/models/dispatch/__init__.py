"""Models of a dispatch: teams to tasks, supplies to requests."""
