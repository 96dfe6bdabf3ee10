"""Read a YAML file into its form; every mistake is told with its line, its path in the file and the mend."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from network.forms import phrases_of
from network.problem import Problem
from network.words import Phrase, catalogue
from optimizer.region.csv_table import decoded
from optimizer.region.schema import SCHEMA_VERSION

LARGEST_FORM = 1_000_000
"""Values in one file, each counted as often as an alias repeats it."""

DEEPEST_FORM = 50
"""Lists and mappings within one another; the parser in C has no limit of its own and would end the process."""

Form = TypeVar("Form", bound=BaseModel)
FormPath = tuple[int | str, ...]
"""Way to a value in a form: names of fields and places in lists, counted from 0."""

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TYPE_WORDS = {
    "string_type": "form_text",
    "float_type": "form_number",
    "float_parsing": "form_number",
    "finite_number": "form_number",
    "int_type": "form_whole",
    "int_parsing": "form_whole",
    "int_from_float": "form_whole",
    "bool_type": "form_yes_no",
    "bool_parsing": "form_yes_no",
    "date_type": "form_date",
    "date_parsing": "form_date",
    "date_from_datetime_parsing": "form_date",
    "date_from_datetime_inexact": "form_date",
    "datetime_type": "form_moment",
    "datetime_parsing": "form_moment",
    "datetime_from_date_parsing": "form_moment",
    "datetime_object_invalid": "form_moment",
    "timezone_naive": "form_time_zone",
    "tuple_type": "form_list",
    "list_type": "form_list",
    "dict_type": "form_fields",
    "model_type": "form_fields",
    "model_attributes_type": "form_fields",
    "missing": "form_missing",
    "extra_forbidden": "form_unknown",
    "greater_than": "form_greater_than",
    "greater_than_equal": "form_at_least",
    "less_than": "form_less_than",
    "less_than_equal": "form_at_most",
    "literal_error": "form_choice",
    "string_pattern_mismatch": "form_identity",
    "string_too_short": "form_empty_text",
    "too_short": "form_too_short",
}
_NO_VALUE_SHOWN = {"form_missing", "form_unknown", "form_fields", "form_list", "form_too_short"}


@dataclass(frozen=True)
class FormFile(Generic[Form]):
    """A form and where its values stand.

    Attributes
    ----------
    form : BaseModel
    file : str
        As problems name it.
    row_of : callable
        Gives the line of a path.
    places : tuple of int, optional
        Places in the file of the form's entries, where unsound ones among them were left out.
    """

    form: Form
    file: str
    row_of: Callable[[FormPath], int | None]
    places: tuple[int, ...] | None = None

    def place(self, entry: int) -> int:
        """Give the place in the file of an entry of the form, both counted from 0."""
        return entry if self.places is None else self.places[entry]

    def problem(
        self,
        path: FormPath,
        words: str,
        *,
        value: object = None,
        severity: Literal["error", "warning"] = "error",
        **values: object,
    ) -> Problem:
        """Report the value at ``path`` in the words ``optimizer.region.<words>`` and ``…_mend``."""
        said = {"value": value, **values}
        what, mend = Phrase(f"optimizer.region.{words}", **said), Phrase(f"optimizer.region.{words}_mend", **said)
        return Problem(what, mend, self.file, self.row_of(path), path_text(path) or None, value, severity)


def read_form(path: Path, model: type[Form]) -> tuple[FormFile[Form] | None, list[Problem]]:
    """Read the YAML file ``path`` as ``model``.

    Returns
    -------
    FormFile or None
        None where anything is wrong, but of a form with ``entries`` what is sound among them.
    list of Problem
        All that is wrong with the file.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        return None, [_problem("unreadable_form", path.name, detail=error.strerror or str(error))]
    if text is None:
        return None, [_problem("unknown_yaml_encoding", path.name)]
    return read_form_text(text, model, path.name)


def read_form_text(text: str, model: type[Form], file: str) -> tuple[FormFile[Form] | None, list[Problem]]:
    """Read YAML text as ``model``; ``file`` is what problems call it."""
    try:
        if _too_deep(text):
            return None, [_problem("form_too_large", file)]
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, [_problem("empty_form", file)]
        if _size(node, {}) > LARGEST_FORM:
            return None, [_problem("form_too_large", file)]
        doubled = list(_doubled_keys(node, file))
        values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        return None, [_syntax(error, file)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, [_problem("yaml_value", file, detail=str(error).splitlines()[0])]
    form, problems = form_of(values, model, file, partial(_row_of, node))
    return (None if doubled and not _entries(model) else form), doubled + problems


def form_of(
    values: object, model: type[Form], file: str, row_of: Callable[[FormPath], int | None]
) -> tuple[FormFile[Form] | None, list[Problem]]:
    """Put plain values, which stand in the rows that ``row_of`` gives, into ``model``."""
    try:
        form = model.model_validate(values)
    except ValidationError as error:
        known = _field_names(model)
        mistakes = error.errors(include_url=False)
        found = [_mistake(details, known, file, row_of) for details in _own(mistakes)]
        return _sound_entries(values, model, mistakes, file, row_of), found
    except RecursionError:
        return None, [_problem("form_too_large", file)]
    read = FormFile(form, file, row_of)
    version = getattr(form, "schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        return None, [read.problem(("schema_version",), "form_version", value=version, expected=SCHEMA_VERSION)]
    return read, []


def _sound_entries(
    values: object,
    model: type[Form],
    mistakes: list[ErrorDetails],
    file: str,
    row_of: Callable[[FormPath], int | None],
) -> FormFile[Form] | None:
    """Give the form without the entries and fields that are wrong, so that the rest is checked all the same."""
    entries = _entries(model)
    listed = values.get(entries) if isinstance(values, dict) else None
    if not isinstance(listed, list):
        return None
    paths = [details["loc"] for details in mistakes]
    wrong = {path[1] for path in paths if len(path) > 1 and path[0] == entries}
    places = tuple(place for place in range(len(listed)) if place not in wrong)
    unknown = {path[0] for path in paths if len(path) == 1}
    rest = {key: value for key, value in values.items() if key not in unknown}  # type: ignore[attr-defined]
    if not places:
        return None
    try:
        form = model.model_validate({**rest, entries: [listed[place] for place in places]})
    except (ValidationError, RecursionError):
        return None
    return FormFile(form, file, row_of, places)


def _entries(model: type[BaseModel]) -> str:
    """Name the field with entries that are each sound or not for themselves; empty where there is none."""
    return str(getattr(model, "entries", ""))


def _own(mistakes: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where it only is so because its entries are wrong."""
    paths = {details["loc"][:length] for details in mistakes for length in range(len(details["loc"]))}
    return [details for details in mistakes if details["type"] != "too_short" or details["loc"] not in paths]


def _mistake(details: ErrorDetails, known: list[str], file: str, row_of: Callable[[FormPath], int | None]) -> Problem:
    """Tell one of pydantic's findings in our words; what a form of the roads finds itself brings its own."""
    if details["type"].startswith("network."):
        what, mend = phrases_of(details)
        shown = None if isinstance(details["input"], dict | list | tuple) else details["input"]
        return Problem(what, mend, file, row_of(details["loc"]), path_text(details["loc"]) or None, shown)
    words = _TYPE_WORDS.get(details["type"], "form_other")
    path = details["loc"]
    values: dict[str, object] = {"field": path[-1] if path else "", **(details.get("ctx") or {})}
    if words == "form_other":
        words, values = _told_by_form(details, values)
    if words == "form_choice":
        values["expected"] = str(values.get("expected", "")).replace("'", "").replace(" or ", ", ")
    if words == "form_unknown":
        close = get_close_matches(str(values["field"]), known, n=1, cutoff=0.6)
        words, values = ("form_nearly_known", values | {"nearest": close[0]}) if close else (words, values)
    shown = None if words in _NO_VALUE_SHOWN or isinstance(details["input"], dict | list | tuple) else details["input"]
    return _problem(words, file, row_of(path), path_text(path) or None, shown, **values)


def _told_by_form(details: ErrorDetails, values: dict[str, object]) -> tuple[str, dict[str, object]]:
    """Words for a finding of a form's own check: the message is a key of the catalogue, else it is shown as it is."""
    message = str(values.get("error", details["msg"]))
    if f"form_{message}" in catalogue("optimizer", "region"):
        return f"form_{message}", values
    return "form_other", values | {"detail": message}


def path_text(path: FormPath) -> str:
    """Give a path as ``scenarios[2].demand[1].share``, lists counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _row_of(node: yaml.Node, path: FormPath) -> int:
    """Line of the deepest node on the way of ``path``; names that pydantic adds for unions are passed over."""
    row = node.start_mark.line + 1
    for part in path:
        step = _step(node, part)
        if step is None:
            continue
        row, node = step
    return row


def _step(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _field_names(model: type[BaseModel]) -> list[str]:
    """Names of all fields of a form and of the forms within it."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})


def _too_deep(text: str) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_FORM:
            return True
    return False


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Count the values below a node as an alias would repeat them, each distinct node looked at once."""
    if id(node) in sizes:
        return sizes[id(node)]
    sizes[id(node)] = LARGEST_FORM + 1  # what a node that contains itself counts as
    size = 1 + sum(_size(child, sizes) for child in _children(node))
    sizes[id(node)] = size
    return size


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _doubled_keys(node: yaml.Node, file: str) -> Iterator[Problem]:
    """Find keys written twice in one mapping: YAML would keep the last and drop the first in silence."""
    seen: set[Hashable] = set()
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                yield _problem("doubled_key", file, key.start_mark.line + 1, key.value)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
    for child in _children(node):
        yield from _doubled_keys(child, file)


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    detail = error.problem or error.context or ""
    if mark is None:
        return _problem("yaml_value", file, detail=detail)
    return _problem("yaml_syntax", file, mark.line + 1, str(mark.column + 1), detail=detail)


def _problem(
    words: str, file: str, row: int | None = None, column: str | None = None, value: object = None, **values: object
) -> Problem:
    said = {"column": column, "value": value, **values}
    what, mend = Phrase(f"optimizer.region.{words}", **said), Phrase(f"optimizer.region.{words}_mend", **said)
    return Problem(what, mend, file, row, column, value)
