"""What would see that an import is made later: code that goes by the names of modules, loaders, settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.errors import Unreadable
from overhaul.later import parsed
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Statement
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.units import bare

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Sight

_SETTINGS: Final = (".cfg", ".conf", ".env", ".ini", ".json", ".toml", ".xml", ".yaml", ".yml")
_LOADING: Final = re.compile(r"\b(?:import_module|__import__|find_module|load_module|exec_module)\(\s*[^\"'\s)]")
_LISTING: Final = re.compile(r"(?<!def )\b(?:dir|vars|getmembers|getmembers_static)\(\s*\w|\.__dict__\b")
_SHORTENING: Final = re.compile(
    r"\bsys\.path\.(?:pop|remove|clear)\(|\bdel\s+sys\.path\b|\bsys\.path(?:\[[^\]\n]*\])?\s*=[^=]"
)
_COMPILING: Final = frozenset({"cupy", "cython", "jax", "numba", "taichi", "tensorflow", "torch", "triton", "warp"})
"""Packages whose decorators compile a function, or trace it: it cannot import anything."""
_INSPECTING: Final = re.compile(r"\b(?:__code__|co_names|get_instructions|getsource|getsourcelines|dis)\b")
_GIVING: Final = r"\b(?:setattr|delattr|setitem|object|multiple|reload)\(\s*(?:[\w.]+\.)?{0}\b\s*(?:,\s*(?![\"'\s])|\))"


class Dangers:
    """Looks for them in the files of a project; what was found is kept."""

    def __init__(self, sight: Sight) -> None:
        """Files are read when they are asked about."""
        self._sight = sight
        self._project = sight.project

    def by_name(self, module: str) -> str:
        """Where `sys.modules` is asked for a module by its name, be it by a test that puts another one there."""
        name = rf"[\"']{re.escape(module)}[\"']"
        word = re.compile(
            rf"sys\.modules(?:\.\w+)?\s*[\[(]\s*{name}|{name}\s+(?:not\s+)?in\s+sys\.modules"
            rf"|sys\.modules[\"']?\s*,[^)]{{0,400}}{name}"
        )
        for path in sorted(self._sight.mentioning("modules", module.rpartition(".")[2])):
            text = self._text(path)
            if "sys.modules" in text and (match := word.search(text)) is not None:
                return f"{path}:{_line(text, match.start())}: {module} is asked for in sys.modules"
        return ""

    def in_settings(self, module: str, name: str) -> str:
        """Where a file of settings names something of a module."""
        word = re.compile(rf"\b{re.escape(module.rpartition('.')[2])}\s*[.:]\s*{re.escape(name)}\b")
        for path, text in self._settings.items():
            if name in text and (match := word.search(text)) is not None:
                return f"{path}:{_line(text, match.start())}: it names {name} of {module}"
        return ""

    @cached_property
    def _settings(self) -> Mapping[str, str]:
        return {path: self._text(path) for path in self._project.texts() if path.lower().endswith(_SETTINGS)}

    def given(self, module: str) -> str:
        """Where attributes of a module are set by names that are worked out, or it is loaded once more."""
        last = module.rpartition(".")[2]
        wanted = re.compile(_GIVING.format(re.escape(last)))
        for path in sorted(self._sight.mentioning(last)):
            text = self._text(path)
            if (match := wanted.search(text)) is not None:
                return f"{path}:{_line(text, match.start())}: {' '.join(match[0].split())}... may change {module}"
        return ""

    @cached_property
    def loader(self) -> str:
        """Where modules are loaded by names that are worked out, and all their names are gone through."""
        for path in sorted({*self._sight.mentioning("import_module"), *self._sight.mentioning("__import__")}):
            text = self._text(path)
            if (match := _LOADING.search(text)) is not None and _LISTING.search(text) is not None:
                return f"{path}:{_line(text, match.start())}: all names of what is loaded there are gone through"
        return ""

    @cached_property
    def shortened(self) -> str:
        """Where a folder is taken off the way on which modules are found."""
        for path in sorted(self._sight.mentioning("sys", "path")):
            text = self._text(path)
            if "sys.path" in text and (match := _SHORTENING.search(text)) is not None:
                return f"{path}:{_line(text, match.start())}: sys.path is another afterwards"
        return ""

    def compiled(self, file: Bindings, function: Statement) -> str:
        """A decorator that compiles a function, looks at its code, or calls it at once."""
        for one in getattr(function.node, "decorators", ()):
            name = bare(one.decorator)
            meaning = self._project.symbols.lookup(file.module, "", name) if name else None
            where = f"{file.path}:{function.line}"
            match meaning:
                case External(name=dotted) if dotted.partition(".")[0] in _COMPILING:
                    return f"{where}: @{name} compiles the function: it cannot import anything"
                case Symbol(kind="function" | "class") if why := self._decorating(meaning):
                    return f"{where}: @{name} {why}"
                case _:
                    continue
        return ""

    def _decorating(self, symbol: Symbol) -> str:
        row = self._project.symbols.interior(symbol.module).functions.get(symbol.name)
        text = self._text(symbol.path)
        if _INSPECTING.search(text) is not None:
            return "may look at the code of the function"
        if row is None:
            return ""
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError):
            return ""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == symbol.name.rpartition(".")[2]:
                given = {one.arg for one in (*node.args.posonlyargs, *node.args.args)}
                for call in _calls(node.body):
                    if isinstance(call.func, ast.Name) and call.func.id in given:
                        return "calls the function at once"
        return ""

    def _text(self, path: str) -> str:
        try:
            return self._project.source(path).text()
        except (Unreadable, UnicodeDecodeError):
            return ""


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """The calls of a function's own body, those of functions in it left out."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        todo += ast.iter_child_nodes(node)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
