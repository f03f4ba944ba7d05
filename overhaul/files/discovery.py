"""Which files below a path belong to the audit, and which could not even be listed."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from overhaul.config import Config
from overhaul.errors import TargetError
from overhaul.files.gitignore import Rules, exclude_file, read_patterns, rules_above

SOURCES = (".py", ".pyi")
EXTENSIONS = (".so", ".pyd", ".pyx", ".pxd")
METADATA = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
NEVER = frozenset({
    ".git", ".hg", ".svn", "__pycache__", "node_modules", ".tox", ".nox", ".venv", ".eggs",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".overhaul",
})
BUILT = frozenset({"build", "dist"})


class Failure(msgspec.Struct, frozen=True, order=True):
    """A file or directory that could not be handled, at which stage, and why."""

    path: str
    """Relative to the audited root, forward slashes; bytes that are no UTF-8 are escaped as `\\xNN`."""
    stage: str
    reason: str


class Entry(msgspec.Struct, frozen=True):
    """A Python file and what tells whether it has changed since it was last seen."""

    path: str
    """Relative to the audited root, forward slashes."""
    size: int
    """Bytes."""
    mtime_ns: int
    inode: int


class Tree(msgspec.Struct, frozen=True):
    """What an audit of one root is about. All tuples are sorted by path."""

    root: Path
    """Absolute, without symbolic links."""
    entries: tuple[Entry, ...]
    """The `.py` and `.pyi` files."""
    opaque: tuple[str, ...] = ()
    """Extension modules that can be imported but not read (`.so`, `.pyd`), and their `.pyx` and `.pxd` sources."""
    metadata: tuple[str, ...] = ()
    """The pyproject.toml, setup.cfg and setup.py files met; those above the root start with `../`."""
    failures: tuple[Failure, ...] = ()
    planned: Mapping[str, bytes | None] = {}
    """The content of files that is not, or not yet, what the disk has; None for those that go (`files.overlay`)."""


def discover(root: Path, config: Config) -> Tree:
    """List what belongs to an audit of `root`, a directory or a single Python file.

    What git ignores and `config.exclude` names is left out, and so are virtual environments, caches and build output.
    A root that the user names explicitly is audited even if git ignores it.

    Raises TargetError when `root` does not exist, cannot be listed, is neither a directory nor a Python file, or holds
    no Python.
    """
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise TargetError(f"{root}: {_why(error)}: check the path") from error
    if stat.S_ISDIR(mode):
        return _Walk(root.resolve(), config).tree()
    if not stat.S_ISREG(mode) or root.suffix not in SOURCES:
        raise TargetError(f"{root}: neither a directory nor a .py file: name the folder of the package or project")
    # Only the folder is resolved: a link named app.py is the module `app`, whatever its target is called.
    folder, about = root.parent.resolve(), root.stat()
    entry = Entry(root.name, about.st_size, about.st_mtime_ns, about.st_ino)
    if (odd := _not_utf8(root.name)) is not None:
        raise TargetError(f"{odd.path}: {odd.reason}: rename the file")
    here = (name for name in METADATA if (folder / name).is_file())
    return Tree(folder, (entry,), metadata=tuple(sorted((*here, *_metadata_above(folder)))))


def lead(source: str, root: Path) -> str:
    """What makes a path relative to the folder of the configuration file; "" when that is no parent of the root."""
    if not source:
        return ""
    folder = Path(os.path.realpath(source)).parent
    here = Path(os.path.realpath(root))
    return f"{here.relative_to(folder).as_posix()}/" if here != folder and here.is_relative_to(folder) else ""


def admits(tree: Tree, config: Config, path: str) -> bool:
    """Whether a file that is not there yet would belong to the audit of a directory, by all the rules there are."""
    if not tree.root.is_dir() or path.startswith("../"):
        return False
    walk = _Walk(tree.root, config)
    rules = rules_above(tree.root) if walk.git else ()
    *folders, name = path.split("/")
    prefix, built = "", False
    for folder in ("", *folders):
        # Rules and metadata of the folder above decide about the one below, as on the walk.
        if folder and not walk.enters(prefix, folder, rules, built):
            return False
        prefix = f"{prefix}{folder}/" if folder else ""
        try:
            names = {*os.listdir(walk.base + prefix)}
        except OSError:
            names = set[str]()
        if "pyvenv.cfg" in names and prefix:
            return False
        rules = walk.rules_of(prefix, names, rules) if walk.git else rules
        built = not names.isdisjoint(METADATA)
    return not walk.ignored(path, name, rules, folder=False)


def texts(root: Path, config: Config, largest: int) -> Iterator[str]:
    """The regular files of an audit's directories that are no Python and hold no more than `largest` bytes."""
    walk = _Walk(root, config)
    walk.others = []
    walk.walk("", str(root), rules_above(root) if walk.git else ())
    for path in sorted(walk.others):
        if os.stat(walk.base + path).st_size <= largest and _not_utf8(path) is None:
            yield path


class _Walk:
    """One pass over a directory tree; directories that links lead to come after all others."""

    def __init__(self, root: Path, config: Config) -> None:
        self.root, self.base, self.git = root, os.path.join(root, ""), config.respect_gitignore
        self.entries: list[Entry] = []
        self.opaque: list[str] = []
        self.metadata: list[str] = []
        self.failures: list[Failure] = []
        self.visited: set[str] = set()
        self.links: list[tuple[str, tuple[Rules, ...]]] = []
        self.exclude = [Rules(config.exclude, 0, lead(config.source, root)), Rules(config.also_exclude, 0)]
        self.left_out = False
        self.others: list[str] | None = None
        """Files that are no Python, where somebody wants them."""

    def tree(self) -> Tree:
        """Walk, and sort what was met.

        Raises TargetError when the root cannot be listed or nothing was met.
        """
        self.walk("", str(self.root), rules_above(self.root) if self.git else ())
        # A link is followed only when no real path leads to its target, so that each directory is listed once.
        while self.links:
            links, self.links = sorted(self.links, key=lambda link: link[0]), []
            for path, rules in links:
                target = os.path.realpath(self.base + path)
                if target not in self.visited and self.may_enter(target):
                    self.walk(path + "/", target, rules)
        if not self.entries and not self.failures:
            reason = ("holds no Python files but what git ignores or `exclude` names: set `respect-gitignore = false`"
                      " or shorten `exclude`" if self.left_out else "holds no Python files: check the path")
            raise TargetError(f"{self.root}: {reason}")
        return Tree(
            self.root,
            tuple(sorted(self.entries, key=lambda entry: entry.path)),
            tuple(sorted(self.opaque)),
            tuple(sorted((*self.metadata, *_metadata_above(self.root)))),
            tuple(sorted(self.failures)),
        )

    def walk(self, start: str, real: str, rules: tuple[Rules, ...]) -> None:
        """List `start` ("" or a relative path that ends in a slash), whose real path is `real`, and all below it."""
        stack = [(start, real, rules)]
        while stack:
            prefix, real, rules = stack.pop()
            if real in self.visited:
                continue
            self.visited.add(real)
            try:
                with os.scandir(self.base + prefix) as listing:
                    found = list(listing)
            except OSError as error:
                if not prefix:
                    raise TargetError(f"{self.root}: {_why(error)}: check its permissions") from error
                self.fail(prefix.rstrip("/"), _why(error))
                continue
            names = {item.name for item in found}
            if "pyvenv.cfg" in names and prefix:
                continue
            if self.git:
                rules = self.rules_of(prefix, names, rules)
            built = not names.isdisjoint(METADATA)
            for item in found:
                name = item.name
                if name.endswith(SOURCES) and not item.is_dir(follow_symlinks=False):
                    self.source(item, prefix + name, rules)
                elif name.endswith(EXTENSIONS) and os.path.isfile(item.path):
                    if not self.ignored(prefix + name, name, rules, folder=False) and self.representable(prefix + name):
                        self.opaque.append(prefix + name)
                elif item.is_dir(follow_symlinks=False):
                    if self.enters(prefix, name, rules, built):
                        stack.append((f"{prefix}{name}/", os.path.join(real, name), rules))
                elif (item.is_symlink() and os.path.isdir(item.path)
                      and self.enters(prefix, name, rules, built)):
                    self.links.append((prefix + name, rules))
                elif (self.others is not None and item.is_file(follow_symlinks=False)
                      and not self.ignored(prefix + name, name, rules, folder=False)):
                    self.others.append(prefix + name)
                if name in METADATA and os.path.isfile(item.path) and not _not_utf8(prefix):
                    self.metadata.append(prefix + name)

    def source(self, item: "os.DirEntry[str]", path: str, rules: tuple[Rules, ...]) -> None:
        """Take in a file that is named like Python."""
        # Emacs locks a file it edits with a dangling link of this name.
        if item.name.startswith(".#") or self.ignored(path, item.name, rules, folder=False):
            return
        try:
            about = item.stat(follow_symlinks=False)
            if stat.S_ISLNK(about.st_mode):
                about = item.stat()
        except FileNotFoundError:
            broken = item.is_symlink()
            self.fail(path, "broken symbolic link" if broken else "vanished while the directory was listed")
            return
        except OSError as error:
            self.fail(path, _why(error))
            return
        if stat.S_ISREG(about.st_mode):
            if self.representable(path):
                self.entries.append(Entry(path, about.st_size, about.st_mtime_ns, about.st_ino))
        elif not stat.S_ISDIR(about.st_mode):
            self.fail(path, "not a regular file, never opened")

    def enters(self, prefix: str, name: str, rules: tuple[Rules, ...], built: bool) -> bool:
        """Whether the directory `name` inside `prefix` is part of the audit."""
        if name in NEVER or name.endswith(".egg-info"):
            return False
        path = prefix + name
        if built and name in BUILT and not os.path.lexists(f"{self.base}{path}/__init__.py"):
            return False
        return not self.ignored(path, name, rules, folder=True)

    def may_enter(self, target: str) -> bool:
        """Whether a link may lead to `target`: inside the root, and in nothing that is always skipped."""
        if not target.startswith(self.base):
            return False
        parts = target[len(self.base):].split("/")
        if any(part in NEVER or part.endswith(".egg-info") for part in parts):
            return False
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return not any(os.path.lexists(f"{self.base}{folder}/pyvenv.cfg") for folder in above)

    def ignored(self, path: str, name: str, rules: tuple[Rules, ...], *, folder: bool) -> bool:
        """Whether git or `exclude` leaves out `path`; the nearest rules that say anything about it decide."""
        verdict: bool | None = any(excluded.verdict(path, name, folder) for excluded in self.exclude)
        if not verdict:
            said = (rule.verdict(path, name, folder) for rule in reversed(rules))
            verdict = next((answer for answer in said if answer is not None), False)
        self.left_out |= verdict
        return verdict

    def rules_of(self, prefix: str, names: set[str], rules: tuple[Rules, ...]) -> tuple[Rules, ...]:
        """The rules inside a directory: those outside it, unless it is a repository of its own, and its .gitignore."""
        if prefix and ".git" in names:
            rules = (Rules(read_patterns(exclude_file(self.base + prefix)), len(prefix)),)
        if ".gitignore" in names:
            try:
                rules = (*rules, Rules(read_patterns(f"{self.base}{prefix}.gitignore"), len(prefix)))
            except OSError as error:
                self.fail(f"{prefix}.gitignore", _why(error))
        return rules

    def representable(self, path: str) -> bool:
        """Whether a row can hold the path; a failure if not."""
        if path.isascii() or (odd := _not_utf8(path)) is None:
            return True
        self.failures.append(odd)
        return False

    def fail(self, path: str, reason: str) -> None:
        """Note what could not be listed."""
        self.failures.append(Failure(_escaped(path), "discovery", reason))


def _metadata_above(root: Path) -> Iterator[str]:
    """Packaging metadata above the root, as far as its repository goes: it may say what the root is called."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    for depth, folder in enumerate(root.parents, 1):
        if not folder.is_relative_to(top):
            return
        yield from ("../" * depth + name for name in METADATA if (folder / name).is_file())


def _not_utf8(path: str) -> Failure | None:
    """A failure when the path came from bytes that are no UTF-8: no report could hold it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return Failure(_escaped(path), "discovery", "the name is not UTF-8")
    return None


def _escaped(path: str) -> str:
    r"""The path with the bytes that are no UTF-8 written as `\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _why(error: OSError) -> str:
    """What the operating system says, in lower case."""
    return (error.strerror or type(error).__name__).lower()
