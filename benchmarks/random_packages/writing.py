"""Packages at random: a few modules that import from each other, and use and bind a few names in every way there is."""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from benchmarks.random_packages.meaning import compiled, module_of, stored

T = TypeVar("T")

NAMES: Final = ("alpha", "beta", "Gamma", "Delta", "eta", "a")
MODULES: Final = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/c.py")


class Writer:
    """Writes one module, statement by statement; `pick` chooses among what it is given."""

    def __init__(self, draw: st.DrawFn, known: Mapping[str, tuple[str, ...]], *, tame: bool) -> None:
        """`known` are the modules that it may import, with the names they bind.

        tame: names are mostly bound once, and used after that; what is wild is mostly refused.
        """
        self.draw = draw
        self.known = known
        self.tame = tame
        self.seen: tuple[str, ...] = ()
        self.local: tuple[str, ...] = ()

    def pick(self, options: Sequence[T]) -> T:
        """One of them."""
        picked: T = self.draw(st.sampled_from(options))
        return picked

    def used(self) -> str:
        """A name to use: mostly one that the module has bound by then."""
        names = [*self.seen * 3, *self.local * 2, "len"]
        return self.pick(names if self.tame else [*names, *NAMES])

    def fresh(self) -> str:
        """A name to bind inside a function or class."""
        return self.pick(["one", "two"] * 5 + list(NAMES) if self.tame else NAMES)

    def text(self) -> str:
        """The whole module; statements that do not compile are left out."""
        makers = [self.imported] * self.pick(range(4)) if self.known else []
        makers += [self.definition] * self.pick(range(1, 4))
        makers += [lambda: self.statement(2, "module")] * (0 if self.tame else self.pick((0, 0, 0, 1, 2)))
        text = ""
        for maker in makers:
            line = maker() + "\n"
            if _compiles(line):
                text += line
                self.seen = _bound(text)
        if self.pick(range(4)) == 0:
            text += f"__all__ = {list(defined_in(text))!r}\n"
        return text

    def definition(self) -> str:
        """Of a name that the module lacks, as far as there is one."""
        name = self.pick([one for one in NAMES if one not in self.seen] or NAMES)
        if kind := self.pick(range(3)):
            return self.function(name, 2, "module") if kind == 1 else f"{name} = {self.expression(2)}"
        return f"{self.decorator()}class {name}({self.used()}):\n{self.suite(2, 'class')}"

    def imported(self) -> str:
        """An import of a module that is known, in one of its forms."""
        module = self.pick(tuple(self.known))
        names = self.known[module]
        if not names:
            return f"import {module}"
        name, other, bound = self.pick(names), self.pick(names), self.pick(NAMES)
        near = "." + module.removeprefix("pkg").removeprefix(".")
        up = module.rpartition(".")
        return self.pick((
            f"import {module}", f"import {module} as {bound}", f"from {module} import {name}, {other}",
            f"from {near} import {name}", f"from {module} import {name} as {bound}", f"from {near} import *",
            f"from {up[0] or module} import {up[2] if up[0] else name}", f"from {near} import ({name} as {bound},)",
        ))  # fmt: skip

    def suite(self, depth: int, kind: str, first: str = "") -> str:
        """Some statements, indented; `kind` is that of the scope."""
        lines = [first] if first else []
        lines += [self.statement(depth - 1, kind) for _ in range(self.pick(range(1, 4)))]
        return "\n".join("    " + line for one in lines for line in one.split("\n"))

    def statement(self, depth: int, kind: str) -> str:
        """Any statement; compound ones nest as deep as `depth`."""
        name, other, pick = self.fresh(), self.used(), self.pick
        simple: Sequence[Callable[[], str]] = (
            lambda: f"{name} = {self.expression(2)}", lambda: f"{name}, {other} = {self.expression(1)}",
            lambda: f"{name} += {self.expression(1)}",
            lambda: f"{name}: {self.kind(kind, name)} = {self.expression(1)}",
            lambda: f"{self.expression(1)}.{name} = {other}", lambda: self.expression(2),
            lambda: f"del {name}" if not self.tame and kind != "class" else f"assert {other}",
            lambda: f"print('{name}', '{self.path()}', f'{{{name}!r:>{{{other}}}}}')",
        )  # fmt: skip
        if depth <= 0 or pick(range(3)) == 0:
            return pick(simple)()
        body = self.suite(depth, kind)
        compound: Sequence[Callable[[], str]] = (
            lambda: self.function(name, depth, kind), lambda: self.function(name, depth, kind),
            lambda: f"{self.decorator()}class {name}({other}):\n{self.suite(depth, 'class')}",
            lambda: f"if {self.expression(1)}:\n{body}\nelse:\n{self.suite(depth, kind)}",
            lambda: f"for {name} in {self.expression(1)}:\n{body}", lambda: f"with {other} as {name}:\n{body}",
            lambda: f"try:\n{body}\nexcept {other} as {name}:\n{self.suite(depth, kind)}",
            lambda: f"match {other}:\n    case {other}(k={name}) | [{name}, *_]:\n{self.nested(body)}",
        )  # fmt: skip
        return pick(compound)()

    def path(self) -> str:
        """A dotted name in a text."""
        module = self.pick([*self.known, ""])
        return self.pick([f"{module}.{name}" for name in self.known[module]] or ["pkg.b"]) if module else "pkg.b"

    def nested(self, text: str) -> str:
        """Indented once more."""
        return "\n".join("    " + line for line in text.split("\n"))

    def decorator(self) -> str:
        """A decorator's line, or nothing."""
        return self.pick(("", "", f"@{self.used()}\n"))

    def kind(self, kind: str, bound: str = "") -> str:
        """An annotation; quoted ones mean the module's names wherever they stand, and are used where that is plain.

        What is annotated is not named in it: `date: date = ...` means a type and is evaluated to something else.
        """
        name = self.pick([one for one in (self.used(), "len") if one != bound])
        return self.pick((name, f"'list[{name}]'" if kind == "module" else name))

    def function(self, name: str, depth: int, kind: str) -> str:
        """The definition of a function."""
        one, two, default, mark = self.fresh(), self.fresh(), self.used(), self.used()
        first = self.pick(("", "", f"global {default}", f"nonlocal {default}")) if not self.tame else ""
        if not first and self.known and self.pick(range(3)) == 0:
            first = self.imported()
        heads = f"{one}, /, {two}={default}", f"*{one}, {two}: {mark} = {default}", f"{one}: {self.kind(kind)}"
        head = self.pick(heads)
        outer, self.local = self.local, (*self.local, one)
        body = self.suite(depth, "function", first)
        self.local = outer
        return f"{self.decorator()}def {name}({head}) -> {mark}:\n{body}"

    def expression(self, depth: int) -> str:
        """Any expression."""
        name, other, third = self.used(), self.used(), self.fresh()
        if depth <= 0:
            return self.pick((name, f"{name}.{third}", "1", f"pkg.a.{name}" if "pkg" in self.seen else name))
        inner = self.expression(depth - 1)
        return self.pick((
            name, name, f"{name}.{third}", f"{name}({inner}, {third}={other})",
            f"[{inner} for {third} in {other} if {name}]", f"lambda {third}, *{other}: {inner}",
            f"(lambda {third}={other}: {name})({inner})", f"({third} := {inner})", f"({inner}).{third}",
            f"{{{third}: {inner} for {third} in {other} for {name} in {third}}}", f"{inner} if {name} else {other}",
            f"f'{{{name}}} {other} {{{third}.{name}()}}'", f"{name}[{inner}]",
        ))  # fmt: skip


def _compiles(text: str) -> bool:
    try:
        compiled(text)
    except SyntaxError:
        return False
    return True


def _bound(text: str) -> tuple[str, ...]:
    """What a module binds, by imports too."""
    names = (one.argval for one in dis.get_instructions(compiled(text)) if one.opname == "STORE_NAME")
    return tuple(name for name in dict.fromkeys(names) if name in (*NAMES, "pkg"))


def defined_in(text: str) -> tuple[str, ...]:
    """What a module defines itself."""
    return tuple(name for name in dict.fromkeys(stored(compiled(text))) if name in NAMES)


@st.composite
def packages(draw: st.DrawFn, *, tame: bool) -> dict[str, str]:
    """A package of three or four modules, each importing from those before it; `pkg` itself from any."""
    known: dict[str, tuple[str, ...]] = {}
    files: dict[str, str] = {}
    for path in (*MODULES[1 : draw(st.sampled_from((3, 4)))], MODULES[0]):
        files[path] = Writer(draw, dict(known), tame=tame).text()
        assume(_compiles(files[path]))
        known[module_of(path)] = defined_in(files[path])
    return files


@st.composite
def targets(draw: st.DrawFn) -> tuple[dict[str, str], str, str]:
    """A package, a module of it, and a name that the module defines."""
    files = draw(packages(tame=draw(st.booleans())))
    defined = [(module_of(path), name) for path, text in files.items() for name in defined_in(text)]
    assume(defined)
    return files, *draw(st.sampled_from(defined))
