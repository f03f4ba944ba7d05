"""What a codemod proposes: changes of files, what is called otherwise afterwards, and what is left for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from overhaul.errors import Refused
from overhaul.source import Source, encoded

Guidance = Literal["safe", "review", "by hand"]
"""safe: proven by what the code says; review: found by an exact match of text; by hand: nothing was changed."""

Kind = Literal["module", "class", "function", "variable", "method", "attribute"]


class Replacement(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file's text that is replaced; an empty stretch is an insertion."""

    start: int
    """Offset in characters of the decoded text (`Source.text`)."""
    end: int
    """Of the first character behind it."""
    text: str
    """What stands there afterwards; its line ends are written as the file has them."""
    because: str = ""
    """A few words: `import of the moved class`."""
    guidance: Guidance = "safe"


BY_HAND: Final = "written by hand"
"""Why a stretch is replaced that somebody has written down as it is to be; the proof looks at its names alone."""


class Edit(msgspec.Struct, frozen=True):
    """Some stretches of one file are replaced. A file may have several edits in one step, if none overlap."""

    path: str
    """Relative to the root, forward slashes; where the file stands before the step, even if it is moved too."""
    digest: bytes
    """Of the content the offsets belong to."""
    replacements: tuple[Replacement, ...]


class Create(msgspec.Struct, frozen=True):
    """A file that was not there."""

    path: str
    data: bytes
    because: str = ""
    guidance: Guidance = "safe"
    mode: int = 0o644
    """Permissions; the umask is not applied."""


class Delete(msgspec.Struct, frozen=True):
    """A file that goes."""

    path: str
    digest: bytes
    because: str = ""
    guidance: Guidance = "safe"


class Move(msgspec.Struct, frozen=True):
    """A file that stands elsewhere afterwards; its edits name the old path. Permissions go with it."""

    path: str
    to: str
    digest: bytes
    because: str = ""
    guidance: Guidance = "safe"


Change: TypeAlias = Edit | Create | Delete | Move


class Target(msgspec.Struct, frozen=True, order=True):
    """Something that the project defines, as a user names it: `package.module:Class.method`, or a module alone."""

    module: str
    name: str = ""
    """Dotted, inside the module; "" for the module itself."""

    def __str__(self) -> str:
        """As a user writes it."""
        return f"{self.module}:{self.name}" if self.name else self.module

    @property
    def dotted(self) -> str:
        """The whole name with dots alone."""
        return f"{self.module}.{self.name}" if self.name else self.module


class Moved(msgspec.Struct, frozen=True, order=True):
    """Something that is called otherwise after the step: the mapping that the proof allows.

    A module that moves takes along all that it defines, and a class its members: only the outermost is told.
    A package is told once for itself and once for each module in it.
    """

    before: Target
    after: Target
    kind: Kind
    path_before: str = ""
    """For a module its file."""
    path_after: str = ""
    kept: bool = False
    """The old name goes on to work: a shim or an import stands there."""


class Replaced(msgspec.Struct, frozen=True, order=True):
    """Something whose uses become uses of another thing, which is there already or comes to be; several may become one.

    Unlike what is `Moved` it is not the same thing: the codemod vouches that the other serves, and the proof that
    every use which meant the one means the other. Members are told beside their class: `mod:Old.get` to `new:New.get`.
    """

    before: Target
    after: Target
    kind: Kind


class Divided(msgspec.Struct, frozen=True, order=True):
    """A function whose statements stand in several functions afterwards, which run one after the other in its place.

    The codemod vouches for the order and for what one hands the next; the proof, that every name in them means what it
    meant, and that no variable is another than one of the same name in the function that was divided.
    """

    before: Target
    parts: tuple[Target, ...]
    """In the order in which they run; the function itself, which calls them, is none of them."""


class Delegated(msgspec.Struct, frozen=True, order=True):
    """A function that does nothing but call another afterwards, which does what its body did; several may call one.

    The proof: with what it hands on put in the place of the parameters, the body of the other is the body that it had.
    """

    before: Target
    after: Target


class Used(msgspec.Struct, frozen=True, order=True):
    """On one line of a file a use of one thing becomes a use of another; all other uses stay what they are."""

    path: str
    line: int
    """Before the step."""
    before: Target
    """What stands outside the project too: `builtins:open`."""
    after: Target


class Added(msgspec.Struct, frozen=True, order=True):
    """A member that a class gets. The proof: it had none of that name, and overrides nothing, nor is it overridden."""

    target: Target


class Rewritten(msgspec.Struct, frozen=True, order=True):
    """A file whose text is another as a whole: what is in it is looked at as in a new one.

    The proof: what other files say goes on to mean what it meant.
    """

    path: str


class Formed(msgspec.Struct, frozen=True, order=True):
    """How a use of something that is replaced is written afterwards; where several are told, one of them must serve.

    The proof: such a use becomes an instance of the form, with the arguments that the caller gave, each what it was.
    """

    before: Target
    """The class for what makes an instance, else the member."""
    text: str
    """An expression in which `__blank_0__`, `__blank_1__` and so on stand for arguments."""
    blanks: tuple[str, ...]
    """The parameter of each blank; "self" for what the member is asked of."""
    fallbacks: tuple[str, ...]
    """What each blank is where the caller gave nothing; "" for the default of the parameter, or nothing at all."""
    first: str = ""
    """An expression that stands above as a statement of its own."""
    item: str = ""
    """The constant place in an attribute that it is for."""
    called: bool = True
    """It is for calls; else for an attribute that is asked for."""


Vouched: TypeAlias = Divided | Delegated | Added | Used | Rewritten | Formed
"""What a codemod vouches for, so that the proof can allow it."""


class Leftover(msgspec.Struct, frozen=True, order=True):
    """A place that refers to what is moved, or may, and was left as it is."""

    path: str
    line: int
    text: str
    """The line, without white space at its ends, cut at 120 characters."""
    name: str
    """What is referred to, as `Target` writes it."""
    reason: str


Proposal: TypeAlias = Change | Moved | Replaced | Vouched | Leftover
"""What a codemod yields."""


class FileChange(msgspec.Struct, frozen=True):
    """What becomes of one path, after all changes of a plan."""

    path: str
    before: bytes | None
    """The content that was read; None where there was no file."""
    after: bytes | None
    """None where there is no file afterwards."""
    mode: int | None = None
    """Permissions of a file that is new; None keeps those it has, or those of `origin`."""
    origin: str = ""
    """The path it was moved from."""
    replacements: tuple[Replacement, ...] = ()
    """Of the content before (that of `origin` for a moved file), by place; empty for what is created or deleted."""
    because: str = ""
    guidance: Guidance = "safe"
    """The least certain of its parts."""


Read: TypeAlias = Callable[[str], Source]
"""Path -> its content. Raises Unreadable."""


def assembled(changes: Iterable[Change], read: Read, exists: Callable[[str], bool]) -> list[FileChange]:
    """What becomes of each path, by path.

    Raises Refused for changes that contradict each other: overlapping or stale edits, two fates of one file, a file
    that would be put where there is one; and for a text that its encoding cannot hold. Equal replacements count once.
    """
    edits: dict[str, list[Edit]] = {}
    departures: dict[str, Delete | Move] = {}
    arrivals: dict[str, Create | Move] = {}
    for change in changes:
        if isinstance(change, Edit):
            edits.setdefault(change.path, []).append(change)
            continue
        if isinstance(change, Delete | Move) and departures.setdefault(change.path, change) != change:
            raise Refused(f"{change.path}: {_fate(departures[change.path])} and {_fate(change)} in one step: split it")
        if isinstance(change, Create | Move):
            new = change.path if isinstance(change, Create) else change.to
            if arrivals.setdefault(new, change) != change:
                raise Refused(f"{new}: two files would be put there in one step: name another place for one")
    for new, arrival in arrivals.items():
        if exists(new) and new not in departures:
            raise Refused(f"{new}: there is a file already: move it away first, or name another place")
        if isinstance(arrival, Create) and new in edits and not isinstance(departures.get(new), Move):
            raise Refused(f"{new}: edited and created in one step: split it into two")
    for path, departure in departures.items():
        if isinstance(departure, Delete) and path in edits:
            raise Refused(f"{path}: edited and deleted in one step: split it into two")
    return sorted(_files(edits, departures, arrivals, read), key=lambda one: one.path)


def _fate(change: Delete | Move) -> str:
    return f"moved to {change.to}" if isinstance(change, Move) else "deleted"


def _files(
    edits: Mapping[str, Sequence[Edit]], departures: Mapping[str, Delete | Move],
    arrivals: Mapping[str, Create | Move], read: Read,
) -> Iterator[FileChange]:  # fmt: skip
    for path in sorted(edits.keys() | departures.keys() | arrivals.keys()):
        before: bytes | None = None
        if path in edits or path in departures:
            before = _current(read, path, (*edits.get(path, ()), *_only(departures.get(path)))).data
        match arrivals.get(path):
            case Create(data=data, because=because, guidance=guidance, mode=mode):
                yield FileChange(path, before, data, mode, because=because, guidance=guidance)
            case Move(path=origin, because=because, guidance=guidance) as move:
                source = _current(read, origin, (move, *edits.get(origin, ())))
                parts = _parts(edits.get(origin, ()))
                guidance = least((guidance, *(one.guidance for one in parts)))
                yield FileChange(
                    path, before, replaced(source, parts), None, origin, parts, because=because, guidance=guidance
                )  # fmt: skip
            case _ if departure := departures.get(path):
                yield FileChange(path, before, None, because=departure.because, guidance=departure.guidance)
            case _:
                parts = _parts(edits[path])
                after = replaced(read(path), parts)
                if after != before:
                    guidance = least(one.guidance for one in parts)
                    yield FileChange(path, before, after, replacements=parts, guidance=guidance)


def _current(read: Read, path: str, changes: Iterable[Edit | Delete | Move]) -> Source:
    """A file's content, if it is the one that some changes are meant for."""
    source = read(path)
    if any(change.digest != source.digest for change in changes):
        raise Refused(f"{path}: has changed since it was read: plan anew")
    return source


def _only(change: Delete | Move | None) -> tuple[Delete | Move, ...]:
    return () if change is None else (change,)


def _parts(edits: Iterable[Edit]) -> tuple[Replacement, ...]:
    return tuple(sorted({one for edit in edits for one in edit.replacements}))


_CERTAIN: Sequence[Guidance] = ("safe", "review", "by hand")


def least(guidances: Iterable[Guidance]) -> Guidance:
    """The least certain of some."""
    found: Guidance = "safe"
    for one in guidances:
        if _CERTAIN.index(one) > _CERTAIN.index(found):
            found = one
    return found


def replaced(source: Source, replacements: Sequence[Replacement]) -> bytes:
    """A file's bytes with some stretches replaced (sorted by place); all other bytes stay as they are.

    Raises Refused for stretches that overlap or lie outside, and for what the file's encoding cannot hold.
    """
    if not replacements:
        return source.data
    text = source.text()
    newline = "\r\n" if "\r\n" in text else "\n"
    if encoded(source, text) != source.data:
        raise Refused(f"{source.path}: its encoding does not keep its bytes: save it as UTF-8 first")
    parts: list[str] = []
    at = 0
    for one in replacements:
        if not at <= one.start <= one.end <= len(text):
            line = text.count("\n", 0, one.start) + 1
            raise Refused(f"{source.path}:{line}: two changes overlap ({one.because or one.text!r}): split the step")
        parts += (text[at : one.start], one.text.replace("\r\n", "\n").replace("\n", newline))
        at = one.end
    try:
        return encoded(source, "".join((*parts, text[at:])))
    except UnicodeEncodeError as error:
        lacking = error.object[error.start : error.end]
        raise Refused(f"{source.path}: its encoding lacks {lacking!r}: save it as UTF-8 first") from None
