"""Files that are written in place become files that are replaced whole: the same bytes, or the old ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Edit, Leftover, Replacement, Target, Used
from overhaul.coordinating.functions import Body, body_of
from overhaul.errors import Refused
from overhaul.inventory import StatePersistence, testing
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.patterns import regex
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.imports import Imports

if TYPE_CHECKING:
    from overhaul.project import Project

_MADE: Final = {"open": "atomic_open", "write_text": "write_text", "write_bytes": "write_bytes"}
"""What is called -> what the unified module offers instead, with the same parameters."""
_BOUND: Final = {"atomic_open": "atomic_open", "write_text": "atomic_write_text", "write_bytes": "atomic_write_bytes"}
_KEYWORDS: Final = {
    "open": frozenset({"mode", "encoding", "errors", "newline"}),
    "write_text": frozenset({"encoding", "errors", "newline"}), "write_bytes": frozenset[str](),
}  # fmt: skip
SAME_FILE: Final = "it wants the same file, by its inode: another one takes its place"
_REPLACING: Final = frozenset({"os.replace", "os.rename", "os.renames", "shutil.move", "os.link"})
_LOOKING: Final = frozenset({
    "open", "replace", "rename", "move", "copy", "copy2", "copyfile", "stat", "exists", "unlink", "remove", "link",
    "symlink", "system", "run", "Popen", "call", "check_call", "check_output", "spawn", "fork", "read_text",
    "read_bytes", "write_text", "write_bytes", "truncate", "getsize", "isfile", "fileno", "name", "flush",
})  # fmt: skip
"""Names in a block with an open file that may look at the file, or hand it on, before it is complete."""
_LOCKING: Final = frozenset({"flock", "lockf", "locking", "lock", "lock_file", "try_lock"})
"""Names that lock a file, which others who open it would not be locked out of."""
_LEAVING: Final = frozenset({"exit", "_exit", "quit", "abort", "kill", "sleep", "input", "serve_forever"})
"""Names by which a block ends, or lasts until it is ended from outside: what was written until then would go."""
_TEMPORARY: Final = frozenset({"NamedTemporaryFile", "mkstemp"})
"""What makes a file, and hands it over open: that one would not be the file with its name any more."""
_PATHS: Final = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"})
_ON_PATHS: Final = frozenset({
    "with_suffix", "with_name", "with_stem", "joinpath", "resolve", "absolute", "expanduser", "rename",
})  # fmt: skip
"""Methods of a path that return one."""


class _Write(NamedTuple):
    """One call that writes a file in place."""

    one: Occurrence
    """`open` or the method."""
    start: int
    """Of the whole call."""
    opening: int
    """Of its bracket."""
    method: bool
    """Asked of a path."""


class Saving:
    """The writes of one function."""

    def __init__(self, project: Project, function: Target, helper: str) -> None:
        """`helper`: the module with `atomic_open`, `write_text` and `write_bytes`. Raises Refused."""
        self.project = project
        symbol = project.symbol(function)
        if symbol.kind not in ("function", "method"):
            raise Refused(f"{function}: it is a {symbol.kind}: name the function that writes")
        if helper not in project.layout.modules:
            raise Refused(f"{helper}: the project has no such module: `scaffold` puts it there")
        self.target, self.symbol, self.helper = function, symbol, helper
        self.body: Body = body_of(project, symbol)
        self.file = Bindings(project, symbol.path)
        self.text = self.body.occurrences.text

    def proposals(self) -> Iterator[Edit | Leftover | Used]:
        """Every write of the function, replaced. Raises Refused for what cannot be proven."""
        self._check_replacing()
        writes = list(self._writes())
        if writes:
            self._check_kept()
        if not writes:
            if self._helped():
                return
            raise self._refused(self.symbol.line, "it writes no file in place", "name the function that writes")
        imports = Imports(self.project, self.symbol.path)
        replacements: list[Replacement] = []
        for write in writes:
            offered = _MADE[write.one.name]
            bound = _BOUND[offered]
            self._check_free(bound, offered)
            imports.take(self.helper, offered, bound)
            because = "replaced whole, or not at all"
            if write.method:
                replacements.append(Replacement(write.start, write.start, f"{bound}(", because))
                dot = self.file.brackets.before(write.one.start)
                inside = self.file.brackets.behind(write.opening + 1)
                gap = self.text[write.opening + 1 : inside]
                comma = "" if self.text[inside] == ")" else "," if "\n" in gap or gap else ", "
                replacements.append(Replacement(dot, write.opening + 1, comma, because))
            else:
                replacements.append(Replacement(write.one.start, write.one.end, bound, because))
                yield Used(self.symbol.path, write.one.line, Target("builtins", "open"), Target(self.helper, offered))
        yield self.project.edit(self.symbol.path, [*replacements, *imports.replacements()])
        yield from self._patched()
        yield from self._unread()
        yield from self._same_file()

    def _refused(self, line: int, why: str, remedy: str) -> Refused:
        return Refused(f"{self.symbol.path}:{line}: {self.symbol.name}: {why}: {remedy}")

    def _check_free(self, bound: str, offered: str) -> None:
        symbols = self.project.symbols
        if isinstance(symbols.member(self.helper, offered), Symbol):
            there = symbols.lookup(self.symbol.module, "", bound)
            same = isinstance(there, Symbol) and there.dotted == f"{self.helper}.{offered}"
            if not same and bound in set(symbols.names(self.symbol.module)):
                raise self._refused(self.symbol.line, f"{bound} is something else in this module", "rename it first")
            if any(bound in scope.variables for scope in self.body.occurrences.scopes if scope.parent is not None):
                raise self._refused(self.symbol.line, f"{bound} is a variable in this file", "rename it first")
            return
        raise Refused(f"{self.helper}: it has no {offered}: put the unified state there with `scaffold`")

    def _helped(self) -> bool:
        """Whether the function saves by the unified module already."""
        for one in self.body.names():
            if one.use == "call" and one.role == "load" and one.home is self.file.top:
                meaning = self.project.symbols.lookup(self.symbol.module, "", one.name)
                if isinstance(meaning, Symbol) and meaning.module == self.helper:
                    return True
        return False

    def _check_kept(self) -> None:
        """A file that the class has open, too, would go on with the old one."""
        owner = self.symbol.name.rpartition(".")[0]
        row = self.project.symbols.interior(self.symbol.module).classes.get(owner)
        if row is None:
            return
        lines = self.file.brackets.code.splitlines()
        for line, text in enumerate(lines[row.line - 1 : row.end], row.line):
            if _KEPT.search(text):
                why = f"{owner} keeps a file open, which may be the same one and would go on with the old one"
                raise self._refused(line, why, "look whether it is, and change it by hand")

    def _check_replacing(self) -> None:
        for one in self.body.names():
            if one.name in _TEMPORARY and one.use == "call":
                why = f"{one.name} has the file open already, and goes on with the old one"
                raise self._refused(one.line, why, "leave it")
            chain = ".".join(part.name for part in self.body.occurrences.chain(one))
            lonely = one.role == "attribute" and one.use == "call" and one.name in ("replace", "rename")
            if chain in _REPLACING or (lonely and self._arguments_of(one) == 1):
                raise self._refused(
                    one.line, f"it calls {chain or one.name}, and may replace the file itself already",
                    "leave it, or take that out first",
                )  # fmt: skip

    def _arguments_of(self, one: Occurrence) -> int:
        opening = self.file.brackets.behind(one.end)
        return len(list(self.file.brackets.arguments(opening)))

    # What writes

    def _writes(self) -> Iterator[_Write]:
        for one in self.body.names():
            if one.use != "call" or one.name not in _MADE:
                continue
            opening = self.file.brackets.behind(one.end)
            if one.name == "open":
                if one.role == "attribute" and not self._of_path(one):
                    continue
                if one.role != "attribute" and not self._builtin(one):
                    continue
                if not self._writing(one, opening):
                    continue
                self._check_with(one, opening)
            elif one.role != "attribute":
                continue
            elif not self._of_path(one):
                raise self._refused(
                    one.line, f"nothing says that {one.name} is asked of a pathlib.Path",
                    "annotate what it is asked of",
                )  # fmt: skip
            if one.scope is not self.body.scope:
                raise self._refused(one.line, "it is written in a function inside", "name that function")
            self._check_arguments(one, opening)
            yield _Write(one, self._start(one), opening, one.role == "attribute")

    def _builtin(self, one: Occurrence) -> bool:
        symbols = self.project.symbols
        if not self.body.occurrences.unbound(one) or "open" in set(symbols.names(self.symbol.module)):
            return False
        modules = self.project.layout.modules
        for taken in self.file.taken:
            if taken.name == "*" and not taken.target.startswith(".") and taken.target not in modules:
                why = f"open may be the one of {taken.target}, of which everything is imported"
                raise self._refused(one.line, why, "name what is imported")
        return True

    def _writing(self, one: Occurrence, opening: int) -> bool:
        """Whether a file is opened to be written anew. Raises Refused where that cannot be told."""
        place = 0 if one.role == "attribute" else 1
        mode = ""
        for number, (start, end) in enumerate(self.file.brackets.arguments(opening)):
            written = self.text[start:end]
            if number == place and "=" not in self.file.brackets.code[start:end]:
                mode = written
            elif self.file.brackets.code[start:end].startswith("mode="):
                mode = written[5:]
        if not mode:
            return False
        try:
            value = ast.literal_eval(mode)
        except (ValueError, SyntaxError):
            value = None
        if not isinstance(value, str):
            raise self._refused(one.line, f"how the file is opened depends on {mode}", "write the mode out")
        if "+" in value or "x" in value:
            raise self._refused(one.line, f"the file is opened with {value!r}, to be read too or made", "do it by hand")
        if "w" in value and value not in ("w", "wt", "wb"):
            raise self._refused(one.line, f"the file is opened with {value!r}", "write w, wt or wb")
        return "w" in value

    def _check_with(self, one: Occurrence, opening: int) -> None:
        """A file that is opened by `with`, and of which nobody sees anything before it is complete."""
        statement = self.body.occurrences.statement_of(one)
        close = self.file.brackets.closing(opening)
        behind = self.file.brackets.code[close + 1 :]
        head = self.file.brackets.code[statement.start : self.file.brackets.start(one.end)]
        node = statement.node
        if node.__class__.__name__ != "With" or node.asynchronous is not None or not _HEAD.match(head):
            raise self._refused(one.line, "the file is opened by no `with`", "write `with open(...) as ...:` first")
        if not _AS.match(behind):
            raise self._refused(one.line, "the open file gets no name", "write `with open(...) as ...:` first")
        first = statement.names[0]
        for name in self.body.occurrences.all[first : statement.names[1]]:
            if name.start < close:
                continue
            if name.name in _LOOKING and (name.role == "attribute" or name.use == "call"):
                other = name.name == "open" and self._in_head(statement.start, name)
                if not other:
                    why = f"{name.name} may look at the file before it is complete"
                    raise self._refused(name.line, why, "move it behind the `with`")
            if name.name in _LOCKING and name.use == "call":
                raise self._refused(name.line, f"{name.name} would lock the new file, and not the old one", "leave it")
            if name.name in _LEAVING and name.use == "call":
                why = f"{name.name} may end the block, and what was written until then would be lost"
                raise self._refused(name.line, why, "move it behind the `with`")
        self._check_ends(statement)
        for each in self.body.names():
            if each.name == "open" and each.use == "call" and each is not one:
                around = self.body.occurrences.statement_of(each)
                if around.start <= one.start < around.end and self._place(each) == self._place(one):
                    raise self._refused(one.line, "the same file is open already", "read it before")
        if "yield" in _WORDS.findall(self.file.brackets.code[statement.start : statement.end]):
            raise self._refused(one.line, "it yields while the file is open", "write the file by hand")

    def _check_ends(self, statement: Statement) -> None:
        """A block that ends by an exception as a matter of course keeps what it has written until then."""
        after = self.body.occurrences.statements[statement.number + 1 :]
        within = (one for one in after if one.start < statement.end)
        raised = next((one for one in within if one.node.__class__.__name__ == "Raise"), None)
        if raised is not None and self._caught(statement):
            why = "it raises what a handler around it may catch, and what was written until then would be lost"
            raise self._refused(raised.line, why, "raise it behind the `with`, or write the file by hand")
        if ends := _ENDS.search(self.file.brackets.code, statement.start, self.body.statement.end):
            why = f"it may end by {ends[1]} while the file is open, and what was written until then would be lost"
            raise self._refused(statement.line, why, "write the file by hand")
        for each in self.body.occurrences.statements[statement.number + 1 :]:
            if each.start >= statement.end:
                break
            endless = each.node.__class__.__name__ == "While" and _ENDLESS.match(self.text, each.start)
            inside = self.body.occurrences.statements[each.number :]
            if endless and not any(
                one.node.__class__.__name__ in ("Break", "Return") for one in inside if one.start < each.end
            ):  # fmt: skip
                raise self._refused(
                    each.line, "it is left by an exception only, and then what was written would be lost",
                    "open the file by hand, or end the loop by `break`",
                )  # fmt: skip

    def _caught(self, statement: Statement) -> bool:
        """Whether a statement stands in a `try` with handlers, of the same function."""
        every = self.body.occurrences.statements
        while statement.suite != -1:
            statement = every[statement.suite]
            if statement.node.__class__.__name__ in ("Try", "TryStar") and statement.node.handlers:
                return True
            if statement.node.__class__.__name__ == "FunctionDef":
                return False
        return False

    def _place(self, one: Occurrence) -> str:
        """What is opened, as it is written."""
        if one.role == "attribute":
            dot = self.file.brackets.before(one.start)
            return "".join(self.text[self._start(one) : dot].split())
        first = next(self.file.brackets.arguments(self.file.brackets.behind(one.end)), (0, 0))
        return "".join(self.text[first[0] : first[1]].split())

    def _in_head(self, start: int, name: Occurrence) -> bool:
        """Whether a name stands among the items of the same `with`."""
        return _HEAD.match(self.file.brackets.code[start : self.file.brackets.start(name.end)]) is not None

    def _check_arguments(self, one: Occurrence, opening: int) -> None:
        code = self.file.brackets.code
        for number, (start, end) in enumerate(self.file.brackets.arguments(opening)):
            written = code[start:end]
            if written.startswith("*"):
                raise self._refused(one.line, "its arguments are unpacked", "write them out")
            keyword = _KEYWORD.match(written)
            if keyword is None:
                if one.name == "open" and number > (0 if one.role == "attribute" else 1):
                    raise self._refused(one.line, f"{self.text[start:end]} is handed by its place", "name it")
                continue
            if keyword[1] not in _KEYWORDS[one.name]:
                raise self._refused(one.line, f"{keyword[1]}= is not to be kept", "change it by hand")

    def _start(self, one: Occurrence) -> int:
        """Where an expression begins: not before its statement, though a bracket there looks like a call."""
        return max(self.file.brackets.start(one.end), self.body.occurrences.statement_of(one).start)

    # Paths

    def _of_path(self, one: Occurrence) -> bool:
        dot, start = self.file.brackets.before(one.start), self._start(one)
        try:
            tree = ast.parse(f"({self.text[start:dot]})", mode="eval")
        except SyntaxError:
            return False
        return self._path(tree.body)

    def _path(self, node: ast.expr) -> bool:
        match node:
            case ast.BinOp(op=ast.Div(), left=left):
                return self._path(left)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _ON_PATHS and self._path(value):
                return True
            case ast.Attribute(value=value, attr="parent") if self._path(value):
                return True
            case _:
                text = ast.unparse(node)
                classes = self.project.types.of_expression(self.symbol.module, self.body.scope.name, text)
                return bool(classes) and all(isinstance(one, External) and one.name in _PATHS for one in classes)

    # What is told

    def _same_file(self) -> Iterator[Leftover]:
        """Tests that want the file to be the same one afterwards, and not another with the same name."""
        name = self.symbol.name.rpartition(".")[2]
        for path in self.project.mentioning((name,)):
            if testing(path):
                lines = self.project.source(path).text().splitlines()
                for line, text in enumerate(lines, 1):
                    near = "\n".join(lines[max(0, line - 12) : line + 12])
                    if _SAME.search(text) and name in near:
                        yield self.project.leftover(path, line, self.target, SAME_FILE)

    def _unread(self) -> Iterator[Leftover]:
        """What is saved and never restored."""
        for row in self.project.survey.rows(StatePersistence):
            own = any((one.module, one.name) == (self.target.module, self.target.name) for one in row.members)
            if own and not row.complete:
                yield self.project.leftover(
                    self.symbol.path, self.symbol.line, self.target, "nothing restores what it saves"
                )  # fmt: skip

    def _patched(self) -> Iterator[Leftover]:
        """Tests that put something in the place of `open` see nothing of the file any more."""
        for path in self.project.mentioning(("mock_open", "open", "write_text", "write_bytes")):
            if not testing(path):
                continue
            for line, text in enumerate(self.project.source(path).text().splitlines(), 1):
                if _PATCH.search(text):
                    yield self.project.leftover(
                        path, line, self.target, "it puts something in the place of open: the file is replaced now"
                    )  # fmt: skip


_KEPT: Final = regex(r"\.[^\W\d]\w*\s*(?::[^=]+)?=\s*[\w.]*(?<!\w)open\(")
_ENDS: Final = regex(r"\bexcept\b[^:]*\b(KeyboardInterrupt|StopIteration|StopAsyncIteration|EOFError|SystemExit)\b")
_ENDLESS: Final = regex(r"while\s+(?:True|1)\s*:")
_SAME: Final = regex(r"\bst_ino\b|\bsamefile\b|\bst_nlink\b")
_HEAD: Final = regex(r"with\s*\(?(?:[^:]*,)?\s*$")
_AS: Final = regex(r"\s*as\s+[^\W\d]\w*\s*[,:)]")
_KEYWORD: Final = regex(r"([^\W\d]\w*)\s*=(?!=)")
_WORDS: Final = regex(r"[^\W\d]\w*")
_PATCH: Final = regex(
    r"""mock_open\(|(?:patch|setattr)\b.*["'](?:[\w.]+\.)?(?:open|write_text|write_bytes)["']"""
)
