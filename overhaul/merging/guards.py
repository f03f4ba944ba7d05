"""What would change without a word when one definition takes the place of another: a reason to refuse, or to tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused
from overhaul.inventory import testing
from overhaul.merging.definitions import Member
from overhaul.merging.watching import refuse_replaced_anywhere, refuse_star
from overhaul.moving.altered import refuse_altered
from overhaul.moving.guards import refuse_by_name, registering
from overhaul.moving.namespace import refuse_asking
from overhaul.moving.needs import refuse_bound_to_module
from overhaul.naming.meanings import External
from overhaul.refactoring.references import Found, References

if TYPE_CHECKING:
    from overhaul.project import Project

_IDENTITY: Final = re.compile(
    r"\s*\.\s*(__(?:annotations|name|qualname|module|globals|code|dict|doc)__|__class__\s*\.\s*__\w+__)"
)
COLLECTED: Final = re.compile(r"[Tt]est|setup|teardown|setUp|tearDown|pytest_|load_tests")
_DUNDER: Final = re.compile(r"__\w+__")
_KEEPING: Final = re.compile(r"(^|\.)(lru_cache|cache|cached|memoize|memoise|memo)$")
_OWN_NAME: Final = re.compile(r"\b__(?:qualname|module)__\b|\bstacklevel\b|\b_getframe\b|\binspect\.stack\b")


def refuse_identity(
    project: Project, references: References, home: Member, other: Member, found: Sequence[Found]
) -> None:  # fmt: skip
    """Raises Refused where it matters which of two definitions something is, whatever both say."""
    names = frozenset({other.name})
    for member in (home, other):
        _refuse_found_by_place(member)
        refuse_bound(member)
        refuse_star(member)
        refuse_replaced_anywhere(project, references, member, home=member is home)
    _refuse_futures(home, other)
    refuse_by_name(other.file, other.unit)
    refuse_altered(other.file, other.unit, names)
    for why, certain in registering(project, other.file, other.unit):
        if certain:
            raise Refused(f"{other.where}: {why}, and {other.name} would no longer be on it: merge it by hand")
    if isinstance(other.node, ast.ClassDef):
        _refuse_state(other)
        if other.name != home.name:
            _refuse_private(other)
    for one in found:
        text = project.source(one.path).text()
        if one.how in ("name", "attribute", "import") and (match := _IDENTITY.match(text, one.end)) is not None:
            raise Refused(f"{one.path}:{one.line}: {match[1]} of {other.name} is asked for, which would be another: "
                          "merge it by hand")  # fmt: skip


def _refuse_found_by_place(member: Member) -> None:
    """Raises Refused for what Python or a test runner finds by its name and place."""
    if testing(member.symbol.path):
        fixture = any(_last(one) in ("fixture", "given", "hookimpl") for one in member.node.decorator_list)
        if not (COLLECTED.match(member.name) or fixture or member.symbol.path.endswith("conftest.py")):
            return
    elif not _DUNDER.fullmatch(member.name):
        return
    raise Refused(f"{member.where}: {member.name} is found by its name and place: leave it out")


def refuse_bound(member: Member) -> None:
    """Raises Refused for code that asks where it stands."""
    refuse_asking(member.file, member.unit)
    for _ in refuse_bound_to_module(member.file, member.unit, list(member.needs.values())):
        raise Refused(f"{member.where}: {member.name} names a logger after its module: hand the logger in first")
    for node in ast.walk(member.node) if not isinstance(member.node, ast.ClassDef) else ():
        owner = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and isinstance(owner, ast.Name) and owner.id == member.name:
            raise Refused(f"{member.at(node)}: {member.name}.{node.attr} is kept on the function itself, which would "
                          "be one for both: keep it elsewhere first")  # fmt: skip
    statement = member.unit.statements[0]
    text = member.file.occurrences.text
    match = _OWN_NAME.search(text, statement.start, statement.end)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        raise Refused(f"{member.symbol.path}:{line}: {match[0]} depends on who asks: merge {member.name} by hand")


def _refuse_private(member: Member) -> None:
    """Raises Refused for private names of a class that is called otherwise afterwards: they have its name in them."""
    for node in ast.walk(member.node):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "name", None)
        if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
            raise Refused(f"{member.where}: {name} is _{member.name}{name} to Python: call it otherwise first")


def _refuse_state(member: Member) -> None:
    """Raises Refused for a class that keeps something for all of its instances."""
    for node in member.node.body:
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            value = node.value
        if value is not None and not _fixed(value):
            raise Refused(f"{member.at(node)}: {member.name} keeps something for all of its instances, which would be "
                          "one for both classes: move it out of the class first")  # fmt: skip
    for one in ast.walk(member.node):
        if isinstance(one, ast.Attribute) and not isinstance(one.ctx, ast.Load):
            owner = one.value
            of_class = isinstance(owner, ast.Name) and owner.id in ("cls", member.name)
            of_type = isinstance(owner, ast.Call) and _last(owner.func) == "type"
            if of_class or of_type or (isinstance(owner, ast.Attribute) and owner.attr == "__class__"):
                raise Refused(f"{member.at(one)}: {member.name}.{one.attr} is set for all of its instances, which "
                              "would be one for both classes: merge it by hand")  # fmt: skip
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            for default in (*one.args.defaults, *(each for each in one.args.kw_defaults if each is not None)):
                if not _fixed(default):
                    raise Refused(f"{member.at(default)}: that default is one object for all calls, which would be one "
                                  "for both classes: make it None")  # fmt: skip


def _fixed(value: ast.expr) -> bool:
    """Whether a value is nothing that anybody changes, as far as one can see."""
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp() | ast.GeneratorExp():
            return False
        case ast.Call():
            return _last(value.func) in _FIXED
        case ast.Lambda():
            return True
        case _:
            return all(_fixed(one) for one in ast.iter_child_nodes(value) if isinstance(one, ast.expr))


def _refuse_futures(home: Member, other: Member) -> None:
    """Raises Refused where annotations are texts in one of the modules only, and somebody may read them."""
    if _texts(home) == _texts(other):
        return
    node = other.node
    fields = isinstance(node, ast.ClassDef) and any(isinstance(one, ast.AnnAssign) for one in node.body)
    declared = any(isinstance(one, ast.arg) and one.annotation is not None for one in ast.walk(node))
    if fields or (declared and node.decorator_list):
        raise Refused(f"{other.where}: annotations are texts in one of {home.module} and {other.module} only: write "
                      "`from __future__ import annotations` in both, or in none")  # fmt: skip


def _texts(member: Member) -> bool:
    return any(
        isinstance(one, ast.ImportFrom) and one.module == "__future__" and any(
            each.name == "annotations" for each in one.names
        )
        for one in member.tree.node.body
    )  # fmt: skip


def remarks(member: Member) -> Iterator[tuple[int, str]]:
    """What somebody is to think of when a definition goes: (line, why)."""
    if isinstance(member.node, ast.ClassDef):
        yield member.symbol.line, (
            "instances of both are of one class afterwards: isinstance, except, equality, repr and pickles tell none "
            "apart"
        )  # fmt: skip
    for node in ast.walk(member.node):
        for one in getattr(node, "decorator_list", ()):
            if _KEEPING.search(_dotted(one)):
                yield one.lineno, "what its decorator keeps is kept for both together"
        if isinstance(node, ast.Call) and _reports(member, node.func):
            yield node.lineno, "what it reports names the module and line that it comes from, which are others then"


def _reports(member: Member, function: ast.expr) -> bool:
    """Whether a call logs or warns."""
    if not isinstance(function, ast.Attribute | ast.Name):
        return False
    dotted = ast.unparse(function)
    meaning = member.project.symbols.lookup(member.module, "", dotted)
    if isinstance(meaning, External):
        return meaning.name.partition(".")[0] in ("logging", "warnings")
    owner, _, last = dotted.rpartition(".")
    return last in _LEVELS and "log" in owner.lower()


def unsaid(home: Member, other: Member) -> Iterator[tuple[int, str]]:
    """What is said in what goes, and not in what stays: a docstring, and comments."""
    said = other.documentation()
    if said and said.split() != home.documentation().split():
        yield other.node.body[0].lineno, f"its docstring goes: {' '.join(said.split())[:80]}"
    stays = set(_comments(home))
    for line, text in _placed_comments(other):
        if text not in stays:
            yield line, "a comment goes with it"


def _comments(member: Member) -> Iterator[str]:
    return (text for _, text in _placed_comments(member))


def _placed_comments(member: Member) -> Iterator[tuple[int, str]]:
    occurrences = member.file.occurrences
    start, end = occurrences.lines(member.unit.statements[0])
    first = occurrences.text.count("\n", 0, start) + 1
    for number, line in enumerate(occurrences.text[start:end].splitlines(), first):
        bare = line.strip()
        if bare.startswith("#"):
            yield number, bare


def _last(node: ast.expr) -> str:
    return _dotted(node).rpartition(".")[2]


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


_FIXED: Final = frozenset({
    "Decimal", "Factory", "Final", "Fraction", "Path", "PurePath", "auto", "bytes", "classmethod", "compile", "date",
    "datetime", "field", "float", "frozenset", "int", "property", "staticmethod", "str", "time", "timedelta", "uuid4",
})  # fmt: skip
_LEVELS: Final = frozenset({"critical", "debug", "error", "exception", "info", "log", "warn", "warning"})
