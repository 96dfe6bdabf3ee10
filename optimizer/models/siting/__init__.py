"""Where to open sites: classical location models, proven by bounds, on the base times or over scenarios."""
