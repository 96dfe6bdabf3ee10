"""Road clearing: which crew reopens which closure, in which order, decided by whom that lets through."""
