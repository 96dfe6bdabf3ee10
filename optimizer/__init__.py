"""Decisions: reads a region, asks network/ for times, states models, returns plans and checks them."""
