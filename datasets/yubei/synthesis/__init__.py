"""Makes the demo region: land, roads, sites and tables, from one seed."""
