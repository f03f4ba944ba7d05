"""Which dotted module each file is, and which module an import means."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from overhaul.config import Config
from overhaul.errors import ConfigError
from overhaul.files.discovery import Failure, Tree
from overhaul.files.import_path import Finder, Origin
from overhaul.files.import_roots import Mount, read_metadata

Kind = Literal["source", "stub", "opaque", "namespace"]


class Place(msgspec.Struct, frozen=True):
    """A module and where it stands."""

    module: str
    """Unique in the layout. A name with a slash is the path of a file that no import can reach."""
    path: str
    """Relative to the audited root; of a namespace package, its (first) directory."""
    package: bool
    """Whether it can have submodules: an `__init__`, or a namespace package."""
    root: str
    """The import root it is canonically named from, relative to the audited root, above which it may lie (`..`)."""
    stub: str | None = None
    """The `.pyi` that describes it."""
    kind: Kind = "source"
    """`stub`: only a `.pyi` exists; `opaque`: an extension module; `namespace`: a PEP 420 directory."""


class Layout:
    """The modules of a tree, and what dotted names mean in it.

    An import is looked up as Python does with the path entries that are likely for the importer: the folder above its
    own topmost package (its own folder for a script), its import root, folders between the two, the other import roots,
    and last any folder that holds a package of that name and is the only one. The first that holds the top-level name
    as a module or regular package decides; namespace packages are put together from all.
    """

    def __init__(
        self, places: Mapping[str, Place], paths: Mapping[str, str], parents: Mapping[str, str], finder: Finder,
        mounts: Iterable[Mount], required: Iterable[str], failures: tuple[Failure, ...], entries: tuple[str, ...] = (),
        unlisted: tuple[str, ...] = (), needed: Iterable[str] = (),
    ) -> None:
        """`paths` maps each file to its module, `parents` each module to the package its relative imports start at."""
        self.modules = places
        """Sorted by name."""
        self.mounts = tuple(mounts)
        """The import roots and mapped packages, in the order they are searched; what names mean depends on them."""
        self.required = tuple(sorted(required))
        """Distributions that metadata requires, spelled like modules: no mere directory of that name is imported."""
        self.needed = frozenset(needed)
        """Those of them that whoever installs the project has."""
        self.entries = entries
        """What entry points of the metadata name: `package.module:function`."""
        self.failures = failures
        """Packaging metadata that could not be read."""
        self.unlisted = unlisted
        """Files and folders that could not be listed, or whose name is not UTF-8: what is in them has no module."""
        self._paths, self._parents, self._finder = paths, parents, finder
        self._found: dict[Origin, dict[str, str | None]] = {}
        self._seen_from: dict[str, dict[str, str | None]] = {}
        """What was found, for each importer; importers with the same path entries share it."""

    def module_of(self, path: str) -> str:
        """The unique name of the module a file is, or is the stub of.

        Raises KeyError for a path that the tree does not hold.
        """
        return self._paths[path]

    def locate(self, dotted: str, importer: str) -> str | None:
        """The module that an absolute dotted name means in `importer`; None if the project has no such module."""
        found = self._seen_from.get(importer)
        if found is None:
            origin = self._finder.origin(self.modules[importer].path)
            found = self._seen_from[importer] = self._found.setdefault(origin, {})
        try:
            return found[dotted]
        except KeyError:
            answer = found[dotted] = self._finder.find(self._finder.origin(self.modules[importer].path), dotted)
            return answer

    def prefix(self, dotted: str, importer: str) -> tuple[str, int] | None:
        """The module that the longest possible beginning of a dotted name means, and how many parts that has."""
        count = dotted.count(".") + 1
        while dotted:
            if (found := self.locate(dotted, importer)) is not None:
                return found, count
            dotted, count = dotted.rpartition(".")[0], count - 1
        return None

    def resolve_relative(self, importer: str, level: int, name: str) -> str | None:
        """The absolute name that `from <level dots><name> import ...` means; None when it climbs above the top.

        `level` counts the dots, at least 1; `name` may be empty.
        """
        parts = self._parents[importer].split(".")
        if not parts[0] or level > len(parts):
            return None
        base = parts[:len(parts) - level + 1]
        return ".".join((*base, name) if name else base)

    def is_first_party(self, dotted: str, importer: str) -> bool:
        """Whether the top-level name belongs to the project, be there such a module or not."""
        origin = self._finder.origin(self.modules[importer].path)
        return bool(self._finder.mounts_for(origin, dotted.partition(".")[0]))


def lay_out(tree: Tree, config: Config) -> Layout:
    """Name every module of the tree.

    A file is named from the nearest import root: those of `config.roots`, else those that packaging metadata declares,
    `src` folders beside metadata, project folders, and the audited root, or the folder above the package it is part of.
    Where two import roots hold the same top-level name, both are named from the audited root instead.

    Raises ConfigError when a folder of `config.roots` does not exist.
    """
    units = _units(tree)
    folders = _Folders(tree, units)
    metadata = read_metadata(tree.root, tree.metadata, tree.planned)
    mounts = list(dict.fromkeys(_mounts(tree, config, folders, metadata.mounts, metadata.projects)))
    names = _Names(folders, mounts, units)
    places: dict[str, Place] = {}
    stems: dict[str, str] = {}
    paths: dict[str, str] = {}
    parents: dict[str, str] = {}
    for unit in units.values():
        dotted, parent, root = names.of_unit(unit)
        module = unit.path if dotted in places else dotted
        places[module] = Place(module, unit.path, unit.package, root, unit.stub, unit.kind)
        stems[unit.stem] = paths[unit.path] = module
        parents[module] = dotted if unit.package else parent
        if unit.stub is not None:
            paths[unit.stub] = module
        for path in unit.shadowed:
            places[path] = Place(path, path, False, root, None, "stub" if path.endswith("i") else "source")
            paths[path], parents[path] = path, parent
    wanted: set[str] = set()
    for name in parents.values():
        while name and name not in wanted:
            wanted.add(name)
            name = name.rpartition(".")[0]
    for folder, name in names.namespaces():
        if name in wanted and all(map(str.isidentifier, name.split("."))):
            if name not in places:
                places[name] = Place(name, folder, True, names.mount_of(folder).root, None, "namespace")
                parents[name] = name
            if places[name].kind == "namespace":
                stems.setdefault(folder, name)
    finder = Finder(
        mounts=mounts, stems=stems, folders=frozenset(folders.all), climbed=folders.climbed,
        homes={folder: mount.root for folder, (_, mount) in names.known.items()},
        regular={stem: places[module].package for stem, module in stems.items() if places[module].kind != "namespace"},
        stubs=frozenset(stem for stem, module in stems.items() if places[module].kind == "stub"),
        required=metadata.required,
    )
    return Layout(
        dict(sorted(places.items())), paths, parents, finder, mounts, metadata.required, metadata.failures,
        metadata.entries, tuple(failed.path for failed in tree.failures if not failed.path.endswith(".gitignore")),
        metadata.needed,
    )


class _Unit(msgspec.Struct):
    """The files that are one module."""

    stem: str
    """The path without suffix; of a package, its directory."""
    path: str
    package: bool
    kind: Kind
    stub: str | None = None
    shadowed: tuple[str, ...] = ()
    """Files of the same name that Python passes over: `a.py` beside `a/__init__.py`."""


def _units(tree: Tree) -> dict[str, _Unit]:
    """The modules of the tree by stem, packages first, so that they win their names."""
    files: dict[str, list[str]] = {}
    packages: dict[str, list[str]] = {}
    for path in (*(entry.path for entry in tree.entries), *tree.opaque):
        if path.endswith(".pxd"):
            continue
        folder, slash, name = path.rpartition("/")
        # A source file's name may hold dots; an extension module's ends at the first, the rest being the platform.
        stem = name.rpartition(".")[0] if name.endswith((".py", ".pyi")) else name.partition(".")[0]
        if stem == "__init__":
            packages.setdefault(folder, []).append(path)
        else:
            files.setdefault(folder + slash + stem, []).append(path)
    units = {stem: _unit(stem, group, package=True) for stem, group in packages.items()}
    for stem, group in files.items():
        if (package := units.get(stem)) is not None and package.package:
            package.shadowed = tuple(path for path in group if path.endswith((".py", ".pyi")))
        else:
            units[stem] = _unit(stem, group, package=False)
    return _without_stub_packages(units)


def _unit(stem: str, group: list[str], *, package: bool) -> _Unit:
    """One module from its source, stub and extension files."""
    if len(group) == 1 and group[0].endswith(".py"):
        return _Unit(stem, group[0], package, "source")
    stub = next((path for path in group if path.endswith(".pyi")), None)
    source = next((path for path in group if path.endswith(".py")), None)
    if source is not None:
        return _Unit(stem, source, package, "source", stub)
    if opaque := [path for path in group if path != stub]:
        return _Unit(stem, opaque[0], package, "opaque", stub)
    return _Unit(stem, group[0], package, "stub")


def _without_stub_packages(units: dict[str, _Unit]) -> dict[str, _Unit]:
    """Give the modules of PEP 561's `name-stubs` folders to the modules they describe, where the project has those."""
    for stem, unit in list(units.items()):
        if "-stubs" in stem and unit.kind == "stub":
            head, _, rest = f"{stem}/".partition("-stubs/")
            described = units.get(f"{head}/{rest}".rstrip("/"))
            if described is not None and described.stub is None and described.kind != "stub":
                described.stub = unit.path
                del units[stem]
    return units


class _Folders:
    """The directories that hold modules, and which of them are packages."""

    def __init__(self, tree: Tree, units: Mapping[str, _Unit]) -> None:
        self.packages = {stem for stem, unit in units.items() if unit.package}
        self.above = ""
        self.top = ""
        root = str(tree.root)
        if _is_package(root):
            # The audited root is a package, or inside one, whose name lies above it.
            self.packages.add("")
            names: list[str] = []
            while _is_package(root) and os.path.dirname(root) != root:
                root, name = os.path.split(root)
                names.append(name)
            self.above, self.top = ".".join(reversed(names)), "/".join([".."] * len(names))
        else:
            self.packages.discard("")
        known = {""}
        for unit in units.values():
            folder = unit.stem if unit.package else unit.stem.rpartition("/")[0]
            while folder not in known:
                known.add(folder)
                folder = folder.rpartition("/")[0]
        self.all = sorted(known)
        self.climbed: dict[str, str | None] = {}
        """The folder above the topmost package that a directory is in, itself if it is none; None: above the root."""
        for folder in self.all:
            if folder not in self.packages:
                self.climbed[folder] = folder
            else:
                self.climbed[folder] = self.climbed[folder.rpartition("/")[0]] if folder else None


def _is_package(folder: str) -> bool:
    return os.path.isfile(f"{folder}/__init__.py") or os.path.isfile(f"{folder}/__init__.pyi")


def _mounts(
    tree: Tree, config: Config, folders: _Folders, declared: Iterable[Mount], projects: Iterable[str]
) -> Iterator[Mount]:
    """The import roots and mapped packages that concern the tree, in the order they are searched."""
    if config.roots:
        base = Path(config.source).parent if config.source else tree.root
        for written in config.roots:
            if not (base / written).is_dir():
                raise ConfigError(f"{config.source or 'roots'}: import root {written!r} is no folder: mend `roots`")
            where = os.path.relpath((base / written).resolve(), tree.root).replace(os.sep, "/")
            where = "" if where == "." else where
            yield from _inside(Mount(where, "", where), tree.root)
        declared = [mount for mount in declared if mount.prefix]
        projects = ()
    for mount in declared:
        # A project folder above the audited root says nothing by itself: anything may be below it.
        if mount.prefix or mount.folder.rstrip("./"):
            yield from _inside(mount, tree.root)
    for project in projects:
        if f"{project}/".startswith("../") or project in folders.packages:
            continue
        source = f"{project}/src" if project else "src"
        if source in folders.all and source not in folders.packages:
            yield Mount(source, "", source)
        yield Mount(project, "", project)
    yield Mount("", folders.above, folders.top)


def _inside(mount: Mount, root: Path) -> Iterator[Mount]:
    """The mount, when it lies in the audited root; the root as part of it, when it lies around; else nothing."""
    ups = 0
    rest = mount.folder
    while rest == ".." or rest.startswith("../"):
        ups, rest = ups + 1, rest[3:]
    between = root.parts[len(root.parts) - ups:] if ups else ()
    inner = rest.split("/") if rest else []
    if not ups:
        yield mount
    elif tuple(inner) == between[:len(inner)]:
        prefix = ".".join((*filter(None, [mount.prefix]), *between[len(inner):]))
        yield Mount("", prefix, mount.root)


class _Names:
    """The canonical dotted name of each directory."""

    def __init__(self, folders: _Folders, mounts: Iterable[Mount], units: Mapping[str, _Unit]) -> None:
        self.folders = folders
        self.mounts: dict[str, Mount] = {}
        for mount in mounts:
            # An import root that is itself a package is one for some importers only: its own name stays the longer one.
            if mount.prefix or mount.folder not in folders.packages:
                self.mounts.setdefault(mount.folder, mount)
        self.top = Mount("", folders.above, folders.top)
        self.mounts.setdefault("", self.top)
        self.moved: set[str] = set()
        """Stems of topmost packages and loose modules whose name another import root claims too."""
        self.known = self.look()
        self.moved.update(self.conflicts(units))
        if self.moved:
            self.known = self.look()

    def look(self) -> dict[str, tuple[str, Mount]]:
        """Name and mount of each directory, from those of the one above it."""
        known: dict[str, tuple[str, Mount]] = {}
        for folder in self.folders.all:
            above, _, base = folder.rpartition("/")
            mount = self.mounts.get(folder)
            if mount is not None:
                name = mount.prefix
            else:
                name, mount = known[above]
                name = f"{name}.{base}" if name else base
            known[folder] = self.from_top(folder) if folder in self.moved else name, mount
        return known

    def mount_of(self, folder: str) -> Mount:
        """What the directory is named from."""
        return self.known[folder][1]

    def of_unit(self, unit: _Unit) -> tuple[str, str, str]:
        """The dotted name of a module, that of the directory it is in ("" for an import root), and its import root."""
        folder, _, base = unit.stem.rpartition("/")
        if unit.package:
            name, mount = self.known[unit.stem]
            return name, self.known[folder][0], mount.root
        parent, mount = self.known[folder]
        if unit.stem in self.moved:
            parent = self.from_top(folder)
        return f"{parent}.{base}" if parent else base, parent, mount.root

    def from_top(self, folder: str) -> str:
        """The dotted name of a directory, counted from the audited root."""
        return ".".join(filter(None, (self.top.prefix, folder.replace("/", "."))))

    def namespaces(self) -> Iterator[tuple[str, str]]:
        """The directories that are no regular packages, outer ones first, and the names they may have."""
        for folder in self.folders.all:
            if folder and folder not in self.folders.packages:
                yield folder, self.known[folder][0]
                yield folder, self.from_top(folder)

    def conflicts(self, units: Mapping[str, _Unit]) -> Iterator[str]:
        """Stems whose dotted name, or a package above it, is claimed from elsewhere too."""
        claims: dict[str, list[tuple[str, str]]] = {}
        for unit in units.values():
            if unit.stem and unit.stem.rpartition("/")[0] not in self.folders.packages:
                name, _, root = self.of_unit(unit)
                claims.setdefault(name, []).append((unit.stem, root))
        for name, claimed in claims.items():
            if len(claimed) > 1:
                yield from (stem for stem, _ in claimed)
            parts = name.split(".")
            for count in range(1, len(parts)):
                above = claims.get(".".join(parts[:count]), ())
                yield from (stem for stem, root in claimed if any(other != root for _, other in above))
