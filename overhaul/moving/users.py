"""What becomes of the files that use a symbol when it moves to another module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.changes import Edit, Replacement
from overhaul.errors import Refused
from overhaul.moving.early import Early
from overhaul.moving.needs import Needs
from overhaul.moving.old import outer_function
from overhaul.moving.text import merged, quoted
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.annotations import annotations_of, within
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import Found, References
from overhaul.refactoring.units import in_script

if TYPE_CHECKING:
    from overhaul.project import Project


class User:
    """One file that uses what moves, neither the old module nor the new."""

    def __init__(
        self, project: Project, references: References, path: str, old: str, new: str, *, late: Early | None = None,
        imports: Imports | None = None,
    ) -> None:  # fmt: skip
        """From the module `old` to the module `new`; `late`: imported only in the functions that need it.

        `imports` are those of the file, where several move at once.
        """
        self.late = late
        self.project, self.references, self.old, self.new = project, references, old, new
        self.file: Bindings = references.bindings(path)
        self.imports = imports or Imports(project, path)
        self.path = path
        self.loads_early = False
        """Whether it imports the new module when it is imported."""
        self._changes: list[Replacement] = []
        self._quotes: set[Replacement] = set()
        self._rewritten: dict[int, Taken] = {}
        """The numbers of names that stand no longer for what an import has brought, with that."""

    def edit(self) -> Iterator[Edit]:
        """All that changes, if anything does."""
        uses = self.uses()
        coming = list(self.imports.replacements())
        if self.late:
            coming = [Replacement(one.start, one.end, one.text, "import made late", "review") for one in coming]
        changes = merged(coming, self._quotes, uses)
        if changes:
            yield self.project.edit(self.path, changes)

    def uses(self) -> list[Replacement]:
        """What changes beside the imports; those of the old module that nothing is left of are dropped."""
        self._drop_unused()
        return self._changes

    def follow(self, found: Found, name: str, now: str = "") -> None:
        """One place that means the symbol; `now` is its name in the new module, if that is another one.

        Raises Refused for a place that cannot be changed.
        """
        one, now = found.occurrence, now or name
        match found.how:
            case "import" if found.through == self.old and one is not None:
                self._taken(self.file.by_place[one.number], name, now)
            case "attribute" if found.through == self.old and one is not None:
                self._chain(one, name, now)
            case "string" if found.through == self.old:
                where = f"{self.path}:{found.line}"
                raise Refused(f"{where}: {name} is asked of {self.old} by a string: write it as a name first")
            case _:
                return

    def _taken(self, taken: Taken, name: str, now: str) -> None:
        if self.late and taken.home is self.file.top and taken.statement.suite == -1:
            self._defer(taken, name)
            return
        bound = taken.bound
        if bound == name != now and self._renamed(taken, now):
            bound = now
        self.imports.replace(taken.statement, name, self.new, now, bound)
        self._note(taken)

    def _renamed(self, taken: Taken, now: str) -> bool:
        """Call what an import brings by its new name wherever it is used, if that is free and nobody takes it here."""
        if self.path.endswith(".pyi") or len(self.file.bindings(taken.home, taken.bound)) > 1 or self._passed_on(taken):
            return False
        taken_on = taken.home is self.file.top and any(
            found.module != self.file.module and found.through == self.file.module
            for found in self.references.to(Symbol(self.old, taken.name, "function", "", 0))
        )
        uses = [
            one for one in self.file.uses(taken.home, taken.bound) if one.role not in ("taken", "alias", "module")
        ]  # fmt: skip
        if taken_on or not all(one.role == "load" for one in uses) or not self._free(now, self.new, now):
            return False
        for one in uses:
            self._replace(one, one.end, now)
        return True

    def _defer(self, taken: Taken, name: str) -> None:
        """Import it where it is used. Raises Refused where that is when the file itself is imported."""
        file = self.file
        needs = Needs(self.project, file)
        annotations = sorted(
            one for part in file.occurrences.statements if part.suite == -1
            for one in annotations_of(file.occurrences, part)
        )  # fmt: skip
        self.imports.drop(taken.statement, name)
        for one in file.uses(file.top, taken.bound):
            if one is taken.binder:
                continue
            match needs.when(one, annotations):
                case "import" if (found := within(annotations, one.start)) is not None and found.plain:
                    self._quotes.update(quoted(file.occurrences, [found]))
                    self.imports.take(self.new, name, taken.bound, typing=True)
                case "import":
                    raise Refused(f"{self.path}:{one.line}: {name} is used when {file.module} is imported")
                case "annotation":
                    self.imports.take(self.new, name, taken.bound, typing=True)
                case "call" if self.late is not None and self.late.runs(file, one):
                    raise Refused(f"{self.path}:{one.line}: {name} is used when {file.module} is imported")
                case "call":
                    function = outer_function(file, one)
                    self.imports.take(self.new, name, taken.bound, within=function)

    def _note(self, taken: Taken) -> None:
        if (binder := taken.binder) is not None and in_script(self.file, binder):
            return
        scope = taken.statement.scope
        while scope.parent is not None and scope.kind == "class":
            scope = scope.parent
        if scope.parent is None and not self.imports.blocks.under_typing(taken.statement.number):
            self.loads_early = True

    def starred(self, taken: Taken, name: str) -> None:
        """What came by a star import is named."""
        self.imports.take(self.new, name, like=taken.statement)
        self._note(taken)

    # `old.X`

    def _chain(self, one: Occurrence, name: str, now: str) -> None:
        """A chain of names that ends in the symbol, taken from the old module."""
        chain = self.file.occurrences.chain(one)
        where = f"{self.path}:{one.line}"
        root = chain[0]
        home = self.file.home_of(root)
        bindings = self.file.bindings(home, root.name) if home is not None else ()
        taken = [each for each in bindings if isinstance(each, Taken)]
        if home is None or len(taken) < len(bindings) or not taken:
            raise Refused(f"{where}: {name} is asked of {self.old} in a way that cannot be changed: import it first")
        before = [part.name for part in chain[:-1]]
        if len(chain) > 2 or (not taken[0].name and taken[0].alias is None):
            self._dotted(chain, taken, before, where)
        else:
            self._short(chain, taken, where, now)
        if now != name and self._changes[-1].end < one.end:
            self._replace(one, one.end, now)

    def _is_module(self, top: str) -> bool:
        """Whether a word means the module of that name wherever it stands."""
        file = self.file
        bindings = file.bindings(file.top, top)
        whole = all(isinstance(one, Taken) and not one.name and one.alias is None for one in bindings)
        plain = (one for one in file.occurrences.named(top) if one.role not in ("attribute", "keyword", "module"))
        return bool(bindings) and whole and all(file.home_of(one) is file.top for one in plain)

    def _dotted(self, chain: Sequence[Occurrence], taken: Sequence[Taken], before: Sequence[str], where: str) -> None:
        """`package.old.X`: the new module takes the place of the old."""
        whole = [each for each in taken if not each.name and each.alias is None]
        plain = ".".join(before)
        if len(whole) != len(taken) or self.project.symbols.locate(plain, self.file.module) != self.old:
            # The root is a package that was taken from another, or has another name.
            meaning = self.references.meaning(self.path, chain[-3]) if len(chain) > 2 else None
            package = self.new.rpartition(".")[0]
            if not (isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module == package):
                raise Refused(f"{where}: {plain} cannot be written as {self.new}: import {self.old} by its name first")
            self._replace(chain[-2], chain[-2].end, self.new.rpartition(".")[2])
            self.imports.load(self.new) if len(whole) == len(taken) else self._loaded(where)
            return
        top = self.new.partition(".")[0]
        if top != chain[0].name and self.file.occurrences.named(top) and not self._is_module(top):
            raise Refused(f"{where}: {top} is another thing there: import it by its name first")
        best = next((each for each in whole if each.target == plain), whole[0])
        self.imports.load(self.new, like=best.statement)
        self._note(best)
        if best.target == plain:
            self._rewritten[chain[0].number] = best
        self._replace(chain[0], chain[-2].end, self.new)

    def _loaded(self, where: str) -> None:
        """Raises Refused where nothing says that the new module has been imported."""
        package, _, name = self.new.rpartition(".")
        bindings = self.project.symbols.interior(package).bindings if package in self.project.layout.modules else {}
        if name not in bindings:
            raise Refused(f"{where}: nothing imports {self.new} there: import it by its name first")

    def _short(self, chain: Sequence[Occurrence], taken: list[Taken], where: str, name: str) -> None:
        """`old.X` where `old` was imported: the new module beside it, or the symbol itself where that has no room."""
        module = self.new.rpartition(".")[2]
        package = self.new.rpartition(".")[0]
        for each in taken:
            bound = self._known(each, chain[0]) or self._bound(each, module, package)
            if bound:
                self._rewritten[chain[0].number] = each
                self._replace(chain[0], chain[-2].end, bound)
            elif chain[-1].use == "store" or not self._free(name, self.new, name):
                raise Refused(f"{where}: neither {module} nor {name} is free there: rename one of them first")
            else:
                self.imports.take(self.new, name, like=each.statement)
                self._rewritten[chain[0].number] = each
                self._replace(chain[0], chain[-1].end, name)
            self._note(each)

    def _known(self, taken: Taken, use: Occurrence) -> str:
        """What the new module is called already where the old one is imported; "" where it is not, or not for sure."""
        file = self.file
        for other in file.taken:
            beside = other.home is taken.home and other.statement.suite == taken.statement.suite
            if not beside or other.statement.start > use.start or not (other.name or other.alias is not None):
                continue
            meaning = self.references.brought(file, other) if len(file.bindings(other.home, other.bound)) == 1 else None
            same = isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module == self.new
            if same and not any(other.bound in scope.variables for scope in file.scopes_between(use, other.home)):
                return other.bound
        return ""

    def _bound(self, taken: Taken, module: str, package: str) -> str:
        """Import the new module as the old one was; what it is called there, "" where its name is not free."""
        if taken.name and package:
            if self._free(module, package, module):
                return self.imports.take(package, module, like=taken.statement)
            return ""
        if taken.alias is not None:
            return self.imports.load(self.new, module, like=taken.statement) if self._free(module, self.new, "") else ""
        if not package and self._free(module, self.new, ""):
            return self.imports.load(self.new, like=taken.statement)
        return ""

    def _free(self, bound: str, module: str, name: str) -> bool:
        """Whether a name can be bound to what is taken from a module: it occurs nowhere else, or means that already."""
        symbols = self.project.symbols
        for one in self.file.occurrences.named(bound):
            if one.role in ("attribute", "keyword", "module") and one.home is None:
                continue
            if one.role == "taken" and self.file.home_of(one) is None:
                continue
            meaning = self.references.meaning(self.path, one)
            wanted = symbols.resolve(f"{module}.{name}" if name else module)
            if not (isinstance(meaning, Symbol) and isinstance(wanted, Symbol) and wanted.same(meaning)):
                return False
        return True

    def _replace(self, first: Occurrence, end: int, text: str) -> None:
        self._changes.append(Replacement(first.start, end, text, "use"))

    def _drop_unused(self) -> None:
        """Take out the imports of the old module that nothing is left of."""
        for taken in dict.fromkeys(self._rewritten.values()):
            if self._passed_on(taken):
                continue
            used = [
                one for one in self.file.uses(taken.home, taken.bound)
                if one.number not in self._rewritten and one.role not in ("taken", "alias", "module")
            ]  # fmt: skip
            if not used:
                self.imports.drop(taken.statement, taken.name or taken.target)

    def _passed_on(self, taken: Taken) -> bool:
        """Whether an import may be there for others, or for what it does."""
        if self.path.endswith("__init__.py") and taken.home is self.file.top:
            return True
        text = self.file.occurrences.text
        end = self.imports.blocks.line_end(taken.statement.end)
        if "noqa" in text[taken.statement.start : end]:
            return True
        if taken.home is self.file.top and taken.bound in self.project.symbols.public(self.file.module):
            return any(taken.bound in row.names for row in self.project.symbols.exports[self.file.module])
        return False
