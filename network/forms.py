"""Mistakes in a form that a planner fills in, found while it is read and told as problems.

A check of a model raises :func:`mistake`, whose type is the catalogue key of its words; so any reader of the form, also
one that holds it within a larger form, can tell the mistake in the planner's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from network.problem import Problem
from network.words import Phrase, say

_WORDS = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "model_type": "fields_expected",
    "model_attributes_type": "fields_expected",
    "tuple_type": "list_expected",
    "float_type": "number_expected",
    "float_parsing": "number_expected",
    "finite_number": "number_expected",
    "int_type": "whole_expected",
    "int_parsing": "whole_expected",
    "int_from_float": "whole_expected",
    "string_type": "text_expected",
    "string_too_short": "text_empty",
    "bool_type": "yes_no_expected",
    "bool_parsing": "yes_no_expected",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
}
_OURS = "network."

PlainText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that says something."""


class Form(BaseModel):
    """A form whose unknown fields are refused, so that a misspelt one is never silently left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def mistake(key: str, /, **values: object) -> PydanticCustomError:
    """Give the error that a check of a form raises.

    Parameters
    ----------
    key : str
        Catalogue key, as in ``network.shapes.order``; ``…_mend`` stands beside it.
    **values
        What the words name.
    """
    text = say(key, "zh", **values)
    # Braces of the text would be taken for placeholders.
    return PydanticCustomError(key, text.replace("{", "(").replace("}", ")"), dict(values))


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Tell all that pydantic found in ``file``, the place in the file as the column."""
    return [_problem(details, file) for details in error.errors(include_url=False)]


def phrases_of(details: ErrorDetails) -> tuple[Phrase, Phrase]:
    """Give what is wrong and how to mend it."""
    key = str(details["type"])
    if not key.startswith(_OURS):
        key = f"network.forms.{_WORDS.get(key, 'other')}"
    values = {**(details.get("ctx") or {}), "detail": details["msg"]}
    values["limit"] = next((values[name] for name in ("gt", "ge", "le") if name in values), "")
    return Phrase(key, **values), Phrase(f"{key}_mend", **values)


def place_in(location: Sequence[int | str]) -> str:
    """``("closures", 1, "within")`` as ``closures[2].within``: counted from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _problem(details: ErrorDetails, file: str) -> Problem:
    what, mend = phrases_of(details)
    shown = None if isinstance(details["input"], dict | list | tuple) else details["input"]
    return Problem(what, mend, file=file, column=place_in(details["loc"]) or None, value=shown)
