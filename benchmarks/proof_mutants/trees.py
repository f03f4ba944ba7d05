"""Ways to break a text that change what it does and none of the names that it binds."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Sequence

from benchmarks.proof_mutants.texts import offset

Place = ast.expr | ast.stmt


def drop_a_statement(text: str, chance: random.Random) -> str | None:
    """A call that stands by itself is gone."""
    found = [node for node in _all(text) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return _instead(text, found, chance, lambda _: "None")


def swap_arguments(text: str, chance: random.Random) -> str | None:
    """The first two arguments of a call change places."""
    found = [
        node for node in _all(text) if isinstance(node, ast.Call) and len(node.args) >= 2
        and not any(isinstance(one, ast.Starred) for one in node.args[:2])
        and ast.dump(node.args[0]) != ast.dump(node.args[1])
    ]  # fmt: skip
    if not found:
        return None
    one, other = chance.choice(found).args[:2]
    (a, b), (c, d) = _span(text, one), _span(text, other)
    return f"{text[:a]}{text[c:d]}{text[b:c]}{text[a:b]}{text[d:]}"


def change_a_default(text: str, chance: random.Random) -> str | None:
    """A parameter has another default."""
    functions = [node for node in _all(text) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    defaults = [one for node in functions for one in (*node.args.defaults, *node.args.kw_defaults) if one is not None]
    return _instead(text, defaults, chance, lambda _: "987654")


def change_a_constant(text: str, chance: random.Random) -> str | None:
    """A number or a truth value is another one."""
    kinds = (bool, int, float)
    found = [node for node in _all(text) if isinstance(node, ast.Constant) and isinstance(node.value, kinds)]
    return _instead(text, found, chance, lambda old: "False" if old == "True" else "987654")


def negate_a_condition(text: str, chance: random.Random) -> str | None:
    """A branch is taken where the other one was."""
    tests = [node.test for node in _all(text) if isinstance(node, ast.If)]
    tests = [one for one in tests if "TYPE_CHECKING" not in ast.dump(one)]
    return _instead(text, tests, chance, lambda old: f"(not ({old}))")


def lose_a_return(text: str, chance: random.Random) -> str | None:
    """A value is worked out and not given back."""
    found = [node for node in _all(text) if isinstance(node, ast.Return) and node.value is not None]
    return _instead(text, found, chance, lambda old: old.removeprefix("return").strip())


def lose_an_await(text: str, chance: random.Random) -> str | None:
    """A coroutine is made and not waited for."""
    found = [node for node in _all(text) if isinstance(node, ast.Await)]
    return _instead(text, found, chance, lambda old: old.removeprefix("await").strip())


def drop_a_decorator(text: str, chance: random.Random) -> str | None:
    """A function or class loses what decorates it."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [one for node in _all(text) if isinstance(node, kinds) for one in node.decorator_list]
    if not found:
        return None
    start, end = _span(text, chance.choice(found))
    line = text.rfind("\n", 0, start) + 1
    return f"{text[:line]}{text[text.find(chr(10), end) + 1 :]}"


def _all(text: str) -> Iterable[ast.AST]:
    return ast.walk(ast.parse(text))


def _span(text: str, node: Place) -> tuple[int, int]:
    return (
        offset(text, node.lineno, node.col_offset), offset(text, node.end_lineno or 0, node.end_col_offset or 0)
    )  # fmt: skip


def _instead(text: str, found: Sequence[Place], chance: random.Random, change: Callable[[str], str]) -> str | None:
    """The text with one of some places written otherwise."""
    if not found:
        return None
    start, end = _span(text, chance.choice(found))
    return f"{text[:start]}{change(text[start:end])}{text[end:]}"
