"""A module's old names that go on to work, with a warning, for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overhaul.errors import Refused
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.units import own_statements

MARK: Final = "# overhaul: shim of"
"""What a line begins with, above each name that has moved; the new dotted name follows."""


def shim(file: Bindings, names: Iterable[tuple[str, str]]) -> tuple[int, str]:
    """Where, and which code, makes (name, module it is in now) go on to work as an attribute of a module (PEP 562).

    A `__getattr__` that is there is asked behind the new names. Raises Refused for one that is no plain function.
    """
    listing = sorted(names)
    existing = _existing(file)
    if existing is not None:
        offset, indent, parameter = existing
        return offset, "".join(_lines(listing, indent, parameter))
    text = file.occurrences.text
    annotated = 'def __getattr__(name: str) -> object:\n    """Names that have moved."""\n'
    body = "".join(_lines(listing, "    ", "name"))
    fall = '    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
    start = "" if not text.strip() else "\n\n"
    end = len(text.rstrip())
    made = f"{start}{annotated}{body}{fall}"
    return end, ("\n" + made if start else made).removesuffix("\n" if end < len(text) else "")


def _lines(names: Sequence[tuple[str, str]], indent: str, parameter: str) -> Iterable[str]:
    for name, module in names:
        yield f"{indent}{MARK} {module}.{name}\n"
        yield f'{indent}if {parameter} == "{name}":\n'
        yield f"{indent}    import warnings\n\n"
        yield f"{indent}    from {module} import {name}\n\n"
        yield f'{indent}    warnings.warn("{name} is in {module} now", DeprecationWarning, stacklevel=2)\n'
        yield f"{indent}    return {name}\n"


def _existing(file: Bindings) -> tuple[int, str, str] | None:
    """Where the body of a module's `__getattr__` begins, its indent, and what it calls the name."""
    occurrences = file.occurrences
    for statement in own_statements(file):
        node = statement.node
        if type(node).__name__ != "FunctionDef" or node.name.value != "__getattr__":
            continue
        where = f"{file.path}:{statement.line}"
        body = [one for one in occurrences.statements if one.suite == statement.number]
        parameters = [*node.params.posonly_params, *node.params.params]
        if len(parameters) != 1 or node.decorators:
            raise Refused(f"{where}: __getattr__ is not a plain function of one name: add the old names by hand")
        first = body[0]
        if type(first.node).__name__ == "Expr" and len(body) > 1:
            first = body[1]
        line = occurrences.text.rfind("\n", 0, first.start) + 1
        indent = occurrences.text[line : first.start]
        if indent.strip():
            raise Refused(f"{where}: __getattr__ stands on one line: add the old names by hand")
        # The line that marks an older shim stays above it.
        above = occurrences.text.rfind("\n", 0, max(line - 1, 0)) + 1
        if occurrences.text[above:line].strip().startswith(MARK):
            line = above
        return line, indent, parameters[0].name.value
    return None
