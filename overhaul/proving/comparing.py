"""Compare a name with what has become of it: it means what it meant, or what is to be meant instead."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.naming.meanings import Symbol
from overhaul.naming.offers import OF_EVERY_MODULE
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context
from overhaul.proving.loading import Loading
from overhaul.proving.mapping import Identity
from overhaul.proving.meaning import Meanings, Told
from overhaul.proving.reading import Reading, Use
from overhaul.proving.scoping import Scope

CHECK: Final = "bindings"


class Sure:
    """What is certain of the names of one module, whatever they mean."""

    def __init__(self, reading: Reading, project: Project, module: str, stub: bool = False) -> None:
        """`project` has the symbol table that the module is looked up in; a `stub` never runs."""
        self._stub = stub
        self.reading = reading
        self._symbols = project.symbols
        self.module = module

    def bound(self, name: str) -> bool:
        """Whether a global of the module, or a builtin, may have this name."""
        symbols, module = self._symbols, self.module
        if hasattr(builtins, name) or name in OF_EVERY_MODULE or self.reading.module.binds(name):
            return True
        return name in symbols.names(module) or bool(symbols.gap(module)) or name in _OF_CLASSES

    def named(self, use: Use) -> bool:
        """Whether a statement binds the first name of a chain."""
        return use.home.kind != "module" or use.parts[0] in self._symbols.names(self.module) or self._stub

    def only_typed(self, name: str) -> bool:
        """Whether a global is imported under TYPE_CHECKING alone."""
        if self._stub:
            return False
        rows = self._symbols.interior(self.module).bindings.get(name, ())
        if not rows or any(row.kind != "import" for row in rows):
            return False
        lines = {row.line for row in rows}
        kinds = [
            one.kind for one in self._symbols.imports[self.module]
            if not one.scope and one.line in lines and name in (one.bound, *(bound for _, bound in one.names))
        ]  # fmt: skip
        return bool(kinds) and all(kind == "typing" for kind in kinds)

    def late(self, use: Use) -> bool:
        """Whether a global is asked for, while the module is imported, above the statement that binds it."""
        if self._stub or use.when != "import" or use.role not in ("load", "string"):
            return False
        since = self.reading.since.get(use.variable)
        return since is not None and since > use.number and not hasattr(builtins, use.parts[0])


class Comparison:
    """Compares names of one file, or of one statement, with what they have become."""

    def __init__(
        self, context: Context, before: Meanings, after: Meanings, path: str, sure: Sure, sure_after: Sure
    ) -> None:
        """`path` is that of the file after the step."""
        self._context = context
        self._replacing = context.replacing
        self._before, self._after = before, after
        self._path = path
        self._sure, self._sure_after = sure, sure_after
        self._loading = Loading(context.before, sure.module)
        self._loading_after = Loading(context.after, sure_after.module)
        self._forth: dict[tuple[int, str], tuple[int, str]] = {}
        self._back: dict[tuple[int, str], tuple[int, str]] = {}

    def compare(self, before: Use, after: Use) -> Iterator[Refusal]:
        """What is wrong with one name."""
        home, home_after = before.home, after.home
        meant, means = self._before.of(before, home), self._after.of(after, home_after)
        known = max((number for number, one in enumerate(meant) if one), default=-1)
        if known >= 0:
            tail = len(meant) - 1 - known
            at = len(means) - 1 - tail
            wanted = self._replacing.wanted(meant[known])
            got: Told = means[at] if at >= 0 else frozenset()
            if not self._replacing.serves(meant[known], got):
                if self._goes_on(meant[known], got, before, after, home_after):
                    return
                if self._stays(meant[known], got, before):
                    return
                here = self._context.before.symbols.path(self._sure.module)
                if self._context.used(here, before.line, meant[known], got):
                    return
                if not got and at > 0 and self._replacing.outside(meant[known], after.parts[at]):
                    return
                # Behind an expression that is no chain of names: that it is the form is for its tree to show.
                behind = not got and not after.parts[0] and 0 < tail < len(after.parts)
                if behind and before.parts[-tail:] == after.parts[-tail:] and self._context.formed(meant[known]):
                    return
                same = not got and wanted == meant[known] and before.parts == after.parts
                unsure = same and not self._replacing.forgotten(meant[known])
                if unsure and self._before.guessed(before, home, known):
                    return
                yield self._differs(before, after, meant[known], wanted, got)
                return
        if before.parts[0] and after.parts[0] and not (known >= 0 and len(meant) - known <= len(means)
                                                      and self._imported(before, home, after, home_after)):
            yield from self._variable(before, home, after, home_after)
        yield from self._moment(before, after)
        if after.parts != before.parts and not any(self._loading.unsure(meant)):
            for module in self._loading_after.unsure(means):
                why = f"`{after.text}` would need {module}, which nothing imports here"
                yield self._refuse(after, why, "import it")

    def _goes_on(self, meant: Told, got: Told, before: Use, after: Use, home: Scope) -> bool:
        """Whether an old name is used on, and goes on to work: never as a plain name that nothing binds."""
        if before.parts[-1] != after.parts[-1] or not _is_plain(after, home):
            return False
        return self._sure_after.named(after) and self._context.goes_on(meant, got)

    def _stays(self, meant: Told, got: Told, before: Use) -> bool:
        """Whether something that is replaced is used on: in its own definition, which stays, or where that is told."""
        if got != meant:
            return False
        spans = [
            span for one in meant if self._replacing.is_told(one) and one.module == self._sure.module
            for span in self._sure.reading.definitions.get(self._replacing.around(one), ())
        ]  # fmt: skip
        if any(start <= before.start < end for start, end in spans):
            return True
        path = self._context.before.symbols.path(self._sure.module)
        return self._replacing.left(meant, got, path, 0 if before.role == "import" else before.line)

    def dropped(self, old: Sequence[Use], new: Sequence[Use]) -> Iterator[Refusal]:
        """What is wrong with the uses of replaced things that stood in a stretch, and with what stands there now."""
        means = [told for use in new for told in self._after.of(use, use.home) if told]
        for use in old:
            meant = next((one for one in reversed(self._before.of(use, use.home)) if one), frozenset[Identity]())
            if not any(map(self._replacing.is_told, meant)) or any(self._replacing.serves(meant, one) for one in means):
                continue
            instead = next((one for one in new if one.role == "load"), None)
            if instead is not None:
                yield self._differs(use, instead, meant, self._replacing.wanted(meant), self._last(instead))

    def _last(self, use: Use) -> Told:
        return next((one for one in reversed(self._after.of(use, use.home)) if one), frozenset[Identity]())

    def _imported(self, before: Use, home: Scope, after: Use, home_after: Scope) -> bool:
        """Whether the first names are globals or come from imports, whose meaning has been compared."""
        return _is_plain(before, home) and _is_plain(after, home_after)

    def _variable(self, before: Use, home: Scope, after: Use, home_after: Scope) -> Iterator[Refusal]:
        """The variables of functions and classes stay what they are: none is split, none falls together."""
        if home.kind == "module" and home_after.kind == "module":
            if not self._sure_after.bound(after.variable) and self._sure.bound(before.variable):
                yield self._unbound(after)
            return
        if home.kind != home_after.kind:
            what, instead = _whose(home), _whose(home_after)
            yield self._refuse(
                after, f"`{after.parts[0]}` would be {instead}, where `{before.parts[0]}` was {what}",
                "choose another name",
            )  # fmt: skip
            return
        shape = before.variable in home.imported, before.variable in home.bound
        if shape != (after.variable in home_after.imported, after.variable in home_after.bound):
            yield self._refuse(
                after, f"`{after.parts[0]}` would be bound by an import and otherwise in one scope",
                "choose another name",
            )  # fmt: skip
            return
        divided = self._context.divides(self._sure.module, home.name, home_after.name)
        if divided and before.variable == after.variable:
            # Each part has its own variable of that name, which the codemod hands on.
            return
        one, other = (id(home), before.variable), (id(home_after), after.variable)
        torn = self._forth.setdefault(one, other) != other or self._back.setdefault(other, one) != one
        if torn or divided is not None:
            yield self._refuse(
                after, f"`{after.parts[0]}` would be another variable than `{before.parts[0]}` was",
                "choose another name",
            )  # fmt: skip

    def _moment(self, before: Use, after: Use) -> Iterator[Refusal]:
        """A global must be there when it is asked for."""
        name = after.parts[0]
        if not name or after.home.kind != "module":
            return
        if self._sure_after.late(after) and not self._sure.late(before):
            yield self._refuse(after, f"`{name}` would be used above the statement that binds it", "move it further up")
            return
        if before.when in ("import", "call") and self._sure.only_typed(before.parts[0]):
            return
        if after.when in ("import", "call") and self._sure_after.only_typed(name):
            yield self._refuse(
                after, f"`{name}` would be imported for type checkers only, and is used when the code runs",
                "import it outside of TYPE_CHECKING",
            )  # fmt: skip

    def judge(self, use: Use) -> Iterator[Refusal]:
        """What is wrong with a name that stands where none stood."""
        if not use.parts[0] or use.role == "import":
            return
        if use.home.kind != "module" or use.role in ("store", "definition"):
            return
        if not self._sure_after.bound(use.variable):
            yield self._unbound(use)
        elif self._replacing.some and (why := self._unknown(use)):
            yield self._refuse(use, why, "write a name that is there")
        elif self._sure_after.late(use):
            yield self._refuse(
                use, f"`{use.parts[0]}` would be used above the statement that binds it", "move it further up"
            )
        elif use.when in ("import", "call") and self._sure_after.only_typed(use.parts[0]):
            yield self._refuse(
                use, f"`{use.parts[0]}` would be imported for type checkers only, and is used when the code runs",
                "import it outside of TYPE_CHECKING",
            )  # fmt: skip

    def _unknown(self, use: Use) -> str:
        """Why a new name is none that can be meant: it is not there, or is what another thing has replaced."""
        means = self._after.of(use, use.home)
        for number, one in enumerate(means):
            text = ".".join(use.parts[: number + 1])
            replaced = [each for each in one if self._replacing.is_told(each) and not self._replacing.takes_place(each)]
            if replaced and len(replaced) == len(one):
                return f"`{text}` would mean {_listed(one)}, which becomes {_listed(self._replacing.wanted(one))}"
            if number and not one and self._lacks(means[number - 1]):
                return f"`{text}` would mean nothing that is known"
        return ""

    def _lacks(self, around: Told) -> bool:
        """Whether what has no such attribute is a module or a class of the project, all of whose names are known."""
        symbols = self._context.after.symbols
        for one in around:
            if not one.module or one.module not in symbols.layout.modules or symbols.gap(one.module):
                return False
            interior = symbols.interior(one.module)
            if one.name and one.name not in interior.classes:
                return False
            if not one.name and "__getattr__" in interior.bindings:
                return False
            if one.name and not all(isinstance(base, Symbol) for base in symbols.order(one.module, one.name)):
                return False
        return bool(around)

    # Words

    def _unbound(self, use: Use) -> Refusal:
        return self._refuse(use, f"nothing would bind `{use.parts[0]}` any more", "keep or add its import")

    def _differs(self, before: Use, after: Use, meant: Told, wanted: Told, got: Told) -> Refusal:
        was, now, means = _listed(meant), _listed(wanted), _listed(got)
        text = after.text.lstrip(".")
        if not got:
            why = f"`{text}` would mean nothing that is known, where it meant {was}"
        elif got == meant:
            why = f"`{text}` would go on to mean {was}, which becomes {now}"
        else:
            why = f"`{text}` would mean {means}, where it meant {was}"
        remedy = "choose another name" if got and after.parts != before.parts else f"let it mean {now}"
        return self._refuse(after, why, remedy)

    def _refuse(self, use: Use, why: str, remedy: str) -> Refusal:
        return Refusal(self._path, use.line, CHECK, why, remedy)


def _is_plain(use: Use, home: Scope) -> bool:
    return home.kind == "module" or (use.variable in home.imported and use.variable not in home.bound)


def _whose(home: Scope) -> str:
    if home.kind == "module":
        return "the module's or a builtin"
    return f"a variable of {home.kind} {home.name or '(module)'}"


def _listed(some: Told) -> str:
    return " or ".join(str(one) for one in sorted(some))


_OF_CLASSES: Final = frozenset({"__module__", "__qualname__", "__class__"})
