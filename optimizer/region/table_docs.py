"""Write the documentation of the tables from their declarations, Chinese and English side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from network.words import LANGUAGES, say
from optimizer.region.schema import Column, Table
from optimizer.region.template import default_text, kind_text

_HEADINGS = ("column", "kind", "unit", "required", "meaning")


def tables_markdown(sections: Mapping[str, Sequence[Table]]) -> str:
    """Describe tables in Markdown.

    Parameters
    ----------
    sections : mapping of str to tables
        Section, as its words are called in the catalogue (``docs_<section>``), to the tables in their order.

    Returns
    -------
    str
        Ends with a newline.
    """
    lines = [f"# {_both('docs_title')}", ""]
    for language in LANGUAGES:
        lines += [*say("optimizer.tables.docs_intro", language).splitlines(), ""]
    for section, tables in sections.items():
        lines += [f"## {_both(f'docs_{section}')}", ""]
        for table in tables:
            lines += [*_described(table), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _described(table: Table) -> Iterator[str]:
    yield f"### {table.name} {table.title}"
    yield ""
    yield f"{table.meaning_zh} · {table.meaning_en}"
    yield ""
    yield f"| {' | '.join(_both(f'{name}_heading') for name in _HEADINGS)} |"
    yield "|" + " --- |" * len(_HEADINGS)
    for column in table.columns:
        yield f"| {' | '.join(_cells(table, column))} |"


def _cells(table: Table, column: Column) -> list[str]:
    key = " 🔑" if column.name in table.key else ""
    required = _both("yes") if column.required else _both("no")
    return [
        f"`{column.name}` {column.heading}{key}",
        " / ".join(kind_text(column.kind, language) for language in LANGUAGES),
        column.unit,
        required,
        "<br>".join(filter(None, [f"{column.meaning_zh} · {column.meaning_en}", *_more(column)])).replace("|", "\\|"),
    ]


def _more(column: Column) -> Iterator[str]:
    """Choices, bounds, reference and default."""
    if column.choices:
        yield "; ".join(f"`{code}` {word}" for code, word in column.choices.items())
    if column.at_least is not None or column.at_most is not None:
        low = "" if column.at_least is None else f"≥ {column.at_least:g}"
        high = "" if column.at_most is None else f"≤ {column.at_most:g}"
        yield " ".join(filter(None, [low, high]))
    if column.refers_to:
        yield f"→ `{column.refers_to}`"
    if default_text(column, "en"):
        texts = dict.fromkeys(default_text(column, language) for language in LANGUAGES)
        yield f"= {' / '.join(texts)}"


def _both(name: str) -> str:
    return " ".join(dict.fromkeys(say(f"optimizer.tables.{name}", language) for language in LANGUAGES))
