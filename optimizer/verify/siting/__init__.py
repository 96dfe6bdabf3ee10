"""Verify a siting folder: recompute every claim of it, without a model or a solver."""
