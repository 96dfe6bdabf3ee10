"""The command line's own words: its help pages and its answers to wrong usage, in the language asked for.

The parser's own pages cut Chinese, which has no spaces to break at, and are half English: these are laid out here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from network.words import LANGUAGES, Language, catalogue, say

LANGUAGE_VARIABLE = "RESERVE_LANG"
DEFAULT_LANGUAGE: Language = "zh"

_TEN_THOUSAND = 10_000
"""The unit 万, in which budgets are spoken of."""

_KINDS = {
    "MissingParameter": "missing",
    "NoSuchOption": "no_such_option",
    "BadParameter": "bad_value",
    "BadOptionUsage": "no_value",
}


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Tell the language that help and usage errors are in, before anything is parsed.

    The last ``--lang`` counts, then the environment variable :data:`LANGUAGE_VARIABLE`, then Chinese. A value that is
    no language is refused later, by the parser.
    """
    asked = environment.get(LANGUAGE_VARIABLE, "")
    for place, argument in enumerate(arguments):
        if argument == "--lang":
            asked = next(iter(arguments[place + 1 :]), "")
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def print_help(group: Any, arguments: Sequence[str], language: Language) -> None:
    """Print the help page of the command named in ``arguments``, or of all commands.

    A command ``plan`` has its help under ``help_plan``, its parameter ``budget`` under ``option_budget``.

    Parameters
    ----------
    group : command group of the parser
    arguments : sequence of str
        What stands after ``reserve``.
    language : {"zh", "en"}
    """
    name = next((argument for argument in arguments if argument in group.commands), None)
    if name is None:
        rows = [(one, say(f"optimizer.cli.help_{one}", language)) for one in group.commands]
        _print_page(
            say("optimizer.cli.usage_commands", language),
            say("optimizer.cli.help", language),
            {"commands": rows},
            language,
        )
        return
    parameters = group.commands[name].params
    sections = {
        kind: [(_written(one), _told(one, language)) for one in parameters if one.param_type_name == kind]
        for kind in ("argument", "option")
    }
    sections["option"].append(("--help", say("optimizer.cli.option_help", language)))
    must = [_written(one) for one in parameters if one.required]
    usage = say("optimizer.cli.usage_line", language, usage=" ".join(["reserve", name, *must]))
    _print_page(usage, say(f"optimizer.cli.help_{name}", language), sections, language)


def amount(text: str) -> float:
    """Read an amount of money in CNY: ``500000``, ``500,000``, ``50万`` or ``50万元``.

    Raises
    ------
    ValueError
        No amount, or one below 0.
    """
    written = text.strip().replace(",", "").replace("，", "").removesuffix("元")
    number = float(written.removesuffix("万")) * (_TEN_THOUSAND if written.endswith("万") else 1)
    if not 0 <= number < math.inf:
        raise ValueError(text)
    return number


def usage_message(error: Any, group: Any, language: Language, given: Sequence[str] = ()) -> str:
    """Say what is wrong with the command line, with where to find help.

    Parameters
    ----------
    error : exception of the parser
        One that has ``format_message()``.
    group : command group of the parser
    language : {"zh", "en"}
    given : sequence of str
        What stands after ``reserve``: shows the value that is not allowed.
    """
    context = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    kind = _KINDS.get(type(error).__name__, "other")
    if kind in {"missing", "bad_value"} and parameter is None:
        kind = "other"
    if kind == "other" and context is not None and context.command is group:
        kind = "no_such_command"
    what = say(
        f"optimizer.cli.usage_{kind}",
        language,
        message=error.format_message(),
        parameter="" if parameter is None else _written(parameter),
        option=getattr(error, "option_name", ""),
        value="" if parameter is None else _value(parameter, given),
        expected="" if parameter is None else _expected(parameter, language),
        commands=say("optimizer.cli.comma", language).join(group.commands),
    )
    command = "reserve" if context is None else context.command_path
    return say("optimizer.cli.usage", language, what=what, command=command)


def _written(parameter: Any) -> str:
    """Write a parameter as it is typed: ``REGION``, ``--out DIR``, ``--json``."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    return " ".join([parameter.opts[0], *([parameter.metavar] if parameter.metavar else [])])


def _value(parameter: Any, given: Sequence[str]) -> str:
    """Find what was given for an option, the last time that it stands; empty for an argument."""
    value = ""
    for place, text in enumerate(given):
        if text in parameter.opts:
            value = next(iter(given[place + 1 :]), "")
        elif text.partition("=")[0] in parameter.opts:
            value = text.partition("=")[2]
    return value


def _expected(parameter: Any, language: Language) -> str:
    """Say what an option expects, where that is more than its form shows."""
    key = f"expected_{parameter.name}"
    return say(f"optimizer.cli.{key}", language) if key in catalogue("optimizer", "cli") else ""


def _told(parameter: Any, language: Language) -> str:
    """Tell what a parameter means, whether it must be given, its default and its environment variable."""
    told = say(f"optimizer.cli.option_{parameter.name}", language)
    if parameter.required:
        return told + say("optimizer.cli.must", language)
    if parameter.envvar:
        told += say("optimizer.cli.variable", language, name=LANGUAGE_VARIABLE)
    if parameter.default not in {None, False}:
        told += say("optimizer.cli.default", language, value=parameter.default)
    return told


def _print_page(usage: str, text: str, sections: Mapping[str, Sequence[tuple[str, str]]], language: Language) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(usage, overflow="fold"))
    console.print()
    console.print(Text(text, overflow="fold"))
    for title, rows in sections.items():
        if not rows:
            continue
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="bold")
        table.add_column(overflow="fold")
        for name, meaning in rows:
            table.add_row(Text(name), Text(meaning, overflow="fold"))
        console.print()
        console.print(Text(say(f"optimizer.cli.title_{title}", language)))
        console.print(Padding(table, (0, 0, 0, 2)))
