"""A starter region from OpenStreetMap: sites that are found, tables that are supposed, scenarios that are drafted."""
