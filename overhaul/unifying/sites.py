"""Write the uses of a class anew, one expression of a file after the other, those in each other too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from overhaul.changes import Guidance, Replacement
from overhaul.facts import Function
from overhaul.lazy import cst
from overhaul.unifying.filling import Unserved, bound, filled, without_receiver
from overhaul.unifying.layout import broken, indent_of, indented, is_quiet, laid_out, lost_comment, parses
from overhaul.unifying.newcomer import decorated
from overhaul.unifying.rules import Rules, plain_rename
from overhaul.unifying.templates import CONSTANT, Template, below, code, effect, fitting, in_vain, mapped
from overhaul.unifying.trees import Tree


class Site(NamedTuple):
    """One expression that is written anew."""

    tree: Tree
    node: Any
    sort: str
    """construct, init (the constructor of an heir), method, attribute, item, operator, name."""
    member: str = ""


class Written(NamedTuple):
    """What a site becomes."""

    node: Any
    free: frozenset[str]
    """The names that the new text needs."""
    reviewed: tuple[str, ...]
    first: Any = None
    members: tuple[str, ...] = ()


class Writer:
    """Writes the sites of one file."""

    def __init__(
        self, rules: Rules, new: str, functions: Mapping[str, Function | None], sites: Mapping[int, Site], width: int,
        fixed: Callable[[str], bool], gives_own: Callable[[str], bool],
    ) -> None:  # fmt: skip
        """`new`: how the new class is called; `functions`: those of the new class that templates call, by name.

        `fixed` tells which of its attributes cannot be assigned, `gives_own` which methods of the old class give an
        instance of it.
        """
        self._fixed, self._gives_own = fixed, gives_own
        self._rules, self._new, self._functions, self._sites = rules, new, functions, sites
        self._width = width
        self._hoisted: dict[int, tuple[str, Any]] = {}
        """id of a site's node -> variable and value of an argument that is needed more than once."""
        self.problems: list[tuple[str, int, str]] = []
        self.needed: set[str] = set()
        """Names that the texts need, the new class's among them."""

    def replacements(self, tree: Tree, guidance: Guidance, because: str) -> Iterator[Replacement]:
        """What is replaced; sites inside of others go with them."""
        self._tree = tree
        mine = sorted(self._sites.values(), key=lambda one: (tree.span(one.node)[0], -tree.span(one.node)[1]))
        covered = -1
        for site in mine:
            start, end = tree.span(site.node)
            if end <= covered:
                continue
            try:
                written = self._write(site, site.node)
                self.needed |= written.free
                said = "; ".join((because, *written.reviewed)) if written.reviewed or guidance != "safe" else because
                sure: Guidance = "review" if written.reviewed else guidance
                if site.sort == "init" and id(site.node) not in self._hoisted and _alike(site.node, written):
                    continue
                token = self._token(site, written)
                if token is not None:
                    yield Replacement(*token, said, sure)
                    continue
                yield from self._whole(site, start, end, said, sure)
                covered = max(covered, end)
                if self._hoisted.keys() - {id(site.node)} and any(
                    id(node) in self._hoisted for node, _ in below(site.node) if node is not site.node
                ):
                    raise Unserved("an argument that is needed twice stands inside of another expression")
            except Unserved as error:
                self.problems.append((tree.path, tree.line(site.node), f"`{_short(tree, site.node)}`: {error}"))
                covered = max(covered, end)

    def _token(self, site: Site, written: Written) -> tuple[int, int, str] | None:
        """The name alone, where nothing else changes: layout and what stands inside stay as they are."""
        old, new = site.node, written.node
        if site.sort == "name":
            return (*site.tree.span(old), self._new)
        if written.first is not None or id(old) in self._hoisted:
            return None
        if isinstance(old, cst.Attribute) and isinstance(new, cst.Attribute) and new.value is old.value:
            return (*site.tree.span(old.attr), new.attr.value)
        if not (isinstance(old, cst.Call) and isinstance(new, cst.Call)):
            return None
        if not (_alike(old, written) and isinstance(old.func, cst.Attribute) and isinstance(new.func, cst.Attribute)):
            return None
        return (*site.tree.span(old.func.attr), new.func.attr.value) if new.func.value is old.func.value else None

    def _whole(self, site: Site, start: int, end: int, because: str, guidance: Guidance) -> Iterator[Replacement]:
        tree = site.tree
        firsts: list[Any] = []

        def change(node: Any, updated: Any) -> Any:
            inner = self._sites.get(id(node))
            if inner is None or (inner.node is not node):
                return updated
            written = self._write(inner, updated)
            self.needed |= written.free
            if written.first is not None:
                if node is not site.node:
                    raise Unserved("what takes two statements cannot stand inside of another expression")
                firsts.append(written.first)
            if node is site.node:
                return laid_out(node, written.node)
            made = fitting(written.node, tree.parent(node), node)
            if getattr(node, "lpar", ()) and not getattr(made, "lpar", ()):
                made = made.with_changes(lpar=node.lpar, rpar=node.rpar)
            return made

        node = mapped(site.node, change)
        if lost_comment(site.node, node):
            raise Unserved("a comment inside of it would be lost: move it above")
        node = fitting(node.with_changes(lpar=[], rpar=[]) if getattr(node, "lpar", ()) and getattr(
            site.node, "lpar", ()) else node, tree.parent(site.node), site.node)
        text = code(indented(node, indent_of(tree, site.node)))
        inside = any(isinstance(one, cst.FormattedStringExpression) for one in tree.above(site.node))
        if inside and any(sign in text for sign in "'\"\\\n{}"):
            raise Unserved("it stands in an f-string, and quotes or braces would: put it into a variable first")
        if not parses(text):
            raise Unserved(f"what would be written is no expression: {text[:60]!r}")
        before: list[str] = []
        if (hoisted := self._hoisted.get(id(site.node))) is not None:
            before.append(f"{hoisted[0]} = {code(indented(hoisted[1], indent_of(tree, site.node)))}")
        if firsts and isinstance(tree.parent(site.node), cst.Expr) and is_quiet(node):
            text = code(firsts[0])  # the value is not used, and nothing is done to have it
        elif firsts:
            before.append(code(firsts[0]))
        if before:
            begin, indent = self._own_line(site)
            head = "".join(f"{one}\n{indent}" for one in before)
            yield Replacement(begin, end, f"{head}{tree.text[begin:start]}{text}", because, guidance)
            return
        line = tree.text.rfind("\n", 0, start) + 1
        if isinstance(node, cst.Call) and "\n" not in text and len(tree.text[line:start]) + len(text) > self._width:
            text = broken(node, tree.text[line:start])
        yield Replacement(start, end, text, because, guidance)

    def _own_line(self, site: Site) -> tuple[int, str]:
        """Where the statement begins whose whole value a site is, and its indentation; it has lines of its own."""
        tree = site.tree
        parent = tree.parent(site.node)
        line = tree.parent(parent)
        if not isinstance(parent, (cst.Expr, cst.Return, cst.Assign, cst.AnnAssign)) or not isinstance(
            line, cst.SimpleStatementLine) or len(line.body) != 1:  # fmt: skip
            raise Unserved("what takes two statements must be the whole value of one")
        start = tree.span(parent)[0]
        begin = tree.text.rfind("\n", 0, start) + 1
        indent = tree.text[begin:start]
        if indent.strip():
            raise Unserved("what takes two statements must stand on a line of its own")
        return start, indent

    def _once(self, site: Site, template: Template, old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
        """Put an argument that the template needs more than once into a variable, where that can be done."""
        times = [blank.name for blank in template.blanks]
        doubled = [name for name, value in old.items() if times.count(name) > 1 and not in_vain(value, self._computed)]
        if not doubled or template.first is not None:
            return ()
        tree, name = site.tree, doubled[0]
        around = tree.function_around(site.node)
        parent = tree.parent(site.node)
        earlier = [value for other, value in old.items() if list(old).index(other) < list(old).index(name)]
        receiver = site.node.func.value if isinstance(site.node.func, cst.Attribute) else None
        whole = isinstance(parent, (cst.Expr, cst.Return, cst.Assign, cst.AnnAssign))
        plain = all(effect(one, self._computed) == CONSTANT for one in earlier) and (
            receiver is None or in_vain(receiver, self._computed)
        )
        if len(doubled) > 1 or not whole or not plain or not isinstance(around, cst.FunctionDef):
            return ()
        taken = {one.name for one in tree.file.occurrences.all}
        variable = next(one for one in (name, f"{name}_", *(f"{name}_{at}" for at in range(2, 99))) if one not in taken)
        self._hoisted[id(site.node)] = variable, new[name]
        old[name] = new[name] = cst.Name(variable)
        return (f"what is given is put into `{variable}` first",)

    def _computed(self, node: Any) -> bool:
        """Whether an attribute may be a property."""
        return self._rules.computes(self._tree, node)

    # One site

    def _write(self, site: Site, updated: Any) -> Written:
        """What a site becomes; `updated` is its node with what stands inside of it written anew already."""
        match site.sort:
            case "name":
                return Written(cst.Name(self._new), frozenset({self._new}), ())
            case "construct":
                return self._call(site, updated, self._rules.construct, "__init__", None)
            case "init":
                return self._init(site, updated)
            case "method":
                name = site.member
                if any(one.star for one in site.node.args) and (new := self._passed_on(name)):
                    func = updated.func.with_changes(attr=cst.Name(new))
                    return Written(updated.with_changes(func=func), frozenset(), ("passed on as it is given",))
                arguments = bound(self._rules.parameters(name), site.node.args)
                rule = self._rules.method(name, arguments)
                return self._call(site, updated, rule.template, name, updated.func.value)
            case "attribute":
                return self._attribute(site, updated)
            case "item":
                entry = self._rules.item(site.member, code(site.node.slice[0].slice.value))
                if entry is None:
                    raise Unserved(f"nothing says what becomes of {site.member}")
                if _stored(site):
                    raise Unserved("it is assigned")
                return self._fill(entry.template, "", {}, {}, site.node.value.value, updated.value.value)
            case _:
                return self._operator(site, updated)

    def _init(self, site: Site, updated: Any) -> Written:
        """The arguments of a constructor, where an heir hands them on, or is made itself."""
        written = self._call(site, updated, self._rules.construct, "__init__", None)
        node = written.node
        if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == self._new):
            raise Unserved(f"what constructs one is no plain call of {self._new}, which a subclass could stand on")
        return written._replace(node=node.with_changes(func=updated.func), free=written.free - {self._new})

    def _call(self, site: Site, updated: Any, template: Template, name: str, receiver: Any) -> Written:
        parameters = self._rules.parameters(name)
        old, new = bound(parameters, site.node.args), bound(parameters, updated.args)
        known = self._functions.get(name if name == "__init__" else plain_rename(template))
        if name != "__init__":
            self._check_call(site, name, known)
        given, given_new = dict(old.given), dict(new.given)
        once = self._once(site, template, given, given_new)
        written = self._fill(
            template, name, given, given_new, None if receiver is None else site.node.func.value, receiver,
            new.rest, None if known is None or decorated(known) else known,
        )  # fmt: skip
        more = tuple(
            f"None for {one} meant that it is not given" for one in old.given
            if self._rules.overloaded(name, one) and not _surely_not_none(old.given[one])
            and any(each.name == one and each.default == "None" for each in parameters)
        )  # fmt: skip
        return written._replace(reviewed=(*written.reviewed, *once, *more))

    def _check_call(self, site: Site, name: str, known: Function | None) -> None:
        """Raise Unserved for a result that is of another sort."""
        before = self._rules.function(name)
        if known is None or before is None:
            return
        if before.asynchronous != known.asynchronous:
            raise Unserved(f"{name} is {'' if before.asynchronous else 'not '}awaited, and {known.name} is "
                           f"{'' if known.asynchronous else 'not '}")  # fmt: skip
        if before.generator != known.generator:
            sorts = [("a generator" if one.generator else "none") for one in (before, known)]
            raise Unserved(f"{name} is {sorts[0]}, and {known.name} is {sorts[1]}")
        used = not isinstance(site.tree.parent(site.node), cst.Expr)
        own = known.returns.strip("\"'")
        if used and own and self._gives_own(name) and own not in (self._new, "Self", "typing.Self"):
            raise Unserved(f"it gives one of its kind, and {known.name} gives {own}")
        if used and known.returns == "None" and before.returns != "None":
            raise Unserved(f"its value is used, and {known.name} gives none")

    def _fill(
        self, template: Template, name: str, old: Mapping[str, Any], new: Mapping[str, Any], receiver: Any = None,
        updated: Any = None, rest: Any = (), known: Function | None = None,
    ) -> Written:  # fmt: skip
        original = dict(old) if receiver is None else {"self": receiver, **old}
        given = dict(new) if receiver is None else {"self": updated, **new}
        result = filled(template, given, self._rules.parameters(name) if name else (), rest=rest, target=known,
                        original=original, computed=self._computed)  # fmt: skip
        if result.defaults:
            raise Unserved(f"the default of {result.defaults[0]} is no plain value: say `{{{result.defaults[0]}=...}}`")
        return Written(result.node, template.free, result.reviewed, result.first)

    def _attribute(self, site: Site, updated: Any) -> Written:
        name = site.member
        rule = self._rules.attribute(name)
        if rule is None and _stored(site):
            raise Unserved("it is replaced")
        if rule is None:
            method = self._bound_method(name)
            return Written(
                updated.with_changes(attr=cst.Name(method)), frozenset(), ("passed on, or replaced by a test",)
            )
        if _stored(site) and not (isinstance(rule.template.tree, cst.Attribute) and plain_rename(rule.template)):
            raise Unserved("it is assigned, and what becomes of it is no attribute")
        if _stored(site) and self._fixed(plain_rename(rule.template)):
            raise Unserved(f"it is assigned, and {plain_rename(rule.template)} cannot be")
        return self._fill(rule.template, "", {}, {}, site.node.value, updated.value)

    def _bound_method(self, name: str) -> str:
        """The new name of a method that is not called here."""
        mine = [one for one in self._rules.methods if one.name == name]
        if not mine:
            raise Unserved(f"nothing says what becomes of {name}")
        new = plain_rename(mine[0].template)
        parameters = [one.name for one in self._rules.parameters(name)]
        tree = mine[0].template.tree
        passed = [blank.name if (blank := mine[0].template.blank(one.value)) is not None and one.keyword is None else ""
                  for one in tree.args] if isinstance(tree, cst.Call) else [""]  # fmt: skip
        if len(mine) > 1 or not new or passed != parameters:
            raise Unserved(f"{name} is not called here, and is no plain rename")
        return new

    def _passed_on(self, name: str) -> str:
        """The new name of a method that takes the same arguments, so that `*args` can be left as it is; else ""."""
        try:
            new = self._bound_method(name)
        except Unserved:
            return ""
        known = self._functions.get(new)
        mine = [(one.name, one.kind) for one in self._rules.parameters(name)]
        return new if known is not None and mine == [(one.name, one.kind) for one in without_receiver(known)] else ""

    def _operator(self, site: Site, updated: Any) -> Written:
        rule = self._rules.operator(site.member)
        if rule is None:
            raise Unserved(f"nothing says what becomes of {site.member}")
        old, new = site.node, updated
        match site.member:
            case "__contains__":
                target, target_new = old.comparisons[0], new.comparisons[0]
                if len(old.comparisons) != 1:
                    raise Unserved("a chain of comparisons")
                item = next(iter(self._rules.parameters("__contains__"))).name
                given = {item: old.left, "self": target.comparator}
                made = filled(
                    rule.template, {item: new.left, "self": target_new.comparator},
                    self._rules.parameters("__contains__"), original=given, computed=self._computed,
                )  # fmt: skip
                node = made.node
                plain = isinstance(node, cst.Comparison) and isinstance(node.comparisons[0].operator, cst.In)
                if isinstance(target.operator, cst.NotIn) and plain and len(node.comparisons) == 1:
                    node = node.with_changes(comparisons=[node.comparisons[0].with_changes(operator=cst.NotIn())])
                elif isinstance(target.operator, cst.NotIn):
                    node = cst.UnaryOperation(operator=cst.Not(), expression=fitting(node, None, old))
                return Written(node, rule.template.free, made.reviewed)
            case "__len__":
                return self._fill(rule.template, "", {}, {}, old.args[0].value, new.args[0].value)
            case "__getitem__":
                item = next(iter(self._rules.parameters("__getitem__"))).name
                key, key_new = old.slice[0].slice, new.slice[0].slice
                if len(old.slice) != 1 or not isinstance(key, cst.Index):
                    raise Unserved("a slice")
                return self._fill(rule.template, "__getitem__", {item: key.value}, {item: key_new.value}, old.value,
                                  new.value)  # fmt: skip
            case _:
                return self._fill(rule.template, "", {}, {}, old, new)


def _alike(old: Any, written: Written) -> bool:
    """Whether a call is given the same arguments."""
    new = written.node
    return written.first is None and len(old.args) == len(new.args) and all(
        one.value is other.value and _keyword(one) == _keyword(other) and one.star == other.star
        for one, other in zip(old.args, new.args, strict=True)
    )


def _stored(site: Site) -> bool:
    """Whether a site is assigned or deleted."""
    parent = site.tree.parent(site.node)
    if isinstance(parent, (cst.AugAssign, cst.AnnAssign)):
        return parent.value is not site.node
    return isinstance(parent, (cst.AssignTarget, cst.Del))


def _keyword(one: Any) -> str:
    return one.keyword.value if one.keyword is not None else ""


def _surely_not_none(node: Any) -> bool:
    return isinstance(
        node, (cst.SimpleString, cst.FormattedString, cst.Integer, cst.Float, cst.Tuple, cst.List, cst.Dict)
    )


def _short(tree: Tree, node: Any) -> str:
    return " ".join(tree.written(node).split())[:70]
