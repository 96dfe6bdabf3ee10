"""Dispatch in the first hours: which team goes to which task, and when."""
