"""What a move of modules would break without a trace: paths worked out from files, modules found by name or place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final

from overhaul.changes import Leftover, Target
from overhaul.errors import Refused
from overhaul.later import parsed
from overhaul.lazy import cst
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_dynamic import calls
from overhaul.moving.modules_listing import in_list
from overhaul.moving.modules_reading import Reading
from overhaul.project import Project

_UP: Final = re.compile(r"\.parent\b|\bdirname\(|\bpardir\b|[\"'/]\.\.[\"'/]")
_RESOURCES: Final = re.compile(r"get_data|resource|\bfiles\(|\bpath\(|open_text|open_binary|read_text|read_binary")
_PARTS: Final = re.compile(r"__name__\s*\.\s*r?(?:split|partition)")
_LAZY: Final = re.compile(r"[Ll]azy|\battach\(|import_module|__import__")
_SCANS: Final = re.compile(r"\biter_modules\(|\blistdir\(|\bscandir\(|\br?i?glob\(|\biterdir\(")
_NEAR: Final = 160
"""Characters within which a folder that is listed is named."""
_BY_CONVENTION: Final = frozenset({"admin", "apps", "management", "migrations", "models", "templatetags", "tests"})
_BY_FILE: Final = frozenset({"commands", "migrations", "templatetags"})


def dangers(
    project: Project, move: Relocation, readings: Mapping[str, Reading], *, shim: bool
) -> Iterator[Leftover]:  # fmt: skip
    """What is left to people. Raises Refused, with the place, for what would break."""
    django = "django" in {*project.layout.required, *project.layout.modules}
    if django and (move.name in _BY_CONVENTION or move.parent.rpartition(".")[2] in _BY_FILE):
        raise Refused(f"{next(iter(move.files), move.before)}: Django finds it by its name and folder:"
                      " move it by hand")  # fmt: skip
    for path, reading in readings.items():
        if path in move.files:
            yield from _places(project, move, reading)
    yield from loaded_by_name(project, move)
    if not shim:
        _pickled(project, move)
    _templates(project, move)
    _listed_lazily(move, readings)
    if not any(True for _ in _importers(project, move)):
        path = project.layout.modules[move.before].path
        yield Leftover(path, 1, "", move.before, "nothing imports it: what finds it by its name or folder must be told")


# Paths


def _places(project: Project, move: Relocation, reading: Reading) -> Iterator[Leftover]:
    """Uses of `__file__` and the like in a file that moves."""
    package = project.layout.modules[move.before].package
    stays = reading.path.rpartition("/")[0] == move.files[reading.path].rpartition("/")[0]
    depth = reading.path.count("/") - _folder(project, move).count("/")
    for name in ("__file__", "__package__", "__name__", "__spec__"):
        for one in reading.names.named(name):
            if one.role != "load" or one.home is None or one.home.kind != "module":
                continue
            statement = reading.names.statement_of(one)
            text, where = _line(reading, one.start), f"{reading.path}:{one.line}"
            if name == "__file__" and not stays:
                whole = reading.text[statement.start : statement.end]
                ups = len(_UP.findall(whole)) + 9 * ("parents[" in whole)
                if not package or (not move.renamed and not 0 < ups <= depth):
                    raise Refused(f"{where}: works out paths from its own place, which changes: make them absolute"
                                  " or take them from the package first")  # fmt: skip
            elif name in ("__package__", "__spec__") and not package and not move.renamed:
                if not re.search(rf"import_module\([^()]*{name}", text):
                    raise Refused(f"{where}: asks for its package, which changes: name the package there first")
            elif name == "__name__" and not package and not stays and _RESOURCES.search(text):
                raise Refused(f"{where}: takes data from its own folder, which changes: name the package there first")
            elif name == "__name__" and _PARTS.search(text):
                yield project.leftover(reading.path, one.line, Target(move.before), "takes its own name apart")


def _folder(project: Project, move: Relocation) -> str:
    """The folder of the package that moves, or that a module stands in."""
    place = project.layout.modules[move.before]
    return place.path if place.kind == "namespace" else place.path.rpartition("/")[0]


def _line(reading: Reading, offset: int) -> str:
    start = reading.text.rfind("\n", 0, offset) + 1
    end = reading.text.find("\n", offset)
    return reading.text[start : end if end >= 0 else len(reading.text)]


# Modules found by name or place


def loaded_by_name(project: Project, move: Relocation) -> Iterator[Leftover]:
    """Where the module is found by a name that is worked out, or in its folder. Raises Refused where it may be."""
    words = ("import_module", "__import__", "iter_modules", "listdir", "scandir", "glob", "iglob", "rglob", "iterdir")
    for path in project.mentioning(words):
        module = project.layout.module_of(path)
        text = project.source(path).text()
        beside = path.rpartition("/")[0] == _beside(project, move)
        arrives = path.rpartition("/")[0] == next(iter(move.files.values())).rpartition("/")[0]
        for call in calls(project, module, text):
            where, name = f"{path}:{text.count(chr(10), 0, call.start) + 1}", move.name
            if call.lead and move.before.startswith(call.lead) and "." not in move.before[len(call.lead) :]:
                raise Refused(f"{where}: loads modules of {move.parent} by names it works out:"
                              " load this one by its whole name first")  # fmt: skip
            elif call.lead is None and _near(move, module, text) and (line := _said(text, name)):
                raise Refused(f"{path}:{line}: {name!r} may be loaded by {call.text} (line {where.rpartition(':')[2]}):"
                              " load it by its whole name first")  # fmt: skip
        if (beside or arrives) and (scan := _scan(text)):
            line = text.count("\n", 0, scan.start()) + 1
            if not move.renamed:
                raise Refused(f"{path}:{line}: finds modules by looking into a folder: move it by hand")
            yield project.leftover(path, line, Target(move.before), "looks into the folder for modules")


def _beside(project: Project, move: Relocation) -> str:
    """The folder that the module or package stands in."""
    folder = _folder(project, move)
    return folder.rpartition("/")[0] if project.layout.modules[move.before].package else folder


def _near(move: Relocation, module: str, text: str) -> bool:
    """Whether a module may put names of the package's modules together: it stands there, or says its name."""
    if not move.parent:
        return "." not in module
    beside = f"{move.parent}.".startswith(f"{module}.") or module.rpartition(".")[0] == move.parent
    return beside or re.search(rf"[\"']{re.escape(move.parent)}[\"'.]", text) is not None


def _said(text: str, name: str) -> int:
    """The line of a string that is just this name, dots before it apart; 0 where there is none."""
    found = re.search(rf"[\"']\.*{re.escape(name)}[\"']", text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _scan(text: str) -> re.Match[str] | None:
    """Where a text lists the folder that a module or package stands in."""
    for scan in _SCANS.finditer(text):
        around = text[max(0, scan.start() - _NEAR) : scan.end() + _NEAR]
        if "__path__" in around or "__file__" in around:
            return scan
    return None


def _templates(project: Project, move: Relocation) -> None:
    """Raises Refused for a string that a name of a module below a package is put together with: "a.b.%s"."""
    package = move.parent
    while package:
        template = re.compile(rf"[\"']{re.escape(package)}\.(?:%[(s]|\{{)")
        direct = package == move.parent
        for path in project.mentioning([package.rpartition(".")[2]]) if direct or "." in package else ():
            text = project.source(path).text()
            found = template.search(text)
            if found and not _raised(text, found.start()):
                line = text.count("\n", 0, found.start()) + 1
                raise Refused(f"{path}:{line}: names of modules in {package} are put together here:"
                              " load this one by its whole name first")  # fmt: skip
        package = package.rpartition(".")[0]


def _pickled(project: Project, move: Relocation) -> None:
    """Raises Refused for a pickle in bytes that names the module: it has the lengths of its names in it."""
    module = re.escape(move.before)
    may = re.compile(rf"(?<!\w)[rR]?[bB][rR]?[\"'].*{module}", re.DOTALL)
    # Behind an opcode, and with an end of its own: `b"shop.core.Order"` alone is none.
    pickle = re.compile(rb"(?:(?<![\w.])|(?<=\bc))%s(?:\.[\w.]+)?[\x00-\x1f\x80-\xff]" % module.encode())
    for path in project.mentioning([move.name]):
        text = project.source(path).text()
        for line, data in _bytes(text) if may.search(text) else ():
            if pickle.search(data):
                raise Refused(f"{path}:{line}: bytes hold a pickle that names {move.before}, and cannot be changed:"
                              " leave a shim in its place")  # fmt: skip


def _bytes(text: str) -> Iterator[tuple[int, bytes]]:
    """Line and value of every bytes literal; none where the text cannot be parsed."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield node.lineno, node.value


def _raised(text: str, offset: int) -> bool:
    """Whether a string stands in a line that only tells people something."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return bool(re.search(r"\b(?:raise|log\w*|warn\w*|print|debug|info|error|assert)\b", line))


def _listed_lazily(move: Relocation, readings: Mapping[str, Reading]) -> None:
    """Raises Refused where the package loads its modules when they are asked for, by names in strings."""
    for reading in readings.values():
        if reading.module != move.parent or not reading.path.endswith(".py"):
            continue
        if "__getattr__" not in reading.symbols.interior(reading.module).bindings and not _LAZY.search(reading.text):
            continue
        for start, end, node, what in reading.names.strings():
            told = what == "string" and node.__class__ is cst.SimpleString and node.raw_value.lstrip(".") == move.name
            if told and not in_list(reading, start):
                line = reading.text.count("\n", 0, start) + 1
                raise Refused(f"{reading.path}:{line}: {reading.text[start:end]} may be a module that is loaded"
                              " when it is asked for: load it by its whole name first")  # fmt: skip


def _importers(project: Project, move: Relocation) -> Iterator[str]:
    """The modules outside that import what moves."""
    symbols = project.symbols
    for module in project.layout.modules:
        for row in () if move.within(module) else symbols.imports[module]:
            absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}")
            names = [absolute, *(f"{absolute}.{name}" for name, _ in row.names)] if absolute else []
            found = (project.layout.prefix(name, module) for name in names if f".{move.name}." in f".{name}.")
            if any(one and move.within(one[0]) for one in found):
                yield module
                break
