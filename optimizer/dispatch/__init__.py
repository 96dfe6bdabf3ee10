"""Dispatch: from a region and an incident to orders for teams and vehicles, and their folder."""
