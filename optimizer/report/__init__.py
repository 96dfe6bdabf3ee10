"""A plan told to its readers: figures and words, map, layers for QGIS, summary, report and workbook."""
