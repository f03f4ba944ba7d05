"""Names that nobody can tell whose they are: attributes of expressions, and strings that may be looked up by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from overhaul.facts import LooseName
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Role, Scope

_How = Literal["attribute", "called", "computed", "super", "own", "string", "pattern", "main"]
_NAME: Final = re.compile(
    r"\.?[A-Za-z_]\w{2,79}|[A-Za-z_]\w{0,79}(?:[.:][A-Za-z_]\w{0,79}){1,12}|\.[A-Za-z_]\w{0,79}(?:\.\w{1,79}){1,12}"
)
_PATTERN: Final = re.compile(r"(\w{0,60})(?:%s|%\(\w{1,20}\)s|\{\w{0,20}\})(\w{0,60})")
_TELLING: Final = 2
"""More characters than that tell a name from others."""
_OF_ALL: Final = frozenset({"globals", "vars", "dir", "getmembers", "getmembers_static"})
"""What gives all that a module or class has."""
_WORD: Final = re.compile(r"\w{1,60}")


@Collector("Attribute", "SimpleString", "FormattedString", "Comparison", "Assign", "AugAssign", "Call")
def loose_names(module: Module) -> Iterator[LooseName]:
    """What is asked of the values of expressions, of `super()`, and what strings may be the names of.

    `make().run()`, `queue[0].run()`; `getattr(self, "run")`, `f"visit_{kind}"`, `"package.module.Class"`.
    """
    found: dict[tuple[str, _How], set[str]] = {}
    for attribute, _, block in module.nodes(cst.Attribute):
        root: Any = attribute.value
        while root.__class__ is cst.Attribute:
            root = root.value
        if root.__class__ is cst.Name and not root.lpar:
            continue
        name = attribute.attr.value
        how: _How = "attribute"
        if root is attribute.value and root.__class__ is cst.Call:
            called = _chain(root.func)
            if called == "super":
                how = "super"
            elif called:
                how, name = "called", f"{called}().{name}"
        found.setdefault((block.scope.name, how), set()).add(name)
    strings: set[str] = set()
    patterns: set[str] = set()
    listed = _listed(module)
    for string, _, _ in module.nodes(cst.SimpleString):
        text = string.value
        if len(text) > 220 or id(string) in listed:
            continue
        text = text.lstrip("rRbBuU").strip("\"'")
        if _NAME.fullmatch(text):
            strings.add(text)
        elif (match := _PATTERN.fullmatch(text)) is not None:
            patterns.add(f"{match[1]}*{match[2]}")
    for formatted, _, _ in module.nodes(cst.FormattedString):
        parts: Any = formatted.parts
        if 2 <= len(parts) <= 5:
            first, last = (_text(parts[0]), _text(parts[-1]))
            if first is not None and last is not None:
                # What ends in an underscore is most often the front of another name.
                patterns.add(f"{first}*{'' if last.endswith('_') else last}")
    for scope in module.scopes:
        if scope.kind in ("class", "lambda", "comprehension"):
            _of_scope(scope, found)
    for comparison, _, _ in module.nodes(cst.Comparison):
        left: Any = comparison.left
        if left.__class__ is cst.Name and left.value == "__name__":
            other: Any = comparison.comparisons[0].comparator
            if getattr(other, "value", "").strip("\"'") == "__main__":
                found["", "main"] = {"__main__"}
    if strings:
        found["", "string"] = strings
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        whole = _whole(func, call.args, block.scope.top) if _last(func) in _OF_ALL else ""
        if whole:
            found.setdefault((block.scope.name, "computed"), set()).add(whole)
        if func.__class__ is cst.Name and func.value == "getattr" and len(call.args) > 1:
            asked = _asked(call.args[0].value)
            asked_for: Any = call.args[1].value
            front, back = _ends(asked_for)
            if (front or back) and asked_for.__class__ is not cst.SimpleString:
                patterns.add(f"{front}*{back}")
            if asked and len(front) <= _TELLING and len(back) <= _TELLING:
                found.setdefault((block.scope.name, "computed"), set()).add(asked)
    patterns.discard("*")
    if patterns:
        found["", "pattern"] = patterns
    for (name, how), names in sorted(found.items()):
        yield LooseName(scope=name, how=how, names=tuple(sorted(names)))


def _of_scope(scope: Scope, found: dict[tuple[str, _How], set[str]]) -> None:
    """What a class body uses of itself, and what is asked of the variables of lambdas and comprehensions."""
    for role, name, _, _, _ in scope.events:
        if role > Role.DELETE:
            continue
        root, _, rest = name.partition(".")
        own = scope.kind == "class" and root in scope.bound
        if own and root not in scope.imported:
            found.setdefault((scope.name, "own"), set()).add(root)
        if rest and (own or _fleeting(scope, root)):
            found.setdefault((scope.name, "attribute"), set()).update(rest.split("."))


def _fleeting(scope: Scope, name: str) -> bool:
    """Whether a name is a variable of a lambda or comprehension."""
    one: Scope | None = scope
    while one is not None and one.kind in ("lambda", "comprehension"):
        if name in one.bound:
            return True
        one = one.parent
    return False


def _text(part: Any) -> str | None:
    """What a part of a formatted string adds to a name: "" for an expression, None for what no name has."""
    if part.__class__ is cst.FormattedStringExpression:
        return ""
    return part.value if _WORD.fullmatch(part.value) else None


def _chain(node: Any) -> str:
    """A name with its attributes; "" for any other expression."""
    names: list[str] = []
    while node.__class__ is cst.Attribute:
        names.append(node.attr.value)
        node = node.value
    if node.__class__ is not cst.Name:
        return ""
    return ".".join((node.value, *reversed(names)))


def _last(func: Any) -> str:
    """The last name of what is called; "" for any other expression."""
    if func.__class__ is cst.Attribute:
        func = func.attr
    return func.value if func.__class__ is cst.Name else ""


def _whole(func: Any, arguments: Sequence[cst.Arg], top: bool) -> str:
    """What a call gives all attributes of, as `LooseName.names` has it for `computed`; "" for nothing."""
    name = _chain(func)
    if name == "globals" or (name == "vars" and top and not arguments):
        return "globals()"
    if not arguments or arguments[0].star:
        return ""
    asked = _asked(arguments[0].value)
    if name == "vars":
        return asked if asked in ("", "globals()") else f"{asked}.__dict__"
    return asked if name in ("inspect.getmembers", "getmembers", "inspect.getmembers_static", "dir") else ""


def _asked(node: Any) -> str:
    """The chain that attributes are asked of; "globals()" for the module itself, "" for any other expression."""
    if node.__class__ is cst.Subscript and len(node.slice) == 1 and _chain(node.value).rpartition(".")[2] == "modules":
        index: Any = node.slice[0].slice
        named = index.__class__ is cst.Index and _chain(index.value) == "__name__"
        return "globals()" if named and _chain(node.value) in ("sys.modules", "modules") else ""
    return _chain(node)


def _ends(name: Any) -> tuple[str, str]:
    """The front and the back of a name, as far as they are written where it is asked for; the whole for a constant."""
    first = last = name
    if name.__class__ is cst.FormattedString and name.parts:
        first, last = name.parts[0], name.parts[-1]
    while first.__class__ is cst.BinaryOperation:
        first = first.left
    if last.__class__ is cst.BinaryOperation:
        last = last.right
    return _written(first), _written(last)


def _written(part: Any) -> str:
    if part.__class__ is cst.SimpleString:
        text = part.value.lstrip("rRbBuU").strip("\"'")
    elif part.__class__ is cst.FormattedStringText:
        text = part.value
    else:
        return ""
    return text if _WORD.fullmatch(text) else ""


def _listed(module: Module) -> frozenset[int]:
    """The strings of `__all__`, by identity."""
    found: set[int] = set()
    if "__all__" not in module.scopes[0].bound:
        return frozenset()
    statements: list[Any] = [node for node, _, _ in module.nodes(cst.Assign)]
    statements += [node for node, _, _ in module.nodes(cst.AugAssign)]
    for node in statements:
        targets = [one.target for one in node.targets] if node.__class__ is cst.Assign else [node.target]
        if any(getattr(one, "value", None) == "__all__" for one in targets):
            found.update(id(one.value) for one in getattr(node.value, "elements", ()))
    return frozenset(found)
