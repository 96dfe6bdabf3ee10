"""The register of skills: which kinds of teams have them, how soon a kind of team is on its way, and in what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.region.region import Region
from optimizer.region.region_tables import TEAM_KINDS, VEHICLE_CLASSES
from optimizer.region.registers import COPIES, SKILLS, STANDARDS
from optimizer.region.settings import Name, Strict
from optimizer.region.yaml_form import FormFile, FormPath, path_text, read_form


class Skill(Strict):
    """A skill, the kinds of teams that have it, and by their ids teams of other kinds that have it too."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    name: Name
    team_kinds: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    source: str
    estimated: bool = False


class Turnout(Strict):
    """A kind of team: minutes from the call to wheels rolling, and the class of vehicle that it drives."""

    team_kind: str
    turnout_min: float = Field(ge=0, le=1440)
    vehicle_class: str
    source: str
    estimated: tuple[Literal["turnout_min", "vehicle_class"], ...] = ()


class SkillRegister(Strict):
    """The content of ``skills.yaml``."""

    schema_version: int
    id: str
    name: Name
    teams: tuple[Turnout, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Skills:
    """A sound register.

    Attributes
    ----------
    register : SkillRegister
    file : Path
        Where it was read from.
    """

    register: SkillRegister
    file: Path

    def of_team(self, team_id: str, team_kind: str) -> frozenset[str]:
        """Ids of the skills that a team of the region has."""
        return frozenset(
            skill.id for skill in self.register.skills if team_kind in skill.team_kinds or team_id in skill.teams
        )

    def turnout(self, team_kind: str) -> Turnout:
        """Give what is registered of a kind of team.

        Raises
        ------
        KeyError
            The kind is none: every kind that a team can have is registered.
        """
        return {turnout.team_kind: turnout for turnout in self.register.teams}[team_kind]

    def skill(self, skill_id: str) -> Skill:
        """Find a skill by its id.

        Raises
        ------
        KeyError
            There is no such skill.
        """
        return {skill.id: skill for skill in self.register.skills}[skill_id]


def skills_file(region: Region) -> Path:
    """Where the region's skills stand: in a file of its own, in a copy of the program's, or with the program."""
    if SKILLS in region.inputs:
        return region.folder / SKILLS
    homes = (region.folder / COPIES / SKILLS, STANDARDS / SKILLS)
    return next((path for path in homes if path.is_file()), homes[-1])


def read_skills(region: Region) -> Skills:
    """Read the register that holds in a region.

    Raises
    ------
    ProblemsError
        All that is wrong with the file.
    """
    file = skills_file(region)
    read, problems = read_form(file, SkillRegister)
    if read is not None:
        problems += _unsound(read, set(region.tables["teams"]["team_id"]))
    if read is None or problems:
        raise ProblemsError(problems)
    return Skills(read.form, file)


def _unsound(read: FormFile[SkillRegister], team_ids: set[str]) -> Iterator[Problem]:
    """Names of kinds, classes and teams that are none, rows that stand there twice, kinds left out."""
    register = read.form
    teams = [turnout.team_kind for turnout in register.teams]
    for place, turnout in enumerate(register.teams):
        yield from _unknown(read, ("teams", place, "team_kind"), turnout.team_kind, TEAM_KINDS)
        yield from _unknown(read, ("teams", place, "vehicle_class"), turnout.vehicle_class, VEHICLE_CLASSES)
    for place, skill in enumerate(register.skills):
        for number, kind in enumerate(skill.team_kinds):
            yield from _unknown(read, ("skills", place, "team_kinds", number), kind, TEAM_KINDS)
        for number, team in enumerate(skill.teams):
            if team not in team_ids:
                yield _problem(read, ("skills", place, "teams", number), "no_such_team", team)
    yield from _doubled(read, "teams", "team_kind", teams)
    yield from _doubled(read, "skills", "id", [skill.id for skill in register.skills])
    lacking = [kind for kind in TEAM_KINDS if kind not in teams]
    if lacking:
        yield _problem(read, ("teams",), "team_kinds_lacking", None, lacking=", ".join(lacking))


def _unknown(read: FormFile[SkillRegister], path: FormPath, written: str, known: dict[str, str]) -> Iterator[Problem]:
    if written not in known:
        listed = ", ".join(f"{code} {word}" for code, word in known.items())
        yield _problem(read, path, "not_a_choice", written, known=listed)


def _doubled(read: FormFile[SkillRegister], field: str, key: str, values: list[str]) -> Iterator[Problem]:
    for place, value in enumerate(values):
        if value in values[:place]:
            first = read.row_of((field, values.index(value), key))
            yield _problem(read, (field, place, key), "listed_twice", value, other=first)


def _problem(read: FormFile[SkillRegister], path: FormPath, words: str, value: object, **values: object) -> Problem:
    what, mend = Phrase(f"optimizer.incident.{words}", **values), Phrase(f"optimizer.incident.{words}_mend", **values)
    return Problem(what, mend, read.file, read.row_of(path), path_text(path), value)
