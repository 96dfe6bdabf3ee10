"""Words people read, kept in catalogues: Chinese and English side by side.

A key has three parts, ``package.catalogue.name``: the words of ``network.roads.truncated`` stand in
``network/words/roads.yaml`` under ``truncated``, as ``{zh: …, en: …}``. Values are filled in by ``str.format``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def catalogue(package: str, name: str) -> dict[str, dict[str, str]]:
    """All entries of one catalogue file, by name."""
    text = (resources.files(package) / "words" / f"{name}.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, str]] = yaml.safe_load(text)
    return entries


def say(key: str, language: Language, /, **values: object) -> str:
    """Give the words of ``key`` in ``language``, with ``values`` filled in.

    Parameters
    ----------
    key : str
        ``package.catalogue.name``.
    language : {"zh", "en"}
    **values
        What the entry's ``{placeholders}`` name. A value that is a :class:`Phrase` is put into the same language.

    Raises
    ------
    KeyError
        The catalogue has no such entry: a mistake of ours, never of a planner's.
    """
    package, name, entry = key.split(".", 2)
    spoken = {k: v.say(language) if isinstance(v, Phrase) else v for k, v in values.items()}
    return catalogue(package, name)[entry][language].format(**spoken)


class Phrase:
    """Words whose language is chosen later: a catalogue key with its values, or a text given in both languages."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def say(self, language: Language) -> str:
        """Put it in ``language``."""
        return say(self.key, language, **self.values)

    def __repr__(self) -> str:
        return f"Phrase({self.key!r}, {self.values!r})"
