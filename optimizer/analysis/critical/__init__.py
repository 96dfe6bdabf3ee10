"""Critical links: which bridge, tunnel or stretch of road matters most, by the damage that its loss does."""
