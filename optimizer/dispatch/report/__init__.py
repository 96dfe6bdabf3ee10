"""What a dispatch folder holds for people: orders, workbook, figure of times, map, layers, a few lines to send on."""
