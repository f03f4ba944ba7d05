"""What a variable of a module is, where nobody can tell it from another of the same value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from overhaul.merging.definitions import Member
from overhaul.naming.meanings import External, Meaning, Symbol


def type_variable(member: Member, meaning: Meaning) -> str:
    """What a type variable is, its name left out: only annotations know it by its name. "" for anything else."""
    if not isinstance(meaning, Symbol) or meaning.module != member.module:
        return ""
    for node in member.tree.node.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function, args=[_, *rest], keywords=more)):
                if name == meaning.name and ast.unparse(function).rpartition(".")[2] in ("TypeVar", "ParamSpec"):
                    if rest or more:
                        return ""
                    return ast.unparse(function).rpartition(".")[2]
            case _:
                continue
    return ""


def constant(member: Member, meaning: Meaning) -> str:
    """The value of a variable that is set once, to something that nobody can change; "" for any other."""
    if not isinstance(meaning, Symbol) or meaning.module != member.module or meaning.alternatives:
        return ""
    bindings = member.file.bindings(member.file.top, meaning.name)
    for node in member.tree.node.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == meaning.name:
                fixed = len(bindings) == 1 and all(_unchanging(member, one) for one in _parts(value))
                fixed = fixed and not any(True for _ in starred(member, name))
                return ast.dump(value) if fixed else ""
            case _:
                continue
    return ""


def starred(member: Member, name: str) -> Iterator[int]:
    """The lines of star imports that may bring a name into the module of a definition."""
    symbols = member.project.symbols
    for node in ast.walk(member.tree.node):
        if not isinstance(node, ast.ImportFrom) or node.names[0].name != "*":
            continue
        target = symbols.absolute(member.module, f"{'.' * node.level}{node.module or ''}")
        source = symbols.locate(target, member.module) if target else None
        if source is None or name in symbols.names(source):
            yield node.lineno


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """What an expression is made of: the values in tuples and operations, and of a pattern its arguments."""
    match value:
        case ast.Tuple(elts=elements):
            for one in elements:
                yield from _parts(one)
        case ast.UnaryOp(operand=operand):
            yield from _parts(operand)
        case ast.BinOp(left=left, right=right):
            yield from (*_parts(left), *_parts(right))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile") as function, args=arguments):
            yield function.value
            for one in (*arguments, *(each.value for each in value.keywords)):
                yield from _parts(one)
        case ast.Attribute(value=ast.Name(id="re") as owner):
            yield owner
        case _:
            yield value


def _unchanging(member: Member, one: ast.expr) -> bool:
    """Whether it is a constant, or the module `re` of the standard library."""
    if isinstance(one, ast.Constant):
        return True
    meaning = member.project.symbols.lookup(member.module, "", one.id) if isinstance(one, ast.Name) else None
    return isinstance(meaning, External) and meaning.name == "re"
