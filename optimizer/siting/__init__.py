"""Siting: from a region to a proven choice of depots or stations, and its folder."""
