"""Ways to break a plan that is right."""

from __future__ import annotations

import ast
import functools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from benchmarks.proof_mutants.texts import (
    bound,
    called,
    functions_of,
    globals_of,
    in_code,
    is_import,
    is_plain,
    last_import,
    line_above,
    offset,
    used,
    used_at_import,
    uses,
    without,
)
from benchmarks.proof_mutants.trees import (
    change_a_constant,
    change_a_default,
    drop_a_decorator,
    drop_a_statement,
    lose_a_return,
    lose_an_await,
    negate_a_condition,
    swap_arguments,
)
from overhaul.plans import Plan
from overhaul.project import Project

NAME: Final = re.compile(r"[^\W\d]\w*")


class Right(NamedTuple):
    """A plan that was proven, and the project before it."""

    project: Project
    plan: Plan
    old: str
    """The last part of what was moved or renamed."""
    new: str
    module: str
    """Where it is afterwards."""


class Text(NamedTuple):
    """One file that a plan changes."""

    number: int
    """Among the plan's files."""
    path: str
    before: str
    after: str


Mutation = Callable[[Right, Text, random.Random], str | None]
"""The text that the file would have instead; None where it cannot be broken so."""


def forget_the_file(right: Right, text: Text, _: random.Random) -> str | None:
    """A file that has to change stays as it is."""
    # Where the old name is kept, its users may stay as they are.
    kept = any(one.kept for one in right.plan.moved)
    return text.before if right.plan.files[text.number].before is not None and not kept else None


def forget_an_import(right: Right, text: Text, chance: random.Random) -> str | None:
    """A changed import stays as it was."""
    return _as_before(right, text, chance, imports=True)


def forget_a_use(right: Right, text: Text, chance: random.Random) -> str | None:
    """A changed use stays as it was."""
    return _as_before(right, text, chance, imports=False)


def _as_before(right: Right, text: Text, chance: random.Random, *, imports: bool) -> str | None:
    edits = [
        one for one in right.plan.files[text.number].replacements
        if one.guidance == "safe" and one.text.strip() and NAME.fullmatch(one.text)
        and NAME.fullmatch(text.before[one.start : one.end])
        and is_import(text.before, one.start) == imports and in_code(text.before, one.start)
    ]  # fmt: skip
    if not edits or any(one.kept for one in right.plan.moved):
        return None
    left_out = chance.choice(edits)
    parts: list[str] = []
    at = 0
    for one in right.plan.files[text.number].replacements:
        if one is not left_out:
            parts += (text.before[at : one.start], one.text)
            at = one.end
    return "".join((*parts, text.before[at:]))


def misspell(right: Right, text: Text, chance: random.Random) -> str | None:
    """A use gets another name than the definition."""
    return at_a_use(right, text, chance, lambda name: f"{name}x")


def use_another(right: Right, text: Text, chance: random.Random) -> str | None:
    """A use means another global of the module."""
    others = [one for one in globals_of(text.after) if one not in (right.new, right.old)]
    return at_a_use(right, text, chance, lambda _: chance.choice(others)) if others else None


def capture(right: Right, text: Text, chance: random.Random) -> str | None:
    """A function gets a variable of the name that it uses."""
    places = [one for one in functions_of(text.after) if uses(one, right.new)]
    if not places:
        return None
    function = chance.choice(places)
    first = function.body[0]
    return line_above(text.after, first.lineno, f"{' ' * first.col_offset}{right.new} = None")


def bind_twice(right: Right, text: Text, _: random.Random) -> str | None:
    """Another definition of the new name follows."""
    if right.new not in globals_of(text.after):
        return None
    return f"{text.after.rstrip()}\n\n\ndef {right.new}():\n    return None\n"


def hide_by_an_import(right: Right, text: Text, chance: random.Random) -> str | None:
    """An import binds the new name to something else."""
    line = last_import(text.after)
    if not line or right.new not in globals_of(text.after):
        return None
    return line_above(text.after, line + 1, f"from json import loads as {right.new}")


def drop_the_import(right: Right, text: Text, _: random.Random) -> str | None:
    """An import goes, and what it binds is used on."""
    for node in ast.parse(text.after).body:
        alone = isinstance(node, ast.ImportFrom) and len(node.names) == 1
        if alone and bound(node) == [right.new] and used(text.after, right.new):
            return without(text.after, node)
    return None


def import_from_elsewhere(right: Right, text: Text, _: random.Random) -> str | None:
    """The new name is taken from a module that does not have it."""
    for node in ast.parse(text.after).body:
        if isinstance(node, ast.ImportFrom) and any(one.name == right.new for one in node.names) and node.module:
            lines = text.after.splitlines(keepends=True)
            line = lines[node.lineno - 1]
            dots = "." * node.level
            lines[node.lineno - 1] = line.replace(f"from {dots}{node.module}", "from json.decoder", 1)
            return "".join(lines)
    return None


def import_as_another(right: Right, text: Text, _: random.Random) -> str | None:
    """An import binds another name than the one that is used."""
    for node in ast.parse(text.after).body:
        if isinstance(node, ast.ImportFrom) and used(text.after, right.new):
            for one in node.names:
                if one.name == right.new and one.asname is None:
                    at = offset(text.after, one.end_lineno or 0, one.end_col_offset or 0)
                    return f"{text.after[:at]} as renamed_{right.new}{text.after[at:]}"
    return None


def import_for_typing(right: Right, text: Text, _: random.Random) -> str | None:
    """An import that is needed when the code runs is for type checkers only."""
    for node in ast.parse(text.after).body:
        if is_plain(node, right.new) and called(text.after, right.new):
            lines = text.after.splitlines(keepends=True)
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {line}"
            return "".join(lines)
    return None


def import_too_late(right: Right, text: Text, _: random.Random) -> str | None:
    """An import stands below what needs it when the module is loaded."""
    tree = ast.parse(text.after)
    for node in tree.body:
        if is_plain(node, right.new) and used_at_import(tree, right.new):
            line = text.after.splitlines(keepends=True)[node.lineno - 1]
            return f"{without(text.after, node).rstrip()}\n\n\n{line}"
    return None


def import_in_a_function(right: Right, text: Text, _: random.Random) -> str | None:
    """An import is made in one function alone."""
    for node in ast.parse(text.after).body:
        if is_plain(node, right.new) and used(text.after, right.new):
            line = text.after.splitlines(keepends=True)[node.lineno - 1]
            return f"{without(text.after, node).rstrip()}\n\n\ndef _load():\n    {line}"
    return None


def lose_from_all(right: Right, text: Text, _: random.Random) -> str | None:
    """`__all__` no longer lists it."""
    found = re.search(rf"""(__all__\s*(?:\+?=|\.)[^\]\)]*?)(["']){right.new}\2,?""", text.after)
    if found is None or f"{found[2]}{right.old}{found[2]}" not in text.before:
        return None
    return text.after[: found.end(1)] + text.after[found.end():]


def keep_the_old_in_all(right: Right, text: Text, _: random.Random) -> str | None:
    """`__all__` lists the old name."""
    found = re.search(rf"""(__all__\s*(?:\+?=|\.)[^\]\)]*?)(["']){right.new}\2""", text.after)
    if found is None or right.old == right.new:
        return None
    return f"{text.after[: found.end(1)]}{found[2]}{right.old}{found[2]}{text.after[found.end():]}"


def lose_the_definition(right: Right, text: Text, _: random.Random) -> str | None:
    """The definition gets yet another name."""
    found = re.search(rf"(?m)^((?:async )?(?:def|class) ){right.new}\b", text.after)
    return f"{text.after[: found.end(1)]}other_{text.after[found.end(1):]}" if found is not None else None


def make_a_ring(right: Right, text: Text, chance: random.Random) -> str | None:
    """The module that defines it imports one that imports it."""
    layout = right.project.layout
    if right.module not in layout.modules or text.path != _path_after(right, right.module):
        return None
    users = [module for module in layout.modules if "/" not in module and right.module in _imported(right, module)]
    if not users or "__future__" in text.after:
        return None
    user = chance.choice(users)
    names = [row.name for row in right.project.symbols.interior(user).functions.values() if "." not in row.name]
    return f"from {user} import {chance.choice(sorted(names))}\n{text.after}" if names else None


def _imported(right: Right, module: str) -> Iterator[str]:
    """The modules that a module's imports load when it is loaded."""
    symbols = right.project.symbols
    for row in symbols.imports[module]:
        absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}") if row.kind == "module" else None
        found = symbols.locate(absolute, module) if absolute else None
        if found is not None and found != module:
            yield found


def unbind_it(right: Right, text: Text, _: random.Random) -> str | None:
    """A `del` stands behind the definition."""
    if not re.search(rf"(?m)^(?:def|class) {right.new}\b", text.after):
        return None
    return f"{text.after.rstrip()}\n\ndel {right.new}\n"


def another_takes_the_name(right: Right, text: Text, chance: random.Random) -> str | None:
    """Another function of the module gets the new name."""
    if right.new not in globals_of(text.after):
        return None
    functions = (one.name for one in ast.parse(text.after).body if isinstance(one, ast.FunctionDef))
    others = [name for name in functions if name != right.new]
    if not others:
        return None
    other = chance.choice(others)
    return re.sub(rf"(?<![\w.]){other}(?!\w)", right.new, text.after)


def break_the_syntax(right: Right, text: Text, chance: random.Random) -> str | None:
    """A bracket too many."""
    found = re.finditer(rf"\b{right.new}\b", text.after)
    places = [one.end() for one in found if in_code(text.after, one.start())]
    if not places:
        return None
    at = chance.choice(places)
    return f"{text.after[:at]}({text.after[at:]}"


def declare_it_local(right: Right, text: Text, chance: random.Random) -> str | None:
    """A function that uses it unbinds it: Python takes it for a local variable."""
    places = [one for one in functions_of(text.after) if uses(one, right.new)]
    if not places:
        return None
    function = chance.choice(places)
    first = function.body[0]
    return line_above(text.after, first.lineno, f"{' ' * first.col_offset}for {right.new} in (): pass")


def touch_another_byte(right: Right, text: Text, _: random.Random) -> str | None:
    """Bytes change that nobody replaces."""
    return f"{text.after}\n"


def _in_a_tree(change: Callable[[str, random.Random], str | None]) -> Mutation:
    """A way that minds nothing but the text of a file that has been there."""

    @functools.wraps(change)
    def way(right: Right, text: Text, chance: random.Random) -> str | None:
        return change(text.after, chance) if right.plan.files[text.number].replacements else None

    return way


MUTATIONS: Final[Sequence[Mutation]] = (
    forget_the_file, forget_an_import, forget_a_use, misspell, use_another, capture, declare_it_local, bind_twice,
    hide_by_an_import, another_takes_the_name, drop_the_import, import_from_elsewhere, import_as_another,
    import_for_typing, import_too_late, import_in_a_function, lose_from_all, keep_the_old_in_all, lose_the_definition,
    unbind_it, make_a_ring, break_the_syntax, touch_another_byte,
    *(
        _in_a_tree(one) for one in (
            drop_a_statement, swap_arguments, change_a_default, change_a_constant, negate_a_condition, lose_a_return,
            lose_an_await, drop_a_decorator,
        )
    ),
)  # fmt: skip


def at_a_use(right: Right, text: Text, chance: random.Random, change: Callable[[str], str]) -> str | None:
    """The text with the new name changed where it is used."""
    places = [
        node for node in ast.walk(ast.parse(text.after)) if isinstance(node, ast.Name) and node.id == right.new
        and isinstance(node.ctx, ast.Load)
    ]  # fmt: skip
    if not places or right.new not in globals_of(text.after):
        return None
    node = chance.choice(places)
    start = offset(text.after, node.lineno, node.col_offset)
    return f"{text.after[:start]}{change(right.new)}{text.after[start + len(right.new):]}"


def _path_after(right: Right, module: str) -> str:
    moved = next((one for one in right.plan.moved if one.after.module == module and one.path_after), None)
    return moved.path_after if moved is not None else right.project.symbols.path(module)
