"""How one file writes the names of modules, before and after a move: absolute as its imports see them, or relative."""

from __future__ import annotations

from overhaul.errors import Refused
from overhaul.moving.modules import Relocation
from overhaul.project import Project


class Written:
    """The names of modules as one module writes them."""

    def __init__(self, project: Project, move: Relocation, module: str) -> None:
        """`module` is the one that writes, by its name before."""
        self.project, self.move, self.module = project, move, module
        self.layout = project.layout
        self.goes = move.within(module)
        place = self.layout.modules[module]
        self.own = self.layout.resolve_relative(module, 1, "") or ""
        """The package that its relative imports start at; "" where there is none."""
        after = move.of(module)
        self.own_after = (after if place.package else after.rpartition(".")[0]) if self.goes else self.own

    def located(self, dotted: str) -> str | None:
        """The module an absolute name means here: that of its longest beginning that is one."""
        found = self.layout.prefix(dotted, self.module)
        return found[0] if found is not None else dotted if dotted in self.layout.modules else None

    def absolute(self, dotted: str, where: str) -> str:
        """What an absolute name is afterwards, as this module may write it. Raises Refused, with the place."""
        found = self.layout.prefix(dotted, self.module)
        if found is None:
            return self.move.of(dotted) if dotted in self.layout.modules else dotted
        located, count = found
        parts = dotted.split(".")
        shown, rest = ".".join(parts[:count]), parts[count:]
        if located == shown:
            return ".".join((self.move.of(located), *rest))
        # Its folder, or another import root, is on the path: the name is shorter than the layout's.
        lead = located[: -len(shown)].rstrip(".")
        if self.goes and not self.move.within(located) and not self.move.renamed:
            raise Refused(f"{where}: imports {shown} by its folder, which it leaves: import it by its whole name first")
        new, lead = self.move.of(located), self.move.of(lead) if self.goes else lead
        if not located.endswith(f".{shown}") or not new.startswith(f"{lead}."):
            if not self.move.within(located):
                return dotted
            raise Refused(f"{where}: sees {located} as {shown}, by its folder: import it by its whole name first")
        return ".".join((new[len(lead) + 1 :], *rest))

    def base(self, base: str, where: str) -> str:
        """What stands between `from` and `import` afterwards; relative stays relative where it can."""
        if not base.startswith("."):
            return self.absolute(base, where)
        level = len(base) - len(base.lstrip("."))
        before = self.layout.resolve_relative(self.module, level, base[level:])
        if before is None:
            return base
        after = self.move.of(before)
        if _resolved(self.own_after, level, base[level:]) == after:
            return base
        return self.package(after, like=base)

    def package(self, dotted: str, like: str) -> str:
        """A module or package (its name afterwards), relative where `like` is and both share a package."""
        if not like.startswith(".") or not dotted:
            return dotted
        here, there = self.own_after.split("."), dotted.split(".")
        common = 0
        while common < min(len(here), len(there)) and here[common] == there[common]:
            common += 1
        if not common or not self.own_after:
            return dotted
        return "." * (len(here) - common + 1) + ".".join(there[common:])


def _resolved(package: str, level: int, name: str) -> str | None:
    parts = package.split(".")
    if not parts[0] or level > len(parts):
        return None
    base = parts[: len(parts) - level + 1]
    return ".".join((*base, name) if name else base)
