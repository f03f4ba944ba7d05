"""Literals that differ between definitions, as arguments: what each is called, and what every one of them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from overhaul.errors import Refused
from overhaul.merging.definitions import Member
from overhaul.merging.likeness import Literal


def arguments(
    home: Member, literals: Mapping[Member, Sequence[Literal]], parameters: Mapping[str, str]
) -> Mapping[Member, Mapping[str, str]]:  # fmt: skip
    """What each of the others gives by the name of a parameter; those that differ in nothing of it give nothing.

    `parameters`: name -> the literal as the one that stays has it. Raises Refused for literals that nobody has named,
    and where one name would stand for two things in one of them.
    """
    places: dict[str, set[int]] = {}
    own: dict[tuple[Member, str], set[int]] = {}
    given: dict[Member, dict[str, str]] = {}
    for other, several in literals.items():
        found = given.setdefault(other, {})
        for literal in several:
            name, text = _name(home, other, literal, parameters), other.tree.written(literal.second)
            if found.setdefault(name, text) != text:
                raise Refused(f"{other.at(literal.second)}: {name} would stand for {found[name]} and {text}: give "
                              "these two names")  # fmt: skip
            places.setdefault(name, set()).add(home.tree.start(literal.first))
            own.setdefault((other, name), set()).add(home.tree.start(literal.first))
    for (other, name), mine in own.items():
        if mine != places[name]:
            raise Refused(f"{other.where}: {name} would stand for {given[other][name]} and {parameters[name]} in "
                          f"{other.target}: merge it in a step of its own")  # fmt: skip
    if unused := [name for name in parameters if name not in places]:
        raise Refused(f"{home.where}: no literal that differs is {parameters[unused[0]]}: take {unused[0]} out of the "
                      "parameters")  # fmt: skip
    first, last = home.unit.statements[0].names
    used = {one.name for one in home.file.occurrences.all[first:last]}
    for name in places:
        if name in used or not name.isidentifier():
            raise Refused(f"{home.where}: {name} is no free name there: call the argument otherwise")
    return given


def _name(home: Member, other: Member, literal: Literal, parameters: Mapping[str, str]) -> str:
    written = home.tree.written(literal.first)
    name = next((name for name, text in parameters.items() if text == written), "")
    if not name:
        example = f"parameters = {{ name = {written!r} }}"
        raise Refused(f"{other.at(literal.second)}: {other.target} has {other.tree.written(literal.second)} where "
                      f"{home.target} has {written}: say what that argument is called ({example}), or leave "
                      "it out")  # fmt: skip
    return name
