"""The report as a paper: its sections, apart from the file formats in which it is written."""
