"""Stub."""

from __future__ import annotations

from pathlib import Path

from optimizer.siting.siting import Siting


def write_siting_layers(siting: Siting, path: Path) -> None:
    """Write nothing yet."""
    return ()
