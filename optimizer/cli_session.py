"""What surrounds every command: its language, its progress, its result, and an exit code for whatever goes wrong."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from types import TracebackType

import typer

from network.problem import Problem, ProblemsError
from network.words import Language, say
from optimizer.cli_progress import ShownProgress

WARNINGS_SHOWN = 3
"""So many of a region's warnings when it is worked with; ``validate`` shows all."""

DONE, PROBLEM, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


class Session:
    """One run of a command. Work inside its ``with`` block; errors leave it as an exit code, never as a traceback.

    Parameters
    ----------
    language : {"zh", "en"}
    as_json : bool
        The result is one JSON object on the output stream, for machines.
    debug : bool
        Unexpected errors are raised as they are, and the libraries' warnings are shown.
    """

    def __init__(self, language: Language, as_json: bool = False, debug: bool = False) -> None:
        self.language = language
        self.as_json = as_json
        self.debug = debug
        self.progress = ShownProgress(language)

    def __enter__(self) -> Session:
        if not self.debug:
            warnings.simplefilter("ignore")
        self.progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.__exit__(kind, error, trace)
        if error is None or isinstance(error, typer.Exit):
            return
        code = self._answer(error)
        if code is not None:
            raise typer.Exit(code) from error

    def tell(self, lines: Iterable[str], result: dict[str, object], *, sound: bool = True) -> None:
        """Give the result: ``lines`` for people, or ``result`` for machines.

        Parameters
        ----------
        lines : iterable of str
        result : dict
            JSON values. ``status`` is added: ``done``, or ``problem`` where not ``sound``.
        sound : bool
            Whether the command ends with exit code 0.
        """
        self.progress.__exit__(None, None, None)
        if self.as_json:
            _print_json({"status": "done" if sound else "problem", **result})
        else:
            print("\n".join(lines))
        if not sound:
            raise typer.Exit(PROBLEM)

    def warn(self, problems: Sequence[Problem], most: int | None = None) -> None:
        """Show what is odd but bearable on the error stream, one line each, ``most`` of them."""
        self.progress.__exit__(None, None, None)
        shown = problems if most is None else problems[:most]
        for problem in shown:
            _print_error(self._line(problem))
        if len(problems) > len(shown):
            _print_error(say("optimizer.cli.more_warnings", self.language, count=len(problems) - len(shown)))
        self.progress.__enter__()

    def _line(self, problem: Problem) -> str:
        text = problem.say(self.language)
        return text if problem.severity == "error" else say("optimizer.cli.warning", self.language, text=text)

    def _answer(self, error: BaseException) -> int | None:
        """Tell of ``error`` in words and give the exit code, or None where it is to be raised on."""
        if isinstance(error, KeyboardInterrupt):
            return self._fail(say("optimizer.cli.interrupted", self.language), "interrupted", INTERRUPTED)
        if isinstance(error, ProblemsError):
            return self._list(error.problems)
        if isinstance(error, BrokenPipeError):
            sys.stdout = sys.stderr
            return PROBLEM
        if self.debug or not isinstance(error, Exception):
            return None
        if isinstance(error, OSError) and error.filename is not None:
            reason = error.strerror or type(error).__name__
            text = say("optimizer.cli.file_error", self.language, file=error.filename, reason=reason)
        elif isinstance(error, MemoryError):
            text = say("optimizer.cli.memory", self.language)
        else:
            text = say("optimizer.cli.unexpected", self.language, error=_brief(error), log=write_log(error))
        return self._fail(text, "failed", PROBLEM)

    def _list(self, problems: Sequence[Problem]) -> int:
        for problem in problems:
            _print_error(self._line(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        counts = {"errors": errors, "warnings": len(problems) - errors}
        _print_error(say("optimizer.cli.count_problems", self.language, **counts))
        if self.as_json:
            _print_json({"status": "problem", "problems": [problem_values(one, self.language) for one in problems]})
        return PROBLEM

    def _fail(self, text: str, status: str, code: int) -> int:
        _print_error(text)
        if self.as_json:
            _print_json({"status": status, "message": text})
        return code


def problem_values(problem: Problem, language: Language) -> dict[str, object]:
    """Give a problem as JSON values."""
    value = problem.value
    return {
        "severity": problem.severity,
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "value": value if value is None or isinstance(value, (bool, int, float, str)) else str(value),
        "what": problem.what.say(language),
        "mend": problem.mend.say(language),
    }


def write_log(error: BaseException) -> Path:
    """Write what a programmer needs to find an unexpected error, in a new file of the folder for temporary files."""
    versions = [f"{name} {metadata.version(name)}" for name in ("district-reserve-optimizer", "pulp", "highspy")]
    where = [platform.platform(), f"Python {platform.python_version()}", *versions, "arguments: " + repr(sys.argv[1:])]
    text = "\n".join([*where, "", *traceback.format_exception(error)])
    prefix = time.strftime("reserve-%Y%m%d-%H%M%S-")
    with tempfile.NamedTemporaryFile(
        "w", prefix=prefix, suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as log:
        log.write(text)
    return Path(log.name)


def speak_utf8() -> None:
    """Make both streams carry Chinese, also on a Windows console or a pipe with an old code page."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _brief(error: BaseException) -> str:
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}"[:200]


def _print_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_json(values: dict[str, object]) -> None:
    print(json.dumps(values, ensure_ascii=False, indent=1, default=str))
