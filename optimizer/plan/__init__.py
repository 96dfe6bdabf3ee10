"""Where a region meets roads and models: plans, their folder, reports and checks."""
