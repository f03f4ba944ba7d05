"""What an audit can say of a recorded member: it is there, it is gone, or nobody looked."""

from __future__ import annotations

from collections.abc import Sequence

from overhaul.config import Config, Justification
from overhaul.facts import Class, Facts, Function
from overhaul.layout import Layout


class Seen:
    """The modules that were looked at, and the functions and classes in them."""

    def __init__(self, layout: Layout, functions: Facts[Function], classes: Facts[Class], config: Config) -> None:
        """Only rows of modules that are asked for are decoded."""
        self._layout, self._functions, self._classes = layout, functions, classes
        self._narrowed = bool(config.also_exclude)

    def judged(self, entry: Justification) -> bool:
        """Whether an entry's group would have been found, had it been there: all its members were looked at.

        Without members nobody knows where they were: then nothing at all may have been left out.
        """
        if entry.members:
            return all(self.there(member, entry) is not None for member in entry.members)
        modules = self._layout.modules
        return not self._partial(entry) and all(self._parsed(module) for module in modules)

    def there(self, dotted: str, entry: Justification) -> bool | None:
        """Whether a function, class, method or module of an entry is there; None where nobody has looked."""
        modules = self._layout.modules
        module = self._module(dotted)
        if not module:
            # Another folder than the one that was looked at may have it.
            return None if self._partial(entry) else False
        if not self._parsed(module):
            return None
        place, name = modules[module], dotted[len(module) + 1 :]
        if not name:
            below = f"{module}."
            return True if all(map(self._parsed, (one for one in modules if one.startswith(below)))) else None
        rows: Sequence[Class | Function] = [*self._functions[module], *self._classes[module]]
        if any(row.name == name for row in rows):
            return True
        # It may be a module of this package that was left out for this once.
        return None if self._narrowed and place.package else False

    def _module(self, dotted: str) -> str:
        """The longest beginning that is a module; "" for none."""
        while dotted and dotted not in self._layout.modules:
            dotted = dotted.rpartition(".")[0]
        return dotted

    def _partial(self, entry: Justification) -> bool:
        """Whether less was looked at than the settings are for: a folder below theirs, or without some files."""
        return self._narrowed or entry.file.startswith("..")

    def _parsed(self, module: str) -> bool:
        return self._layout.modules[module].kind in ("namespace", "opaque") or self._functions.parsed(module)
