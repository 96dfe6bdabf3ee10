"""Reach over an ensemble: how often and how soon each village is reached when events are drawn at random."""
