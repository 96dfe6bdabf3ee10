"""What a siting folder holds for people: headline, workbook, report, map and layers."""
