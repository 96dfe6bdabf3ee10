"""A what-if told: figures, summary, map, layers, workbook, page and the folder that holds them."""
