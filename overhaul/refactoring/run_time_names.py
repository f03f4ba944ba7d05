"""What asks for a symbol at run time: modules that are passed about as values, and names that are worked out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.facts import Function, LooseName
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.named_strings import NAMING, Listed

if TYPE_CHECKING:
    from overhaul.refactoring.carriers import Carriers

_LOADED: Final = re.compile(r"(?:importlib\.)?import_module\(\s*[\"']([\w.]+)[\"']\s*\)|"
                            r"sys\.modules\[\s*(?:[\"']([\w.]+)[\"']|(__name__))\s*\]")  # fmt: skip
_CHAIN: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_WORKED_OUT: Final = re.compile(r"\bgetattr\(\s*([\w.]+)\s*,\s*(?![\s\"'])")
_OF_ITSELF: Final = re.compile(r"\bglobals\(\)\s*(?:\[|\.get\()\s*(?!\s*[\"']\w+[\"']\s*[\]),])")
_ASKING: Final = NAMING | {"reload", "isinstance", "vars", "dir", "getmembers", "getsource", "getfile"}
"""What takes a module without giving it to others under another name."""
_KEPT: Final = re.compile(
    r"\[[^\]\n]*\.__(?:qual)?name__|(?:register|setdefault|add|append|get|pop)\w*\([^)\n]*\.__(?:qual)?name__|"
    r"=\s*\w+\.__(?:qual)?name__|\.__(?:qual)?name__\s*\.\s*\w+\(|attr\([^\n]*\.__(?:qual)?name__"
)
"""Something is kept, or looked up, under the name of a function or class."""
_NAMELESS: Final = frozenset({"attr", "attrs", "typing_extensions", "pytest", "hypothesis", "msgspec", "pydantic"})
"""Packages whose decorators do not go by the name of what they decorate."""
_PLAIN: Final = ("functools", "contextlib", "typing", "builtins", "dataclasses", "abc", "enum", "warnings", "unittest")
"""Modules of the standard library whose decorators do not either."""


class RunTimeNames:
    """What may ask for one symbol in a way that its references do not tell."""

    def __init__(self, carriers: Carriers, modules: Collection[str]) -> None:
        """`modules`: those in which the name means the symbol."""
        self.carriers, self.modules = carriers, frozenset(modules)
        self.references, self.project = carriers.references, carriers.project
        self.name = carriers.name

    # Modules that are values

    def module(self, file: Bindings, one: Occurrence) -> str:
        """The module that an attribute is asked of, where that is told by what was assigned; "" otherwise."""
        dot = file.brackets.before(one.start)
        if dot < 0 or file.brackets.code[dot] != ".":
            return ""
        text = " ".join(file.occurrences.text[file.brackets.start(dot) : dot].split())
        return self._module(file, one.scope.name, text)

    def asked(self, file: Bindings, one: Listed) -> str:
        """The module that a string is asked of, `getattr(sys.modules[__name__], "name")`; "" otherwise."""
        called, statement = file.brackets.callee(one.start), file.occurrences.statement_at(one.start)
        text = file.occurrences.text
        if called is None or statement is None or text[called[0] : called[1]].rpartition(".")[2].strip() not in NAMING:
            return ""
        arguments = file.brackets.arguments(file.brackets.opening(one.start))
        before = [span for span in arguments if span[1] < one.start]
        if not before:
            return ""
        found = self._module(file, statement.scope.name, " ".join(text[slice(*before[-1])].split()))
        return found if found in self.project.layout.modules else ""

    def _module(self, file: Bindings, scope: str, text: str, depth: int = 3) -> str:
        symbols = self.project.symbols
        if (match := _LOADED.fullmatch(text)) is not None:
            return file.module if match[3] else str(match[1] or match[2])
        if _CHAIN.fullmatch(text) is None or depth == 0:
            return ""
        meaning = symbols.lookup(file.module, scope, text)
        if isinstance(meaning, Symbol) and meaning.kind == "module":
            return "" if meaning.alternatives else meaning.module
        owner, _, last = text.rpartition(".")
        if owner in ("self", "cls"):
            around = self.project.types.class_around(file.module, scope)
            if around is None:
                return ""
            rows = [(one.module, row.value) for one in self.project.types.own_bases(around)
                    for row in self.project.types.attributes(one, last)]  # fmt: skip
            found = {self._module(file, "", value, depth - 1) for module, value in rows if module == file.module}
            return found.pop() if len(found) == 1 else ""
        if owner:
            return ""
        values = [row.value for row in self.project.types.local_rows(file.module, scope, text)]
        values = values or [row.value for row in self.project.types.variables(file.module, text)]
        found = {self._module(file, scope, value, depth - 1) for value in values}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def passed_about(self) -> str:
        """Path and line where one of the modules is a value that goes elsewhere; "" for nowhere."""
        return next(self._values(), "")

    def _values(self) -> Iterator[str]:
        words = sorted({module.rpartition(".")[2] for module in self.modules})
        for path in sorted(self.project.mentioning(words)):
            if not path.endswith(".py"):
                continue
            file = self.references.bindings(path)
            asked = {one.base for one in file.occurrences.all if one.role == "attribute"}
            for one in self._uses(file, words):
                if one.number not in asked and not self._only_asked(file, one):
                    yield f"{path}:{one.line}"

    def _uses(self, file: Bindings, words: Collection[str]) -> Iterator[Occurrence]:
        """Names that mean one of the modules."""
        for taken in file.taken:
            if not taken.bound:
                continue
            meaning = self.references.brought(file, taken)
            if isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module in self.modules:
                yield from (one for one in file.uses(taken.home, taken.bound) if one.role == "load")
        for word in words:
            for one in file.occurrences.named(word):
                if one.role != "attribute" or one.use == "store":
                    continue
                meaning = self.references.meaning(file.path, one)
                if isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module in self.modules:
                    yield one

    def _only_asked(self, file: Bindings, one: Occurrence) -> bool:
        """Whether it is the first argument of `getattr(module, "name")` and the like."""
        called = file.brackets.callee(one.start)
        if called is None or file.occurrences.text[called[0] : called[1]].rpartition(".")[2].strip() not in _ASKING:
            return False
        return one.end in (end for _, end in file.brackets.arguments(file.brackets.opening(one.start)))

    # Names that are worked out

    @cached_property
    def worked_out(self) -> str:
        """Path of what asks one of the modules for names that are not written there; "" for none."""
        return next(iter(self.working_out), "")

    @cached_property
    def working_out(self) -> Mapping[str, None]:
        """All such paths."""
        return dict.fromkeys(self._working_out())

    def _working_out(self) -> Iterator[str]:
        symbols = self.project.symbols
        for module, rows in self.project.facts(LooseName).items():
            for row in rows:
                for name in row.names if row.how == "computed" else ():
                    if name == "globals()" and module in self.modules:
                        yield symbols.path(module)
                        continue
                    meaning = symbols.lookup(module, row.scope, name.removesuffix(".__dict__"))
                    if isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module in self.modules:
                        yield symbols.path(module)

    def put_together(self) -> tuple[str, str] | None:
        """Path and pattern of strings put together, `do_*`, that the name fits and its modules are asked for."""
        symbols = self.project.symbols
        for module, rows in self.project.facts(LooseName).items():
            for row in rows:
                for pattern in row.names if row.how == "pattern" else ():
                    if len(pattern.replace("*", "")) < 3:
                        continue
                    if not re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), self.name):
                        continue
                    path = symbols.path(module)
                    text = self.project.source(path).text()
                    if module in self.modules and _OF_ITSELF.search(text):
                        return path, pattern
                    for match in _WORKED_OUT.finditer(text):
                        meaning = symbols.lookup(module, "", match[1])
                        if isinstance(meaning, Symbol) and meaning.module in self.modules and meaning.kind == "module":
                            return path, pattern
        return None

    # Names of functions and classes that mean something

    def kept_by_name(self) -> str:
        """Why the symbol's own `__name__` seems to be used for more than to be shown; "" where it does not."""
        interior = self.project.symbols.interior(self.carriers.home)
        for row in (interior.classes.get(self.name), interior.functions.get(self.name)):
            for text in row.decorators if row is not None else ():
                if why := self._decorated(text):
                    return why
        if (found := interior.classes.get(self.name)) is None:
            return ""
        for base in self.project.symbols.order(self.carriers.home, self.name)[1:]:
            if not isinstance(base, Symbol):
                continue
            if (body := self._body(base.module, f"{base.name}.__init_subclass__")) and "name__" in body:
                return f"{base.name}.__init_subclass__ reads the names of its subclasses"
        orders = self.project.symbols.order(self.carriers.home, self.name)
        rows = [found, *(self.project.types.row(base) for base in orders[1:] if isinstance(base, Symbol))]
        for row in rows:
            for key, value in row.keywords if row is not None else ():
                if key == "metaclass" and (why := self._metaclass(value)):
                    return why
        return self._dispatched()

    def _decorated(self, text: str) -> str:
        chain = _CHAIN.match(text)
        if chain is None:
            return ""
        meaning = self.project.symbols.lookup(self.carriers.home, "", chain[0])
        if isinstance(meaning, Symbol) and _KEPT.search(self._body(meaning.module, meaning.name)):
            return f"the decorator {chain[0]} keeps what it decorates under its name"
        if isinstance(meaning, Symbol) and meaning.kind == "variable" and (maker := self._maker(meaning)):
            return f"the decorator {chain[0]}, made by {maker}, may look it up by its name"
        if isinstance(meaning, External) and chain[0].rpartition(".")[2] in ("command", "group", "task", "route"):
            return f"the decorator {chain[0]} may keep what it decorates under its name"
        return ""

    def _maker(self, decorator: Symbol) -> str:
        """What from outside made a decorator: a plugin system's markers go by the names of hooks."""
        for row in self.project.types.variables(decorator.module, decorator.name):
            chain = _CHAIN.match(row.value)
            if chain is None or not row.value[chain.end() :].startswith("("):
                continue
            meaning = self.project.symbols.lookup(decorator.module, "", chain[0])
            if isinstance(meaning, External) and meaning.name.partition(".")[0] not in {*_NAMELESS, *_PLAIN}:
                return meaning.name
        return ""

    def _metaclass(self, value: str) -> str:
        for module in (self.carriers.home, *self.modules):
            meaning = self.project.symbols.lookup(module, "", value)
            if isinstance(meaning, Symbol) and meaning.kind == "class":
                for method in ("__new__", "__init__"):
                    body = self._body(meaning.module, f"{meaning.name}.{method}")
                    row = self.project.symbols.interior(meaning.module).functions.get(f"{meaning.name}.{method}")
                    if row is None or len(row.parameters) < 2:
                        continue
                    name = re.escape(row.parameters[1].name)
                    if re.search(rf"\[\s*{name}\b|\b{name}\.\w+\(|=\s*{name}\s*$|\.__name__", body, re.MULTILINE):
                        return f"the metaclass {meaning.name} uses the names of its classes"
        return ""

    def _dispatched(self) -> str:
        """`visit_Num` for a class Num, where names of classes are put together to such ones."""
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()
        ends = (f"_{self.name}", f"_{snake}", f"_{self.name.lower()}")
        named = {row.name.rpartition(".")[2] for _, rows in self.project.facts(Function).items() for row in rows
                 if row.name.endswith(ends)}  # fmt: skip
        if not named:
            return ""
        for module, rows in self.project.facts(LooseName).items():
            patterns = [name for row in rows if row.how == "pattern" for name in row.names]
            for pattern in patterns:
                if len(pattern.replace("*", "")) < 3:
                    continue
                told = re.compile(re.escape(pattern).replace(r"\*", r"\w+"))
                fitting = sorted(one for one in named if told.fullmatch(one))
                if fitting and "__name__" in self.project.source(self.project.symbols.path(module)).text():
                    return f"{module} puts names together of those of classes, as {fitting[0]}"
        return ""

    def _body(self, module: str, name: str) -> str:
        row = self.project.symbols.interior(module).functions.get(name)
        if row is None:
            return ""
        return "\n".join(self.project.source(self.project.symbols.path(module)).text().splitlines()[row.line : row.end])
