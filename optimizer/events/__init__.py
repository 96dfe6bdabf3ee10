"""Random events: scenarios drawn from the kinds of events that can strike a region."""
