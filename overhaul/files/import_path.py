"""Where Python would look for a top-level name that a module of the project imports."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from overhaul.files.import_roots import Mount

# What a module's imports depend on: the folder above its topmost package (None: above the audited root), and the
# import root it is named from.
Origin = tuple[str | None, str]

# Loaded before any path entry is searched, so that no file can stand in for them.
_EARLY = frozenset({"abc", "builtins", "codecs", "io", "marshal", "os", "site", "stat", "sys", "time"})


class Finder:
    """Looks names up as Python would, with the path entries that are likely for an importer.

    Directories are relative to the audited root. `stems` gives the module of each path without suffix (of a package,
    its directory), `regular` says of those that are no namespace packages whether they are packages, `climbed` gives
    the folder above the topmost package of each directory, `homes` the import root each directory is named from, and
    `required` the distributions that are installed beside the project.
    """

    def __init__(
        self, *, mounts: Iterable[Mount], stems: Mapping[str, str], regular: Mapping[str, bool],
        stubs: AbstractSet[str], folders: AbstractSet[str], climbed: Mapping[str, str | None],
        homes: Mapping[str, str], required: AbstractSet[str],
    ) -> None:
        """Group the mounts by import root, and note which folders hold a topmost package or loose module."""
        self._stems, self._regular, self._folders = stems, regular, folders
        self._climbed, self._homes, self._required = climbed, homes, required
        groups: dict[str, list[Mount]] = {}
        for mount in mounts:
            groups.setdefault(mount.root, []).append(mount)
        # In a group the mapped packages come first: their names are the longer evidence.
        self._groups = {
            root: tuple(sorted(group, key=lambda mount: -len(mount.prefix))) for root, group in groups.items()
        }
        self._packages: dict[str, list[str]] = {}
        self._loose: dict[str, list[str]] = {}
        for stem, package in regular.items():
            folder, _, base = stem.rpartition("/")
            # Stubs outside an import root describe what is installed, and do not replace it.
            if stem and climbed[folder] == folder and folder not in groups and stem not in stubs:
                (self._packages if package else self._loose).setdefault(base, []).append(folder)
        self._chosen: dict[tuple[Origin, str], tuple[Mount, ...]] = {}

    def origin(self, path: str) -> Origin:
        """What the imports of the file at `path` depend on."""
        folder = path.rpartition("/")[0]
        return self._climbed[folder], self._homes[folder]

    def find(self, origin: Origin, dotted: str) -> str | None:
        """The module a dotted name means; None if the project has no such module."""
        for mount in self.mounts_for(origin, dotted.partition(".")[0]):
            if mount.prefix and dotted == mount.prefix:
                stem = mount.folder
            elif mount.prefix and not dotted.startswith(f"{mount.prefix}."):
                continue
            else:
                rest = dotted[len(mount.prefix) + 1:] if mount.prefix else dotted
                # `import a.__init__` loads the package's file a second time, under this name.
                rest = rest.removesuffix(".__init__")
                stem = _join(mount.folder, rest.replace(".", "/"))
            if (found := self._stems.get(stem)) is not None:
                return found
        return None

    def mounts_for(self, origin: Origin, top: str) -> tuple[Mount, ...]:
        """Where a top-level name is to be looked for; nowhere if it is not the project's."""
        key = origin, top
        if (chosen := self._chosen.get(key)) is None:
            chosen = self._chosen[key] = self._choose(origin, top)
        return chosen

    def _choose(self, origin: Origin, top: str) -> tuple[Mount, ...]:
        """The first path entry with a module or regular package of that name, else all that have a directory of it."""
        if top in _EARLY or not top:
            return ()
        portions: dict[Mount, None] = {}
        for group, certain in self._candidates(origin, top):
            for mount in group:
                stem = _join(mount.folder, top)
                if mount.prefix.partition(".")[0] == top or (not mount.prefix and stem in self._regular):
                    return group
                if certain and not mount.prefix and stem in self._folders:
                    portions.update(dict.fromkeys(group))
        # A directory gives way to any regular package on the path: `docker/` with scripts in it is not the library.
        return () if top in sys.stdlib_module_names or top.lower() in self._required else tuple(portions)

    def _candidates(self, origin: Origin, top: str) -> Iterator[tuple[tuple[Mount, ...], bool]]:
        """Path entries that may hold a top-level name, the importer's own first, and whether they surely are ones."""
        climbed, own = origin
        if climbed is not None:
            yield self._group(climbed), True
        yield self._groups[own], True
        folder = climbed or ""
        while folder:
            folder = folder.rpartition("/")[0]
            if folder and self._climbed[folder] == folder:
                yield self._group(folder), False
        if top in sys.stdlib_module_names:
            return
        yield from ((group, True) for group in self._groups.values())
        if top.lower() in self._required:
            return
        if len(alone := self._packages.get(top, [])) == 1:
            yield self._group(alone[0]), False
        # Loose modules are often named after what they use, so they count only where their neighbours import them.
        near = [folder for folder in self._loose.get(top, []) if climbed and _neighbours(folder, climbed)]
        if len(near) == 1:
            yield self._group(near[0]), False

    def _group(self, folder: str) -> tuple[Mount, ...]:
        """What is seen with a folder on the path."""
        return self._groups.get(folder) or (Mount(folder, "", folder),)


def _join(folder: str, rest: str) -> str:
    return f"{folder}/{rest}" if folder else rest


def _neighbours(one: str, other: str) -> bool:
    """Whether two folders stand below the same folder of the audited root."""
    return one.partition("/")[0] == other.partition("/")[0]
