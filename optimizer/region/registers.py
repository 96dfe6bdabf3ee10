"""Find the registers of standards that a region names, and bring its rules into force.

A register is a YAML file of :class:`~optimizer.region.standards.Register`: one that comes with the program, by its
name, or one of the region's own, by its path inside the region's folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from network.problem import Problem
from network.words import Phrase
from optimizer.region.settings import Change, RegionSettings, StandardsChoice
from optimizer.region.standards import Register, Rule
from optimizer.region.yaml_form import read_form

STANDARDS = Path(__file__).parents[2] / "datasets" / "standards"
"""The registers that come with the program."""

COPIES = "standards"
"""The folder for copies of them inside a region's."""

SKILLS = "skills.yaml"
"""The register of skills, which holds no rules; among the program's registers, or of the region's own in its folder."""

_FILE = "region.yaml"


def register_files(settings: RegionSettings, folder: Path) -> dict[str, Path]:
    """Give the file of each register that the settings name and that exists, in the order of naming.

    A register of the program's is taken from ``folder`` where a copy lies there as ``standards/NAME.yaml``, as in every
    plan folder: a plan is verified by the rules that it was made by, whatever has become of them since.
    """
    names = dict.fromkeys((*settings.standards.registers, *settings.standards.adopt))
    files = {name: _register_file(name, folder) for name in names}
    return {name: path for name, path in files.items() if path}


def read_rules(settings: RegionSettings, folder: Path) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Read the rules in force.

    All rules of ``registers`` hold, and of the registers under ``adopt`` those that are listed. ``leave_out``,
    ``change``, ``mandatory`` and ``advisory`` name rules by id, or by ``register/id`` where two registers share an id.

    Parameters
    ----------
    settings : RegionSettings
    folder : Path
        Of the region; registers of its own are looked for in it.

    Returns
    -------
    tuple of Rule
        In the order of the registers. Binding rules and those listed as mandatory are ``mandatory``, unless they are
        listed as advisory.
    list of Problem
        Unknown registers and rules, and all that is wrong in a register.
    """
    choice = settings.standards
    registers, problems = _read_registers(settings, folder)
    problems += _unknown_adopted(choice, registers)
    chosen = list(_chosen(choice, registers))
    problems += _unknown_rules(choice, chosen)
    problems += _contradictions(choice, chosen)
    kept = [(name, rule) for name, rule in chosen if not _named(choice.leave_out, name, rule)]
    problems += [problem for name, rule in kept for problem in _cannot_change(choice, name, rule)]
    changed = [(name, _in_force(choice, name, rule)) for name, rule in kept]
    rules: dict[str, tuple[str, Rule]] = {}
    for name, rule in changed:
        first = rules.setdefault(rule.id, (name, rule))
        if _number(first[1]) != _number(rule):
            problems.append(_clash(first, (name, rule)))
    return tuple(rule for _, rule in rules.values()), problems


def _register_file(name: str, folder: Path) -> Path | None:
    """Find a register by its name in the program's or their copies, or by its path inside ``folder``."""
    own = (folder / name).resolve()
    if name.endswith((".yaml", ".yml")):
        return own if own.is_relative_to(folder.resolve()) and own.is_file() else None
    homes = folder / COPIES, STANDARDS
    found = ((home, home / f"{name}.yaml") for home in homes)
    return next((path for home, path in found if path.parent == home and path.is_file()), None)


def register_name(path: Path, folder: Path) -> str:
    """Name a register's file inside a region's folder, or in a copy of it, where the program's own lie together."""
    home = folder.resolve()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else f"{COPIES}/{path.name}"


def _read_registers(settings: RegionSettings, folder: Path) -> tuple[dict[str, Register], list[Problem]]:
    files = register_files(settings, folder)
    known = ", ".join(sorted(path.stem for path in STANDARDS.glob("*.yaml") if path.name != SKILLS))
    registers: dict[str, Register] = {}
    problems: list[Problem] = []
    for name in dict.fromkeys((*settings.standards.registers, *settings.standards.adopt)):
        if name not in files:
            problems.append(_problem("unknown_register", "standards.registers", name, known=known))
            continue
        register, found = read_form(files[name], Register)
        problems += found
        if register:
            registers[name] = register.form
            problems += _unsound(register.form, files[name].name)
    return registers, problems


def _unsound(register: Register, file: str) -> Iterator[Problem]:
    """What a register says that its form cannot refuse."""
    seen: set[str] = set()
    for rule in register.rules:
        if rule.id in seen:
            yield _problem("rule_twice", "rules", rule.id, file=file)
        seen.add(rule.id)
        bounds = rule.at_least, rule.at_most
        if bounds == (None, None):
            yield _problem("rule_without_number", "rules", rule.id, file=file)
        elif None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]
            yield _problem("rule_excludes_itself", "rules", rule.id, file=file, low=bounds[0], high=bounds[1])


def _unknown_adopted(choice: StandardsChoice, registers: dict[str, Register]) -> Iterator[Problem]:
    for name, ids in choice.adopt.items():
        known = [rule.id for rule in registers[name].rules] if name in registers else list(ids)
        for rule_id in ids:
            if rule_id not in known:
                column = f"standards.adopt.{name}"
                yield _problem("unknown_rule", column, rule_id, known=", ".join(known))


def _chosen(choice: StandardsChoice, registers: dict[str, Register]) -> Iterator[tuple[str, Rule]]:
    """Rules of the registers, then the adopted ones, each with the register's name."""
    for name in choice.registers:
        if name in registers:
            yield from ((name, rule) for rule in registers[name].rules)
    for name, ids in choice.adopt.items():
        if name not in registers or name in choice.registers:
            continue
        for rule in registers[name].rules:
            if rule.id in ids:
                where = registers[name].jurisdiction
                yield name, rule.model_copy(update={"standing": "adopted", "adopted_from": where})


def _named(names: Iterable[str], register: str, rule: Rule) -> bool:
    return bool({rule.id, f"{register}/{rule.id}"}.intersection(names))


def _in_force(choice: StandardsChoice, register: str, rule: Rule) -> Rule:
    """Give a rule with the region's change of its number and its weight in the plan."""
    mandatory = rule.standing == "binding" or _named(choice.mandatory, register, rule)
    update: dict[str, object] = {"mandatory": mandatory and not _named(choice.advisory, register, rule)}
    change = _change_of(choice, register, rule)
    if change:
        bound = "at_most" if rule.at_least is None else "at_least"
        update |= {bound: change.value, "changed": change}
    return rule.model_copy(update=update)


def _change_of(choice: StandardsChoice, register: str, rule: Rule) -> Change | None:
    return choice.change.get(f"{register}/{rule.id}") or choice.change.get(rule.id)


def _cannot_change(choice: StandardsChoice, register: str, rule: Rule) -> Iterator[Problem]:
    if _change_of(choice, register, rule) and rule.at_least is not None and rule.at_most is not None:
        yield _problem("change_of_two_bounds", "standards.change", rule.id)


def _unknown_rules(choice: StandardsChoice, chosen: list[tuple[str, Rule]]) -> Iterator[Problem]:
    """Names under ``mandatory``, ``advisory``, ``leave_out`` and ``change`` that no rule bears."""
    known = {rule.id for _, rule in chosen} | {f"{name}/{rule.id}" for name, rule in chosen}
    listed = ", ".join(dict.fromkeys(rule.id for _, rule in chosen))
    fields = {
        "mandatory": choice.mandatory,
        "advisory": choice.advisory,
        "leave_out": choice.leave_out,
        "change": tuple(choice.change),
    }
    for field, names in fields.items():
        for name in names:
            if name not in known:
                yield _problem("unknown_rule", f"standards.{field}", name, known=listed)


def _contradictions(choice: StandardsChoice, chosen: list[tuple[str, Rule]]) -> Iterator[Problem]:
    """Rules that are weighted twice, or weighted although every register's rule of that name is left out."""
    weights = {"mandatory": choice.mandatory, "advisory": choice.advisory}
    for field, names in weights.items():
        for name in dict.fromkeys(names):
            bearers = [(register, rule) for register, rule in chosen if _named((name,), register, rule)]
            if bearers and all(_named(choice.leave_out, *bearer) for bearer in bearers):
                yield _problem("weighted_and_left_out", f"standards.{field}", name, rule=name, field=field)
    kept = [(register, rule) for register, rule in chosen if not _named(choice.leave_out, register, rule)]
    doubled = [rule.id for register, rule in kept if all(_named(names, register, rule) for names in weights.values())]
    for rule_id in dict.fromkeys(doubled):
        yield _problem("mandatory_and_advisory", "standards.advisory", rule_id, rule=rule_id)


def _number(rule: Rule) -> tuple[float | None, float | None]:
    return rule.at_least, rule.at_most


def _clash(first: tuple[str, Rule], second: tuple[str, Rule]) -> Problem:
    (name, rule), (other_name, other) = first, second
    values = {
        "rule": rule.id,
        "first": f"{name} ({bounds_text(rule)})",
        "second": f"{other_name} ({bounds_text(other)})",
        "one": f"{other_name}/{rule.id}",
    }
    return _problem("rules_clash", "standards.registers", None, **values)


def bounds_text(rule: Rule) -> str:
    """Give a rule's number with its sign and unit, as ``≥ 50 people``."""
    signs = (("≥", rule.at_least), ("≤", rule.at_most))
    return " ".join(f"{sign} {value:g}" for sign, value in signs if value is not None) + f" {rule.unit}"


def _problem(words: str, column: str, value: object, *, file: str = _FILE, **values: object) -> Problem:
    what = Phrase(f"optimizer.standards.{words}", **values)
    return Problem(what, Phrase(f"optimizer.standards.{words}_mend", **values), file, None, column, value)
