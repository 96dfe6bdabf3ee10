"""Run a benchmark: ``python -m benchmarks reserve [--region DIR] [--seconds S] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from benchmarks.reserve import Row, reserve_rows

DEMO = Path(__file__).parents[1] / "datasets" / "yubei"


def main() -> None:
    """Parse the command line, run, print a table, and write the rows where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=["reserve"])
    parser.add_argument("--region", type=Path, default=DEMO, help="region folder; default: the demo")
    parser.add_argument("--seconds", type=float, default=120.0, help="time limit of each engine")
    parser.add_argument("--json", type=Path, help="write the rows here")
    arguments = parser.parse_args()
    rows = reserve_rows(arguments.region, arguments.seconds)
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    if arguments.json:
        text = json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1)
        arguments.json.write_text(text, encoding="utf-8")
    print_table(rows)


def print_table(rows: list[Row]) -> None:
    """Print the rows, a line each."""
    names = list(asdict(rows[0]))
    table = [names, *([_text(value) for value in asdict(row).values()] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(names))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
