"""Progress on the error stream: a bar on a terminal, one line a step elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from network.words import Language, Phrase

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

LEAST_SECONDS_BETWEEN_LINES = 5.0
"""A step that repeats itself with other numbers is told so often, when no terminal can draw over the last line."""


class ShownProgress:
    """A :data:`~optimizer.progress.Progress` to call while its ``with`` block runs.

    Parameters
    ----------
    language : {"zh", "en"}
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._last_key = ""
        self._last_told = float("-inf")

    def __enter__(self) -> ShownProgress:
        if sys.stderr.isatty():
            self._open_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, phrase: Phrase, share: float | None) -> None:
        """Show the step ``phrase``, ``share`` of the whole being done."""
        text = phrase.say(self._language)
        if self._bar is not None and self._task is not None:
            total = None if share is None else 1.0
            self._bar.update(self._task, description=text, completed=share or 0.0, total=total)
        elif self._worth_a_line(phrase.key):
            print(text, file=sys.stderr, flush=True)

    def _open_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn("line"),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=None)
        self._bar.start()

    def _worth_a_line(self, key: str) -> bool:
        now = time.monotonic()
        if key == self._last_key and now - self._last_told < LEAST_SECONDS_BETWEEN_LINES:
            return False
        self._last_key, self._last_told = key, now
        return True
