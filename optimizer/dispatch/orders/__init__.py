"""Orders: what the models have found, laid out as timetables, loads and ways."""
