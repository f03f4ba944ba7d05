"""Assignments of a state by others than its owner become calls of the owner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from overhaul.changes import Added, Edit, Guidance, Leftover, Replacement, Target, Used
from overhaul.coordinating.kinds import machine_of
from overhaul.errors import Refused, Unreadable
from overhaul.inventory import testing
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project


_STAND_IN: Final = re.compile(r"\b(?:SimpleNamespace|namedtuple|create_autospec|\w*Mock|\w*(?:Fake|Stub|Dummy)\w*)\(")


class Guarding:
    """The assignments of one machine's state."""

    def __init__(self, project: Project, machine: Target, through: str, *, tests: bool = False) -> None:
        """`through`: the method of the owner that sets the state; made where there is none. Raises Refused."""
        self.project, self.machine, self.tests = project, machine, tests
        owner, _, self.attribute = machine.name.rpartition(".")
        if not owner:
            raise Refused(f"{machine}: it is a variable of a module, which has no owner: keep it in an object")
        self.owner = project.symbol(Target(machine.module, owner))
        if self.owner.kind != "class":
            raise Refused(f"{machine}: {owner} is no class: name `package.module:Class.attribute`")
        self.row = machine_of(project, machine)
        self.through = through or f"enter_{self.attribute.lstrip('_')}"
        self.references = References(project)

    def proposals(self) -> Iterator[Edit | Added | Used | Leftover]:
        """Each assignment from outside, and the method where it is new. Raises Refused."""
        method = self.project.types.method(self.owner, self.through)
        if method is None and self.project.types.has_member(self.owner, self.through) == "yes":
            raise self._refused(f"{self.through} is there, and is no method", "name another with `through`")
        own = method is not None and self._plain(method[1].name)
        guidance: Guidance = "safe" if method is None or own else "review"
        if method is not None:
            parameters = method[1].parameters
            least = [one for one in parameters[1:] if not one.default and one.kind in ("positional", "positional-only")]
            if len(least) != 1 or method[1].kind != "method" or any(
                one.kind == "keyword-only" and not one.default for one in parameters
            ):  # fmt: skip
                raise self._refused(f"{self.through} takes other things than a state", "name another with `through`")
        edits: dict[str, list[Replacement]] = {}
        for path in self.project.mentioning((self.attribute,)):
            try:
                file = self.references.bindings(path)
            except Unreadable:
                continue
            for one in file.occurrences.named(self.attribute):
                if one.role == "attribute" and one.use == "store":
                    yield from self._assigned(file, one, edits, guidance)
        if not edits:
            return
        if method is None:
            edits.setdefault(self.owner.path, []).append(self._method())
            yield Added(Target(self.machine.module, f"{self.owner.name}.{self.through}"))
        for path, replacements in edits.items():
            yield self.project.edit(path, replacements)

    def _refused(self, why: str, remedy: str) -> Refused:
        return Refused(f"{self.owner.path}:{self.owner.line}: {self.machine.name}: {why}: {remedy}")

    def _plain(self, name: str) -> bool:
        """Whether a method does nothing but set the state: one that this codemod made."""
        text = self.project.source(self.owner.path).text().splitlines()
        row = self.project.symbols.interior(self.machine.module).functions.get(f"{self.owner.name}.{self.through}")
        if row is None or row.name != name or len(row.parameters) != 2:
            return False
        if row.end != row.line + 1 and not (row.end == row.line + 2 and text[row.line].strip().startswith(('"', "'"))):
            return False
        return text[row.end - 1].strip() == f"{row.parameters[0].name}.{self.attribute} = {row.parameters[1].name}"

    def _assigned(
        self, file: Bindings, one: Occurrence, edits: dict[str, list[Replacement]], guidance: Guidance
    ) -> Iterator[Leftover | Used]:
        """One place where an attribute of that name is set."""
        if self._inside(file, one):
            return
        classes = self.references.receivers(file, one)
        ours = [isinstance(each, Symbol) and self._of_family(each) for each in classes]
        if not ours or not all(ours):
            known = any(site.path == file.path and site.line == one.line for site in self.row.outside)
            if known or any(ours):
                yield self._left(file, one, "of which class it is, is not known for sure: annotate it")
            return
        if testing(file.path) and not self.tests:
            yield self._left(file, one, "a test sets the state: `tests = true` changes that too")
            return
        statement = file.occurrences.statement_of(one)
        why = self._unfit(file, one, statement.node)
        if why:
            yield self._left(file, one, why)
            return
        equals = file.brackets.behind(one.end)
        value = file.brackets.behind(equals + 1)
        because = "set by others than its owner"
        if guidance == "safe" and self._calls(file, one):
            # Where there is no owner, but None, the value is worked out no more before that is found out.
            because, guidance = f"{because}; the owner is looked at before the value is worked out", "review"
        edits.setdefault(file.path, []).extend((
            Replacement(one.start, value, f"{self.through}(", because, guidance),
            Replacement(statement.end, statement.end, ")", because, guidance),
        ))
        yield from self._handed(file, one)
        yield Used(
            file.path, one.line, self.machine, Target(self.machine.module, f"{self.owner.name}.{self.through}")
        )

    def _left(self, file: Bindings, one: Occurrence, why: str) -> Leftover:
        return self.project.leftover(file.path, one.line, self.machine, why)

    def _inside(self, file: Bindings, one: Occurrence) -> bool:
        """Whether the owner or a class below it sets it."""
        around = self.project.types.class_around(file.module, one.scope.name)
        return around is not None and self._of_family(around)

    def _of_family(self, one: Symbol) -> bool:
        return any(
            isinstance(base, Symbol) and base.dotted == self.owner.dotted
            for base in self.project.symbols.order(one.module, one.name)
        )

    def _unfit(self, file: Bindings, one: Occurrence, node: Any) -> str:
        """Why an assignment cannot become a call; "" where it can."""
        if node.__class__.__name__ != "Assign" or len(node.targets) != 1:
            return "it is set together with others, or by another statement than an assignment"
        target: Any = node.targets[0].target
        if target.__class__.__name__ != "Attribute" or target.attr.value != self.attribute:
            return "it is set together with others"
        if node.value.__class__.__name__ == "Tuple" and not node.value.lpar:
            return "what is assigned are several values"
        chain = file.occurrences.chain(one)
        plain = chain[0].role != "attribute"
        value = file.occurrences.statement_of(one)
        names = file.occurrences.all[one.number + 1 : value.names[1]]
        calls = self._calls(file, one)
        awaits = any(word in file.brackets.code[one.end : value.end] for word in ("await ", "yield ", ":="))
        if awaits or ((calls or self._asks(file, names)) and not (plain and len(chain) == 2)):
            return "what is assigned may change what it is assigned to: Python would look that up earlier"
        if not plain:
            return "it is set on what an expression returns"
        return ""

    @staticmethod
    def _calls(file: Bindings, one: Occurrence) -> bool:
        """Whether what is assigned calls something."""
        statement = file.occurrences.statement_of(one)
        names = file.occurrences.all[one.number + 1 : statement.names[1]]
        return any(each.use == "call" for each in names) or "(" in file.brackets.code[one.end : statement.end]

    def _asks(self, file: Bindings, names: Sequence[Occurrence]) -> bool:
        """Whether a value asks something for an attribute that may be a property, and change what it is set on."""
        for one in names:
            if one.role != "attribute":
                continue
            meaning = self.references.meaning(file.path, one)
            if not isinstance(meaning, Symbol) or meaning.kind not in ("variable", "attribute", "class", "module"):
                return True
            if meaning.kind == "attribute" and meaning.name in self.project.symbols.interior(meaning.module).functions:
                return True  # a property
        return False

    def _handed(self, file: Bindings, one: Occurrence) -> Iterator[Leftover]:
        """Tests that hand something else to the function: it may have the attribute, and not the method."""
        function = one.scope.name.rpartition(".")[2]
        if function and testing(file.path):
            return
        for path in self.project.mentioning((function,)) if function else ():
            if not testing(path):
                continue
            lines = self.project.source(path).text().splitlines()
            for number, text in enumerate(lines, 1):
                near = "\n".join(lines[max(0, number - 12) : number + 12])
                if _STAND_IN.search(text) and re.search(rf"\b{re.escape(function)}\b", near):
                    why = f"what stands in for {self.owner.name} here may have no {self.through}"
                    yield self.project.leftover(path, number, self.machine, why)

    def _method(self) -> Replacement:
        """The method that sets the state on behalf of others, at the end of the class."""
        occurrences = self.project.occurrences(self.owner.path)
        top = (one for one in occurrences.statements if one.suite == -1 and one.node.__class__.__name__ == "ClassDef")
        statement = next((one for one in top if one.node.name.value == self.owner.name), None)
        inside = [one for one in occurrences.statements if statement is not None and one.suite == statement.number]
        if statement is None or not inside or statement.node.body.__class__.__name__ != "IndentedBlock":
            raise self._refused("its class is defined under a condition, or on one line", "write the method by hand")
        text = occurrences.text
        first = inside[0].start
        indent = text[text.rfind("\n", 0, first) + 1 : first]
        end = occurrences.lines(inside[-1])[1]
        newline = "" if text[end - 1 : end] == "\n" else "\n"
        name = self.attribute.lstrip("_")
        shown = self._annotation()
        lines = (
            f"\n{indent}def {self.through}(self, {name}{shown}) -> None:\n"
            f'{indent}{indent}"""Go to another state, on behalf of others."""\n'
            f"{indent}{indent}self.{self.attribute} = {name}\n"
        )
        return Replacement(end, end, f"{newline}{lines}", "sets the state for others")

    def _annotation(self) -> str:
        symbols = self.project.symbols
        plain = any("annotations" in (name for name, _ in one.names) and one.target == "__future__"
                    for one in symbols.imports[self.machine.module])  # fmt: skip
        written = "str" if self.row.subkind in ("string", "table") and not self.row.enum else ""
        if self.row.enum:
            last = self.row.enum.rpartition(".")[2]
            meaning = symbols.lookup(self.machine.module, "", last)
            written = last if isinstance(meaning, Symbol) and meaning.dotted == self.row.enum else ""
            written = written if plain or not written else f'"{written}"'
        return f": {written}" if written else ""
