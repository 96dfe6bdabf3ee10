"""Dispatch on incidents drawn at random, beside what duty officers do by hand, all judged by one simulator."""
