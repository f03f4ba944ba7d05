"""Places that reach an instance by no name that anybody could follow: `vars`, `__dict__`, `globals`, `eval`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from overhaul.inventory import testing
from overhaul.lazy import cst
from overhaul.moving.import_effects import effect
from overhaul.naming.meanings import Symbol
from overhaul.unifying.classes import Named
from overhaul.unifying.flow import Flow
from overhaul.unifying.rules import Rules
from overhaul.unifying.slots import Field, Variable
from overhaul.unifying.trees import Tree

Place = tuple[str, int, str]
"""Path, line, and why."""
_ALL: Final = frozenset({"vars", "asdict", "astuple", "fields", "__dict__", "dir"})
"""What asks for all attributes of an object."""
_ONE: Final = frozenset({"getattr", "setattr", "delattr", "attrgetter", "__setattr__", "__getattribute__"})
"""What asks for an attribute by its name."""
_COPIES: Final = re.compile(r"\b(?:pickle|deepcopy|multiprocessing|joblib|shelve|dill)\b")


class Dynamic:
    """Looks for such places around the slots that hold instances."""

    def __init__(self, flow: Flow, rules: Rules) -> None:
        """`flow` has been followed to its end."""
        self._flow, self._rules = flow, rules
        self._project = flow.places.project

    def doubts(self) -> Iterator[Place]:
        """Where an instance may be reached, or be replaced by something else."""
        fields = [one for one in self._flow.slots if isinstance(one, Field)]
        owners = {one.owner for one in fields}
        for owner in sorted(owners):
            names = sorted(one.name for one in fields if one.owner == owner)
            for path in self._around(owner[1].rpartition(".")[2]):
                for tree, node, how in self._asking(path, names):
                    if self._may_be(tree, node, owner):
                        yield path, tree.line(node), (f"`{how}` reaches `{names[0]}` of {owner[1]}, which holds "
                                                      f"a {self._flow.target.name}")  # fmt: skip
        yield from self._globals()
        yield from self._evaluated()

    def _around(self, name: str) -> Iterator[str]:
        """The files that know of a class."""
        yield from sorted(self._project.mentioning([name]))

    def _asking(self, path: str, fields: Sequence[str]) -> Iterator[tuple[Tree, Any, str]]:
        """The objects whose attributes are asked for by no name that is written there."""
        tree = self._flow.places.tree(path)
        # A name that is worked out comes from a text, if not from a list of all of them.
        texts = {tree.text[start:end].strip("rRuUbB\"'") for start, end, _, _ in tree.file.occurrences.strings()}
        for name in sorted(_ALL if texts.isdisjoint(fields) else _ALL | _ONE):
            for one in tree.file.occurrences.named(name):
                node = tree.value_at(one)
                if node is None:
                    continue
                parent = tree.parent(node)
                if name == "__dict__" and isinstance(node, cst.Attribute):
                    yield tree, node.value, tree.written(node)[:40]
                elif isinstance(parent, cst.Call) and parent.func is node and parent.args:
                    first = parent.args[0].value
                    if name in _ONE and (len(parent.args) < 2 or isinstance(parent.args[1].value, cst.SimpleString)):
                        continue
                    yield tree, first, " ".join(tree.written(parent).split())[:40]

    def _may_be(self, tree: Tree, node: Any, owner: tuple[str, str]) -> bool:
        """Whether an object may be of a class, or of one below or above it."""
        types, symbols = self._project.types, self._project.symbols
        text = tree.written(node)
        one = tree.occurrence(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
        # Of what nobody knows, only that is suspected which stands beside the class.
        near = tree.path == symbols.path(owner[0])
        if one is None:
            return near and not isinstance(node, (cst.SimpleString, cst.BaseNumber))
        if text == "cls":
            return False  # instances are not held by classes, but for what stands in their bodies
        own = types.class_around(tree.module, one.scope.name) if text == "self" else None
        classes: Sequence[object] = [own] if own is not None else []
        meaning = self._flow.references.meaning(tree.path, one)
        if isinstance(meaning, Symbol) and meaning.kind == "class":
            classes = [meaning]
        elif not classes:
            classes = types.of_expression(tree.module, one.scope.name, text)
        if not classes:
            return near and (not isinstance(meaning, Symbol) or meaning.kind not in ("module", "function"))
        wanted = symbols.resolve(f"{owner[0]}.{owner[1]}")
        for each in classes:
            if not isinstance(each, Symbol) or not isinstance(wanted, Symbol):
                continue
            if any(wanted.same(above) for above in types.bases(each)) or any(
                each.same(above) for above in types.bases(wanted)
            ):
                return True
        return False

    def _globals(self) -> Iterator[Place]:
        """Variables of modules that ask for all their names."""
        for slot in self._flow.slots:
            if not isinstance(slot, Variable):
                continue
            tree = self._flow.places.tree(slot.path)
            asked = {"locals"} if slot.home is not tree.file.top else {"globals", "vars"}
            for name in sorted(asked):
                for one in tree.file.occurrences.named(name):
                    node = tree.value_at(one)
                    call = tree.parent(node) if node is not None else None
                    around = one.scope is slot.home or slot.home is tree.file.top
                    if isinstance(call, cst.Call) and call.func is node and not call.args and around:
                        yield slot.path, one.line, f"`{name}()` reaches `{slot.name}`, which holds an instance"

    def _evaluated(self) -> Iterator[Place]:
        """Code in strings that asks for a member."""
        rules = (*self._rules.methods, *self._rules.attributes)
        members = [one.name for one in rules if not self._rules.same(one.name)]
        wanted = re.compile(rf"\.(?:{'|'.join(map(re.escape, sorted(members)))})\b") if members else None
        for path in sorted(self._project.mentioning(["eval", "exec"])) if wanted is not None else ():
            tree = self._flow.places.tree(path)
            if not any(tree.file.occurrences.named(name) for name in ("eval", "exec")):
                continue
            for start, end, _, kind in tree.file.occurrences.strings():
                if kind == "string" and wanted is not None and wanted.search(tree.text[start:end]):
                    line = tree.text.count("\n", 0, start) + 1
                    yield path, line, f"{tree.text[start:end][:40]} may be carried out, and asks for a member"

    def problems(self, names: Sequence[Named]) -> Iterator[Place]:
        """What would be lost for certain: examples in texts that are run, and what the old module does."""
        target = self._flow.target
        for path in sorted(self._project.mentioning([target.name])):
            tree = self._flow.places.tree(path)
            for start, end, _, kind in tree.file.occurrences.strings():
                text = tree.text[start:end]
                shown = kind != "comment" and ">>>" in text and re.search(rf"\b{re.escape(target.name)}\b", text)
                if shown and not (path == target.path and self._own(tree, start)):
                    line = tree.text.count("\n", 0, start) + 1
                    yield path, line, f"an example in a text uses {target.name}: write it anew by hand"
        if any(one.sort == "import" for one in names):
            why = effect(self._project, self._flow.references, target.module)
            place = self._project.layout.modules[target.module].path
            if why:
                yield place, int(why.split(":")[1]), (f"{why.partition(': ')[2]}, and others would not import it any "
                                                      "more")  # fmt: skip

    def _own(self, tree: Tree, start: int) -> bool:
        row = self._project.types.row(self._flow.target)
        line = tree.text.count("\n", 0, start) + 1
        return row is not None and row.line <= line <= row.end

    def told(self) -> Iterator[Place]:
        """Holders in files that pickle or copy deeply: the other class must be able to bear that."""
        owners = {one.owner for one in self._flow.slots if isinstance(one, Field)}
        for path in sorted(self._project.mentioning(["pickle", "deepcopy", "multiprocessing", "joblib", "shelve"])):
            text = self._project.source(path).text()
            words = {word for _, word in owners}
            known = sorted(one for one in words if re.search(rf"\b{re.escape(one.rpartition('.')[2])}\b", text))
            found = _COPIES.search(text)
            if known and found is not None and not testing(path):
                line = text.count("\n", 0, found.start()) + 1
                yield path, line, f"what holds instances ({known[0]}) may be copied or pickled here: can they be?"
