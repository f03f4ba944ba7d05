"""Who looks annotations up when the code runs, so that a name in one must be there then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.cutting.handing import handed
from overhaul.errors import Unreadable
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.annotations import Annotation
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.units import bare

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Sight

_RESOLVING: Final = re.compile(
    r"\b(get_type_hints|resolve_types|eval_str|get_annotations|evaluate_forward_ref|ForwardRef|TypeAdapter"
    r"|_eval_type|try_eval_type|get_annotation|typing_inspect)\b"
)
"""Words of what looks up the names in annotations, strings or not."""
_READING: Final = re.compile(
    r"\b(__annotations__|__attrs_attrs__|get_type_hints|(?:signature|getfullargspec|getargspec|fields)(?=\()"
    r"|(?<=\.)annotation)\b"
)
"""Words of what may read annotations as they are; to this a string is another thing than a class."""
_LOOKING: Final = frozenset({
    "adaptix", "anydi", "apischema", "argh", "arguably", "beartype", "cappa", "cattr", "cattrs", "chanfig", "clize",
    "cyclopts", "dacite", "dataclass_wizard", "dataclasses_json", "datargs", "defopt", "desert", "dishka",
    "django_ninja", "fastapi", "hydra", "injector", "jsonargparse", "kink", "lagom", "litestar",
    "marshmallow_dataclass", "mashumaro", "msgspec", "ninja", "odmantic", "omegaconf", "ormar", "plac", "prefect",
    "punq", "pydantic", "pydantic_settings", "pyrallis", "pyserde", "rodi", "serde", "simple_parsing", "sqlmodel",
    "starlite", "strawberry", "tap", "that_depends", "typedload", "typeguard", "typer", "typic", "tyro", "wireup",
})  # fmt: skip
"""Packages that look up the names in the annotations of what they are given."""
_QUIET: Final = frozenset({
    "_pytest", "_typeshed", "abc", "anyio", "asyncio", "atexit", "builtins", "click", "contextlib", "contextvars",
    "copyreg", "dataclasses", "enum", "functools", "hypothesis", "mock", "pytest", "pytest_asyncio", "rich",
    "tenacity", "threading", "types", "typing", "typing_extensions", "unittest", "warnings",
})  # fmt: skip
"""Packages whose decorators and bases do not; those that do are named in _NOT_QUIET."""
_NOT_QUIET: Final = frozenset({
    "functools.singledispatch", "functools.singledispatchmethod", "hypothesis.given", "typing.no_type_check",
})  # fmt: skip
_SPECIAL: Final = re.compile(
    r"\b(Annotated|ClassVar|InitVar|KW_ONLY|Final|Required|NotRequired|ReadOnly|Unpack|Mapped|Depends)\b"
)
"""What some reader of annotations has to see: not to be hidden in a string."""
_DEEPEST: Final = 3


class Looking:
    """Tells of annotations whether the names in them are looked up, as far as the project shows."""

    def __init__(self, sight: Sight) -> None:
        """Files are read when they are asked about."""
        self._sight = sight
        self._project = sight.project

    def why(self, file: Bindings, one: Occurrence, found: Annotation | None, *, hidden: bool) -> str:
        """Why a name in an annotation must be there when the code runs; "" where nothing says so.

        `hidden`: the annotation becomes a string that was none. `found` is None for one that is quoted as a whole.
        """
        text = file.occurrences.text
        where = f"{file.path}:{one.line}"
        written = text[found.start : found.end] if found is not None else ""
        if "Annotated" in written or "Depends" in written or "Mapped" in written:
            return f"{where}: this annotation is there to be looked at when the code runs"
        if hidden and (match := _SPECIAL.search(written)):
            return f"{where}: {match[1]} in an annotation must not be hidden in a string"
        around = list(self._around(file, one))
        for statement in around:
            if why := self._decorated(file, statement) or self._based(file, statement, hidden=hidden):
                return f"{where}: {why}"
        if found is not None and found.asked:
            return f"{where}: the names in this annotation are looked up when the code runs"
        names = {statement.node.name.value for statement in around}
        return self._asked(file, names, hidden=hidden) or self._given(file, around, names, hidden=hidden)

    def _given(self, file: Bindings, around: Sequence[Statement], names: Collection[str], *, hidden: bool) -> str:
        """Whether somebody looks at the annotations of what it is given, and this may be."""
        asking = next(iter({**self._lookers, **(self._readers if hidden else {})}.values()), "")
        if not asking:
            return ""
        for statement in around:
            for one in statement.node.decorators:
                meaning = self._project.symbols.lookup(file.module, "", bare(one.decorator))
                if isinstance(meaning, Symbol):
                    return f"{asking}, and @{bare(one.decorator)} may hand it on"
        why = handed(self._sight, {name for name in names if not name.startswith("__")})
        return f"{why}, and {asking}" if why else ""

    def _around(self, file: Bindings, one: Occurrence) -> Iterator[Statement]:
        """The functions and classes that an annotation belongs to or stands in."""
        statement = file.occurrences.statement_of(one)
        while True:
            if type(statement.node).__name__ in ("FunctionDef", "ClassDef"):
                yield statement
            if statement.suite == -1:
                return
            statement = file.occurrences.statements[statement.suite]

    def _decorated(self, file: Bindings, statement: Statement) -> str:
        for one in statement.node.decorators:
            name = bare(one.decorator)
            if not name:
                return "a decorator that cannot be told may look at annotations"
            if name.rpartition(".")[2] in ("setter", "getter", "deleter", "overload"):
                continue
            meaning = self._project.symbols.lookup(file.module, "", name)
            match meaning:
                case External(name=dotted):
                    package = dotted.partition(".")[0]
                    if package not in _QUIET or dotted in _NOT_QUIET:
                        return f"@{name} may look at annotations"
                case Symbol(kind="function" | "class") if not self._looks(meaning):
                    continue
                case _:
                    return f"@{name} may look at annotations"
        return ""

    def _looks(self, symbol: Symbol) -> bool:
        """Whether a file that defines a decorator has anything to do with annotations."""
        try:
            text = self._project.source(symbol.path).text()
        except Unreadable:
            return True
        return _RESOLVING.search(text) is not None or _READING.search(text) is not None or self._imports(symbol.module)

    def _imports(self, module: str) -> bool:
        rows = self._project.symbols.imports[module]
        return any(not row.level and row.target.partition(".")[0] in _LOOKING for row in rows)

    def _based(self, file: Bindings, statement: Statement, *, hidden: bool) -> str:
        """What a base class, be it far above, may do with the annotations of its subclasses."""
        if type(statement.node).__name__ != "ClassDef":
            return ""
        name = statement.node.name.value
        symbols = self._project.symbols
        for one in symbols.order(file.module, name)[1:] if statement.suite == -1 else ():
            match one:
                case External(name=dotted) if dotted.partition(".")[0] in _LOOKING:
                    return f"{name} is a {dotted}, which looks at annotations"
                case Symbol(kind="class") if self._looking_class(one, hidden=hidden):
                    return f"{name} is a {one.name}, which may look at annotations"
                case _:
                    continue
        return ""

    def _looking_class(self, symbol: Symbol, *, hidden: bool) -> bool:
        row = self._project.symbols.interior(symbol.module).classes.get(symbol.name)
        if row is None:
            return True
        try:
            lines = self._project.source(symbol.path).text().splitlines()[row.line - 1 : row.end]
        except Unreadable:
            return True
        text = "\n".join(lines)
        return _RESOLVING.search(text) is not None or (hidden and _READING.search(text) is not None)

    # Who asks

    def _asked(self, file: Bindings, names: Collection[str], *, hidden: bool) -> str:
        """Where what an annotation belongs to is named beside something that looks names up."""
        for path, why in self._lookers.items():
            if path == file.path or self._mentions(path, names):
                return why
        if hidden:
            for path, why in self._readers.items():
                if path == file.path or self._mentions(path, names):
                    return why
        return ""

    def _mentions(self, path: str, names: Collection[str]) -> bool:
        try:
            text = self._project.source(path).text()
        except Unreadable:
            return True
        return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)

    @cached_property
    def _lookers(self) -> Mapping[str, str]:
        """Files that may look up the names in what they are given: path -> what says so."""
        found: dict[str, str] = {}
        for module, place in self._project.layout.modules.items():
            if place.kind == "source" and self._imports(module):
                package = next(
                    row.target.partition(".")[0] for row in self._project.symbols.imports[module]
                    if row.target.partition(".")[0] in _LOOKING
                )  # fmt: skip
                found[place.path] = f"{place.path}:1: {package} looks up the names in annotations"
        words = ["get_type_hints", "resolve_types", "eval_str", "get_annotations", "ForwardRef", "TypeAdapter",
                 "_eval_type", "try_eval_type", "evaluate_forward_ref"]  # fmt: skip
        self._spread(found, words, _RESOLVING, _DEEPEST)
        return found

    @cached_property
    def _readers(self) -> Mapping[str, str]:
        """Files that may read annotations as they are."""
        found: dict[str, str] = {}
        words = ["__annotations__", "signature", "getfullargspec", "annotation", "fields", "__attrs_attrs__"]
        self._spread(found, words, _READING, 1)
        return found

    def _spread(self, found: dict[str, str], words: Collection[str], pattern: re.Pattern[str], deep: int) -> None:
        """The files with some words, and those that name a function or class in which these stand, and so on."""
        known: set[str] = set()
        while words and deep:
            deep -= 1
            more: set[str] = set()
            for path in self._project.mentioning(words):
                try:
                    text = self._project.source(path).text()
                except Unreadable:
                    continue
                for match in pattern.finditer(text):
                    line = text.count("\n", 0, match.start()) + 1
                    more |= self._owners(path, line)
                    found.setdefault(path, f"{path}:{line}: {match[1]} may ask for annotations")
            words = more - known
            known |= words
            pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words)))})\b") if words else pattern

    def _owners(self, path: str, line: int) -> set[str]:
        """The functions and classes of a module's own level that a line stands in, or begins."""
        inside = self._project.symbols.interior(self._project.layout.module_of(path))
        rows = [(row.name, row.line, row.end) for row in inside.functions.values()]
        rows += [(row.name, row.line, row.end) for row in inside.classes.values()]
        return {name.partition(".")[0] for name, first, last in rows if first <= line <= last and len(name) > _SHORT}


_SHORT: Final = 2
