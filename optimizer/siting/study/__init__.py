"""What is told of a siting besides: regret, frontiers, the order of building, reasons, near-optimal alternatives."""
