"""Which of several definitions stays: where no import makes a cycle, and where most modules find it already."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from overhaul.errors import Refused
from overhaul.merging.definitions import Member
from overhaul.merging.loading import Loading
from overhaul.moving.graph import CONDITION, Graph
from overhaul.refactoring.references import Found, References

if TYPE_CHECKING:
    from overhaul.project import Project


class Homes:
    """Weighs the modules of some definitions."""

    def __init__(
        self, project: Project, found: Mapping[Member, Sequence[Found]], references: References,
        graph: Graph | None = None,
    ) -> None:  # fmt: skip
        """`found`: every place that means each of them; `graph` of the project, if it is there already."""
        self._project, self._found = project, found
        self._graph = graph or Graph(project)
        self.loading = Loading(project, references, self._graph)

    def users(self, member: Member) -> int:
        """How many other modules use it."""
        return len({one.module for one in self._found[member] if one.module != member.module})

    def chosen(self, asked: str) -> tuple[Member, str]:
        """The definition that stays, and why. Raises Refused where none can."""
        members = list(self._found)
        if asked:
            home = next((one for one in members if one.module == asked), None)
            if home is None:
                names = ", ".join(one.module for one in members)
                raise Refused(f"{asked}: none of them stands there: name one of {names}, or move one there first")
            if why := self._against(home):
                raise Refused(f"{home.where}: {why}: name another home")
            return home, "asked for"
        reasons: list[str] = []
        for home in sorted(members, key=self._order):
            why = self._against(home)
            if not why:
                count = self.users(home)
                most = f"{count} other module{'s use' if count != 1 else ' uses'} it"
                return home, f"{most}, and no import makes a cycle"
            reasons.append(f"{home.module}: {why}")
        raise Refused(f"{members[0].where}: none of the modules can have it ({'; '.join(reasons)}): move one of them "
                      "to a module that all can import first")  # fmt: skip

    def _order(self, member: Member) -> tuple[int, bool, int, str, int]:
        imported = sum(1 for other in self._project.layout.modules if self._graph.has(other, member.module))
        return -self.users(member), not member.documentation(), -imported, member.module, member.symbol.line

    def _against(self, home: Member) -> str:
        """Why the others cannot import it from a module; "" for nothing."""
        for other, found in self._found.items():
            if other is home:
                continue
            users = {one.module for one in found if one.module not in (home.module, other.module)}
            for user in (other.module, *sorted(users)):
                if why := self._out_of_reach(user, home.module):
                    return why
                if ring := self._graph.ring(user, home.module):
                    return f"{user} would import it in a cycle, {ring}"
                if why := self.loading.gained(user, home.module):
                    return why
            if home.module != other.module and home.module in {one.module for one in found}:
                return f"it uses {other.target} itself"
        return ""

    def _out_of_reach(self, user: str, home: str) -> str:
        """Why a module cannot count on importing another by its name; "" where it can."""
        modules = self._project.layout.modules
        package, top = home.rpartition(".")[0], home.partition(".")[0]
        around = [".".join(home.split(".")[:count]) for count in range(1, home.count(".") + 1)]
        whole = all(one in modules and modules[one].kind == "source" for one in around)
        if user.partition(".")[0] == top and whole and around:
            return self._fails(user, home)
        folders = [modules[one].path.rpartition("/")[0] for one in (user, home)]
        if not package and "." not in user and folders[0] == folders[1]:
            return self._fails(user, home)
        # What a package without `__init__` holds may be found in part only.
        asked = top if whole else package or top
        mine = user.partition(".")[0]
        for importer in modules:
            if importer.partition(".")[0] != mine and importer != user:
                continue
            if any(f"{one}.".startswith(f"{asked}.") for one in self._graph.imported(importer)):
                return self._fails(user, home)
        return f"nothing beside {user} imports anything of {asked}, so that it may not be found there"

    def _fails(self, user: str, home: str) -> str:
        """What the home cannot be imported without, and a module can."""
        for one in sorted(self._graph.needed(home) - self._graph.needed(user)):
            if one.startswith(CONDITION):
                return f"{one.removeprefix(CONDITION)} may fail when it is imported, and {user} does not need it"
            layout = self._project.layout
            if one not in sys.stdlib_module_names and one.lower() not in layout.needed and not layout.is_first_party(
                one, user
            ):  # fmt: skip
                return f"it cannot be imported without {one}, {user} can"
        return ""
