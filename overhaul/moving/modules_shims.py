"""What stands in the old place of a module that has moved, so that its old name goes on to work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.changes import Create
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_marks import MARK
from overhaul.project import Project

_MODULE: Final = '''\
"""Moved to {after}."""
{mark}{after}

import sys
import warnings
from typing import TYPE_CHECKING

warnings.warn("{before} is now {after}", DeprecationWarning, stacklevel=2)

if TYPE_CHECKING:
    from {after} import *  # noqa: F403
else:
    from importlib import import_module

    # The module itself and no copy of its names: what is patched, assigned or asked for here is so there.
    sys.modules[__name__] = import_module("{after}")
'''

_PACKAGE: Final = '''\
"""Moved to {after}."""
{mark}{after}

import sys
import warnings
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

warnings.warn("{before} is now {after}", DeprecationWarning, stacklevel=2)

if TYPE_CHECKING:
    from {after} import *  # noqa: F403
else:
    # The old package keeps its own folder, where the shims of its modules are found; else those would be loaded twice.
    __all__ = getattr(import_module("{after}"), "__all__", None) or [
        name for name in dir(import_module("{after}")) if not name.startswith("_")
    ]
    sys.modules[__name__].__class__ = type("Shim", (ModuleType,), {{
        "__getattr__": lambda _, name: getattr(import_module("{after}"), name),
        "__setattr__": lambda _, name, value: setattr(import_module("{after}"), name, value),
        "__delattr__": lambda _, name: delattr(import_module("{after}"), name),
        "__dir__": lambda _: dir(import_module("{after}")),
    }})
'''


def shims(project: Project, move: Relocation) -> Iterator[Create]:
    """A shim for every module that moves and has a source; a module's is that module itself by its old name."""
    for module, new in sorted(move.modules.items()):
        place = project.layout.modules[module]
        if place.kind != "source" or module.rpartition(".")[2] == "__main__":
            continue
        template = _PACKAGE if place.package else _MODULE
        text = template.format(before=module, after=new, mark=MARK)
        yield Create(place.path, text.encode(), "shim of the moved module")
