"""Break correct renames and moves in many ways: the proof must refuse each that is broken, and none that is right."""

from __future__ import annotations

import ast
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.moves.choosing import Trial, trials
from overhaul.changes import FileChange, Replacement
from overhaul.config import load_config
from overhaul.errors import OverhaulError
from overhaul.leaves import Leaves, load_leaves
from overhaul.migrations import request
from overhaul.planning import Asked, plan
from overhaul.plans import Plan, Step
from overhaul.project import Project
from overhaul.proving.proof import prove
from overhaul.survey import survey

NAME: Final = re.compile(r"[^\W\d]\w*")


class Right(NamedTuple):
    """A plan that was proven, and the project before it."""

    project: Project
    plan: Plan
    old: str
    """The last part of what was moved or renamed."""
    new: str
    module: str
    """Where it is afterwards."""


class Text(NamedTuple):
    """One file that a plan changes."""

    number: int
    """Among the plan's files."""
    path: str
    before: str
    after: str


Mutation = Callable[[Right, Text, random.Random], str | None]
"""The text that the file would have instead; None where it cannot be broken so."""


# Ways to break a plan


def forget_the_file(right: Right, text: Text, _: random.Random) -> str | None:
    """A file that has to change stays as it is."""
    # Where the old name is kept, its users may stay as they are.
    kept = any(one.kept for one in right.plan.moved)
    return text.before if right.plan.files[text.number].before is not None and not kept else None


def forget_an_import(right: Right, text: Text, chance: random.Random) -> str | None:
    """A changed import stays as it was."""
    return _as_before(right, text, chance, imports=True)


def forget_a_use(right: Right, text: Text, chance: random.Random) -> str | None:
    """A changed use stays as it was."""
    return _as_before(right, text, chance, imports=False)


def _as_before(right: Right, text: Text, chance: random.Random, *, imports: bool) -> str | None:
    edits = [
        one for one in right.plan.files[text.number].replacements
        if one.guidance == "safe" and one.text.strip() and NAME.fullmatch(one.text)
        and NAME.fullmatch(text.before[one.start : one.end])
        and _is_import(text.before, one.start) == imports and _in_code(text.before, one.start)
    ]  # fmt: skip
    if not edits or any(one.kept for one in right.plan.moved):
        return None
    left_out = chance.choice(edits)
    parts: list[str] = []
    at = 0
    for one in right.plan.files[text.number].replacements:
        if one is not left_out:
            parts += (text.before[at : one.start], one.text)
            at = one.end
    return "".join((*parts, text.before[at:]))


def misspell(right: Right, text: Text, chance: random.Random) -> str | None:
    """A use gets another name than the definition."""
    return _at_a_use(right, text, chance, lambda name: f"{name}x")


def use_another(right: Right, text: Text, chance: random.Random) -> str | None:
    """A use means another global of the module."""
    others = [one for one in _globals(text.after) if one not in (right.new, right.old)]
    return _at_a_use(right, text, chance, lambda _: chance.choice(others)) if others else None


def capture(right: Right, text: Text, chance: random.Random) -> str | None:
    """A function gets a variable of the name that it uses."""
    places = [one for one in _functions(text.after) if _uses(one, right.new)]
    if not places:
        return None
    function = chance.choice(places)
    first = function.body[0]
    return _line_above(text.after, first.lineno, f"{' ' * first.col_offset}{right.new} = None")


def bind_twice(right: Right, text: Text, _: random.Random) -> str | None:
    """Another definition of the new name follows."""
    if right.new not in _globals(text.after):
        return None
    return f"{text.after.rstrip()}\n\n\ndef {right.new}():\n    return None\n"


def hide_by_an_import(right: Right, text: Text, chance: random.Random) -> str | None:
    """An import binds the new name to something else."""
    line = _last_import(text.after)
    if not line or right.new not in _globals(text.after):
        return None
    return _line_above(text.after, line + 1, f"from json import loads as {right.new}")


def drop_the_import(right: Right, text: Text, _: random.Random) -> str | None:
    """An import goes, and what it binds is used on."""
    for node in ast.parse(text.after).body:
        alone = isinstance(node, ast.ImportFrom) and len(node.names) == 1
        if alone and _bound(node) == [right.new] and _used(text.after, right.new):
            return _without(text.after, node)
    return None


def import_from_elsewhere(right: Right, text: Text, _: random.Random) -> str | None:
    """The new name is taken from a module that does not have it."""
    for node in ast.parse(text.after).body:
        if isinstance(node, ast.ImportFrom) and any(one.name == right.new for one in node.names) and node.module:
            lines = text.after.splitlines(keepends=True)
            line = lines[node.lineno - 1]
            dots = "." * node.level
            lines[node.lineno - 1] = line.replace(f"from {dots}{node.module}", "from json.decoder", 1)
            return "".join(lines)
    return None


def import_as_another(right: Right, text: Text, _: random.Random) -> str | None:
    """An import binds another name than the one that is used."""
    for node in ast.parse(text.after).body:
        if isinstance(node, ast.ImportFrom) and _used(text.after, right.new):
            for one in node.names:
                if one.name == right.new and one.asname is None:
                    at = _offset(text.after, one.end_lineno or 0, one.end_col_offset or 0)
                    return f"{text.after[:at]} as renamed_{right.new}{text.after[at:]}"
    return None


def import_for_typing(right: Right, text: Text, _: random.Random) -> str | None:
    """An import that is needed when the code runs is for type checkers only."""
    for node in ast.parse(text.after).body:
        if _is_plain(node, right.new) and _called(text.after, right.new):
            lines = text.after.splitlines(keepends=True)
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {line}"
            return "".join(lines)
    return None


def import_too_late(right: Right, text: Text, _: random.Random) -> str | None:
    """An import stands below what needs it when the module is loaded."""
    tree = ast.parse(text.after)
    for node in tree.body:
        if _is_plain(node, right.new) and _used_at_import(tree, right.new):
            line = text.after.splitlines(keepends=True)[node.lineno - 1]
            return f"{_without(text.after, node).rstrip()}\n\n\n{line}"
    return None


def import_in_a_function(right: Right, text: Text, _: random.Random) -> str | None:
    """An import is made in one function alone."""
    for node in ast.parse(text.after).body:
        if _is_plain(node, right.new) and _used(text.after, right.new):
            line = text.after.splitlines(keepends=True)[node.lineno - 1]
            return f"{_without(text.after, node).rstrip()}\n\n\ndef _load():\n    {line}"
    return None


def lose_from_all(right: Right, text: Text, _: random.Random) -> str | None:
    """`__all__` no longer lists it."""
    found = re.search(rf"""(__all__\s*(?:\+?=|\.)[^\]\)]*?)(["']){right.new}\2,?""", text.after)
    if found is None or f"{found[2]}{right.old}{found[2]}" not in text.before:
        return None
    return text.after[: found.end(1)] + text.after[found.end():]


def keep_the_old_in_all(right: Right, text: Text, _: random.Random) -> str | None:
    """`__all__` lists the old name."""
    found = re.search(rf"""(__all__\s*(?:\+?=|\.)[^\]\)]*?)(["']){right.new}\2""", text.after)
    if found is None or right.old == right.new:
        return None
    return f"{text.after[: found.end(1)]}{found[2]}{right.old}{found[2]}{text.after[found.end():]}"


def lose_the_definition(right: Right, text: Text, _: random.Random) -> str | None:
    """The definition gets yet another name."""
    found = re.search(rf"(?m)^((?:async )?(?:def|class) ){right.new}\b", text.after)
    return f"{text.after[: found.end(1)]}other_{text.after[found.end(1):]}" if found is not None else None


def make_a_ring(right: Right, text: Text, chance: random.Random) -> str | None:
    """The module that defines it imports one that imports it."""
    layout = right.project.layout
    if right.module not in layout.modules or text.path != _path_after(right, right.module):
        return None
    users = [module for module in layout.modules if "/" not in module and right.module in _imported(right, module)]
    if not users or "__future__" in text.after:
        return None
    user = chance.choice(users)
    names = [row.name for row in right.project.symbols.interior(user).functions.values() if "." not in row.name]
    return f"from {user} import {chance.choice(sorted(names))}\n{text.after}" if names else None


def _imported(right: Right, module: str) -> Iterator[str]:
    """The modules that a module's imports load when it is loaded."""
    symbols = right.project.symbols
    for row in symbols.imports[module]:
        absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}") if row.kind == "module" else None
        found = symbols.locate(absolute, module) if absolute else None
        if found is not None and found != module:
            yield found


def unbind_it(right: Right, text: Text, _: random.Random) -> str | None:
    """A `del` stands behind the definition."""
    if not re.search(rf"(?m)^(?:def|class) {right.new}\b", text.after):
        return None
    return f"{text.after.rstrip()}\n\ndel {right.new}\n"


def another_takes_the_name(right: Right, text: Text, chance: random.Random) -> str | None:
    """Another function of the module gets the new name."""
    if right.new not in _globals(text.after):
        return None
    functions = (one.name for one in ast.parse(text.after).body if isinstance(one, ast.FunctionDef))
    others = [name for name in functions if name != right.new]
    if not others:
        return None
    other = chance.choice(others)
    return re.sub(rf"(?<![\w.]){other}(?!\w)", right.new, text.after)


def break_the_syntax(right: Right, text: Text, chance: random.Random) -> str | None:
    """A bracket too many."""
    found = re.finditer(rf"\b{right.new}\b", text.after)
    places = [one.end() for one in found if _in_code(text.after, one.start())]
    if not places:
        return None
    at = chance.choice(places)
    return f"{text.after[:at]}({text.after[at:]}"


def declare_it_local(right: Right, text: Text, chance: random.Random) -> str | None:
    """A function that uses it unbinds it: Python takes it for a local variable."""
    places = [one for one in _functions(text.after) if _uses(one, right.new)]
    if not places:
        return None
    function = chance.choice(places)
    first = function.body[0]
    return _line_above(text.after, first.lineno, f"{' ' * first.col_offset}for {right.new} in (): pass")


def touch_another_byte(right: Right, text: Text, _: random.Random) -> str | None:
    """Bytes change that nobody replaces."""
    return f"{text.after}\n"


MUTATIONS: Final[Sequence[Mutation]] = (
    forget_the_file, forget_an_import, forget_a_use, misspell, use_another, capture, declare_it_local, bind_twice,
    hide_by_an_import, another_takes_the_name, drop_the_import, import_from_elsewhere, import_as_another,
    import_for_typing, import_too_late, import_in_a_function, lose_from_all, keep_the_old_in_all, lose_the_definition,
    unbind_it, make_a_ring, break_the_syntax, touch_another_byte,
)  # fmt: skip


# Texts


def _bound(node: ast.stmt) -> list[str]:
    """The names that an import from a module binds."""
    return [one.asname or one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []


def _is_plain(node: ast.stmt, name: str) -> bool:
    """Whether it is `from m import name` on one line, at the module's level."""
    return _bound(node) == [name] and node.lineno == node.end_lineno


def _is_import(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return re.match(r"\s*(?:from|import)\b", text[start : end if end >= 0 else None]) is not None


def _in_code(text: str, at: int) -> bool:
    """Whether a place stands in no comment and no string, as far as its line tells."""
    head = text[text.rfind("\n", 0, at) + 1 : at]
    return "#" not in head and head.count('"') % 2 == 0 and head.count("'") % 2 == 0 and _outside_of_strings(text, at)


def _outside_of_strings(text: str, at: int) -> bool:
    line = text.count("\n", 0, at) + 1
    literals = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant | ast.JoinedStr))
    return not any(one.lineno != one.end_lineno and one.lineno <= line <= (one.end_lineno or 0) for one in literals)


def _globals(text: str) -> list[str]:
    names: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [one.asname or one.name for one in node.names]
    return names


def _functions(text: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            yield node


def _uses(function: ast.FunctionDef, name: str) -> bool:
    inner = [one for one in ast.walk(function) if one is not function and isinstance(one, ast.FunctionDef | ast.Lambda)]
    hidden = {id(node) for one in inner for node in ast.walk(one)}
    named = any(isinstance(one, ast.Global | ast.Nonlocal) for one in ast.walk(function))
    return not named and any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and id(node) not in hidden
        for one in function.body for node in ast.walk(one)
    )  # fmt: skip


def _used(text: str, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.parse(text)))


def _called(text: str, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(ast.parse(text))
    )  # fmt: skip


def _used_at_import(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        heads: list[ast.AST] = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
        if isinstance(node, ast.Assign | ast.Expr):
            heads.append(node.value)
        for head in heads:
            if isinstance(head, ast.Name) and head.id == name:
                return True
    return False


def _at_a_use(right: Right, text: Text, chance: random.Random, change: Callable[[str], str]) -> str | None:
    places = [
        node for node in ast.walk(ast.parse(text.after)) if isinstance(node, ast.Name) and node.id == right.new
        and isinstance(node.ctx, ast.Load)
    ]  # fmt: skip
    if not places or right.new not in _globals(text.after):
        return None
    node = chance.choice(places)
    start = _offset(text.after, node.lineno, node.col_offset)
    return f"{text.after[:start]}{change(right.new)}{text.after[start + len(right.new):]}"


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _line_above(text: str, line: int, new: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: line - 1], f"{new}\n", *lines[line - 1 :]))


def _last_import(text: str) -> int:
    imports = (node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    return max((node.end_lineno or 0 for node in imports), default=0)


def _without(text: str, node: ast.stmt) -> str:
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: node.lineno - 1], *lines[node.end_lineno or 0 :]))


def _path_after(right: Right, module: str) -> str:
    moved = next((one for one in right.plan.moved if one.after.module == module and one.path_after), None)
    return moved.path_after if moved is not None else right.project.symbols.path(module)


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """The words that differ: lines first, then words in them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = _places(old)
    found: list[Replacement] = []
    for tag, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        words, others = (re.findall(r"\w+|\s+|[^\w\s]", "".join(one)) for one in (old[a:a_end], new[b:b_end]))
        inner = _places(words)
        for kind, c, c_end, d, d_end in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
            if kind != "equal":
                found.append(Replacement(starts[a] + inner[c], starts[a] + inner[c_end], "".join(others[d:d_end])))
    return tuple(found)


def _places(parts: Sequence[str]) -> list[int]:
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    return places


# The run


def right_plans(
    root: Path, packages: Sequence[str], seed: int, each: int, leaves: Leaves, store: Path
) -> Iterator[Right | str]:
    """The plans of some trials that are proven; what the proof says against the others, for somebody to look at."""
    project = Project(survey(root, load_config(root), leaves, store=store))
    for trial in trials(root, packages, seed, each):
        codemod, to = _codemod(trial)
        try:
            keys = {"target": trial.thing.target, "to": to}
            steps = [Step(codemod, request(trial.title, leaves.codemods[codemod], keys))]
            made = plan(project, steps, leaves, Asked(code_only=True))
        except OverhaulError as error:
            yield f"{trial.title}: {error}"
            continue
        if made.refusals:
            yield f"{trial.title}: {made.refusals[0].check}: {made.refusals[0].path}: {made.refusals[0].why}"
        elif made.files and made.moved:
            new = made.moved[0].after
            old = made.moved[0].before.dotted.rpartition(".")[2]
            yield Right(project, made, old, new.name.rpartition(".")[2] or new.module.rpartition(".")[2], new.module)


def _codemod(trial: Trial) -> tuple[str, str]:
    thing = trial.thing
    if thing.name and trial.verb == "move":
        return "move_symbol", trial.to
    if thing.name:
        return "rename_member" if "." in thing.name else "rename_symbol", trial.to
    package, _, last = thing.module.rpartition(".")
    return "move_module", f"{trial.to}.{last}" if trial.verb == "move" else f"{package}.{trial.to}".lstrip(".")


def mutants(right: Right, chance: random.Random) -> Iterator[tuple[str, str, Sequence[FileChange]]]:
    """Broken plans: the way, the file, the plan's files."""
    files = right.plan.files
    texts: list[Text] = []
    for number, one in enumerate(files):
        if one.after is None or not one.path.endswith(".py") or not (one.replacements or one.before is None):
            continue
        before = one.before if one.before is not None else b""
        if one.origin:
            before = right.project.source(one.origin).data
        texts.append(Text(number, one.path, before.decode(), one.after.decode()))
    for mutation in MUTATIONS:
        for text in chance.sample(texts, len(texts)):
            broken = mutation(right, text, chance)
            if broken is None or broken == text.after:
                continue
            one = files[text.number]
            edits = one.replacements if mutation is touch_another_byte else replacements(text.before, broken)
            if one.before is None and not one.origin:
                edits = ()
                if mutation is touch_another_byte:
                    continue
            changed = msgspec.structs.replace(one, after=broken.encode(), replacements=edits)
            same = broken == text.before and not one.origin
            yield mutation.__name__, text.path, [
                *files[: text.number], *([] if same else [changed]), *files[text.number + 1 :]
            ]  # fmt: skip
            break


def said(right: Right, files: Sequence[FileChange]) -> tuple[str, str]:
    """The check that refuses a plan, and what it says; "" for none."""
    after = right.project.after(files)
    for check in prove(right.project, after, files, right.plan.moved, leftovers=right.plan.leftovers):
        if check.refusals:
            one = check.refusals[0]
            return check.name, f"{one.path}:{one.line}: {one.why}"
    return "", ""


def main() -> None:
    """`python -m benchmarks.proof_mutants PATH PACKAGE[,PACKAGE] [SEED] [EACH]`: a table; exit 1 for survivors."""
    root, packages = Path(sys.argv[1]).resolve(), sys.argv[2].split(",")
    seed, each = int(sys.argv[3]) if len(sys.argv) > 3 else 1, int(sys.argv[4]) if len(sys.argv) > 4 else 12
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    refused: dict[str, Counter[str]] = {}
    plans = 0
    with tempfile.TemporaryDirectory(prefix="overhaul-mutants-") as store:
        for right in right_plans(root, packages, seed, each, load_leaves(), Path(store)):
            if isinstance(right, str):
                print(f"refused: {right}", flush=True)
                continue
            plans += 1
            for way, path, files in mutants(right, chance):
                made[way] += 1
                check, why = said(right, files)
                if check:
                    refused.setdefault(way, Counter())[check] += 1
                else:
                    moved = right.plan.moved[0]
                    print(f"survived: {way} in {path} of {moved.before} -> {moved.after}{why}", flush=True)
    _print(made, refused, plans)
    sys.exit(made.total() != sum(one.total() for one in refused.values()))


def _print(made: Mapping[str, int], refused: Mapping[str, Mapping[str, int]], plans: int) -> None:
    print(f"\n{plans} plans\n\n| way | mutants | refused | by |\n| --- | ---: | ---: | --- |")
    for mutation in MUTATIONS:
        name = mutation.__name__
        found = refused.get(name, {})
        by = ", ".join(f"{check} {count}" for check, count in sorted(found.items()))
        print(f"| {name.replace('_', ' ')} | {made.get(name, 0)} | {sum(found.values())} | {by} |")
    print(f"| all | {sum(made.values())} | {sum(sum(one.values()) for one in refused.values())} | |")


if __name__ == "__main__":
    main()
