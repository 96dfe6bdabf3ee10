"""Where a region meets roads and models: the plan, the standards that it keeps, its folder."""
