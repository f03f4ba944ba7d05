"""Code that asks for the names of a module as a whole: what moves away from there is no longer among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.later import parsed
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit, at_import, own_statements

if TYPE_CHECKING:
    from overhaul.project import Project

_ASKING: Final = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})
_CALLED: Final = re.compile(r"([\w.]+)\(\s*(?:\w+\s*=\s*)?$")
_QUIET: Final = frozenset({
    "id", "isinstance", "print", "reload", "repr", "str", "type", "files", "path", "read_text", "read_binary",
    "open_text", "open_binary", "getsource", "getfile", "getsourcefile", "getmodule", "getdoc", "setattr", "delattr",
    "setitem", "delitem", "object", "multiple", "dict",
})  # fmt: skip
"""What asks a module for none of its names, or is looked after elsewhere: what gives it new ones."""
_NAMED: Final = re.compile(r"(?:^|\n)[ \t]*\w+\s*=\s*$")
"""Another name for a module, which is followed."""
_CONSTANT: Final = re.compile(r"\s*,\s*(?:\"\w*\"|'\w*')\s*[,)]")


def refuse_asking(file: Bindings, unit: Unit) -> None:
    """Raises Refused for code of a unit that asks for the names of the module it is in."""
    for part in unit.statements:
        for line, name in _asking(file, part.names, file.occurrences.text[part.start : part.end], part.line):
            where = f"{file.path}:{line}"
            raise Refused(f"{where}: {name}() sees the names of the module it stands in: move it by hand")


def asked_for(project: Project, references: References, file: Bindings, unit: Unit) -> Iterator[str]:
    """Why a module must go on to have the names that it has: somebody asks for them all, or by names yet unknown."""
    text = file.occurrences.text
    for part in own_statements(file):
        if unit.has_statement(part):
            continue
        for line, name in _asking(file, part.names, text[part.start : part.end], part.line):
            yield f"{name}() at line {line} sees the names of the module"
    yield from _as_a_value(project, references, file, unit)


def seen_whole(file: Bindings) -> Iterator[tuple[int, str]]:
    """Where a module goes through all its names: line, and what is called. A new name would be one of them."""
    for part in own_statements(file):
        yield from _asking(file, part.names, file.occurrences.text[part.start : part.end], part.line)


def _asking(file: Bindings, names: tuple[int, int], text: str, line: int) -> Iterator[tuple[int, str]]:
    """The calls in a statement that see all names of the module."""
    here = [one for one in file.occurrences.all[names[0] : names[1]] if one.name in _ASKING]
    early = {(one.line, one.name) for one in here if at_import(one)}
    own = {one.name for one in here if not file.occurrences.unbound(one)}
    if not here:
        return
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _ASKING and name not in own:
                place = node.lineno + line - 1
                code = name in ("eval", "exec")
                alone = code and len(arguments) == 1 and not node.keywords
                if name == "globals" or alone or (not code and not arguments and (place, name) in early):
                    yield place, name
            case _:
                continue


def _as_a_value(project: Project, references: References, file: Bindings, unit: Unit) -> Iterator[str]:
    """Where a file of the project uses a module as a value: what is asked of that cannot be told."""
    module = file.module
    last = module.rpartition(".")[2]
    loaded = re.compile(
        rf"\b(?:import_module|__import__)\(\s*[\"'](?:{re.escape(module)}|\.+{re.escape(last)})[\"']"
        rf"|\bsys\.modules\[\s*[\"']{re.escape(module)}[\"']\s*\](?!\s*=[^=])"
    )
    wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(unit.names)))}|getattr|getmembers|vars|dir|__dict__)\b")
    for path in project.mentioning([last]):
        if path == file.path:
            continue
        try:
            text = project.source(path).text()
            if (match := loaded.search(text)) is not None and wanted.search(text) is not None:
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1} loads the module by a string"
            if not _imports(project, path, module):
                continue
            other = references.bindings(path)
        except Unreadable:
            continue
        for one in _values(references, other, module):
            yield f"{path}:{one.line} uses the module {module} as a value"


def _imports(project: Project, path: str, module: str) -> bool:
    """Whether a file may import a module as such."""
    symbols = project.symbols
    importer = project.layout.module_of(path)
    package, _, last = module.rpartition(".")
    for row in symbols.imports[importer]:
        if not row.names and f"{row.target}.".startswith(f"{module}."):
            return True
        if any(name in (last, "*") for name, _ in row.names):
            absolute = symbols.absolute(importer, f"{'.' * row.level}{row.target}")
            if not package or absolute is None or symbols.locate(absolute, importer) == package:
                return True
    return False


def _values(references: References, file: Bindings, module: str) -> Iterator[Occurrence]:
    """The places where a file names a module and takes nothing of it at once."""
    every = file.occurrences.all
    for taken in dict.fromkeys(file.taken):
        if not (taken.name or taken.alias is not None or f"{taken.target}.".startswith(f"{module}.")):
            continue
        meaning = references.brought(file, taken)
        if not isinstance(meaning, Symbol) or meaning.kind != "module":
            continue
        rest = module[len(meaning.module) + 1 :].split(".") if module != meaning.module else []
        if not f"{module}.".startswith(f"{meaning.module}."):
            continue
        for use in file.uses(taken.home, taken.bound):
            if use.role != "load" or (taken.name and taken.name == "*"):
                continue
            at, parts = use, list(rest)
            while parts and _next(every, at) == parts[0]:
                at = every[at.number + 1]
                parts.pop(0)
            if not parts and not _next(every, at) and not _quiet(file, use, at):
                yield use


def _next(every: Sequence[Occurrence], one: Occurrence) -> str:
    """The attribute that is taken of a name at once; "" for none."""
    following = every[one.number + 1] if one.number + 1 < len(every) else None
    if following is not None and following.base == one.number and following.role == "attribute":
        return following.name
    return ""


def _quiet(file: Bindings, first: Occurrence, last: Occurrence) -> bool:
    """Whether what gets the module asks it for nothing."""
    text = file.occurrences.text
    if _NAMED.search(text, max(0, first.start - 120), first.start) and text[last.end : last.end + 1] in ("\n", ""):
        return True
    called = _CALLED.search(text, max(0, first.start - 120), first.start)
    if called is None:
        return False
    name = called[1].rpartition(".")[2]
    if name in ("getattr", "hasattr"):
        return _CONSTANT.match(text, last.end) is not None
    return name in _QUIET
