"""Roads: nodes, links, times and closures. Knows no depot, item, plan or solver."""
