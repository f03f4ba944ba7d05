"""Which of several definitions stays: where no import makes a cycle, and where most modules find it already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from overhaul.errors import Refused
from overhaul.merging.definitions import Member
from overhaul.refactoring.moving_graph import Graph
from overhaul.refactoring.references import Found

if TYPE_CHECKING:
    from overhaul.project import Project


class Homes:
    """Weighs the modules of some definitions."""

    def __init__(self, project: Project, found: Mapping[Member, Sequence[Found]]) -> None:
        """`found`: every place that means each of them."""
        self._project, self._found = project, found
        self._graph = Graph(project)

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
                if ring := self._graph.ring(user, home.module):
                    return f"{user} would import it in a cycle, {ring}"
            if home.module != other.module and home.module in {one.module for one in found}:
                return f"it uses {other.target} itself"
        return ""
