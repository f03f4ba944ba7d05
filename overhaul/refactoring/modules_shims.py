"""What stands in the old place of a module that has moved, so that its old name goes on to work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.changes import Create
from overhaul.project import Project
from overhaul.refactoring.modules import Relocation
from overhaul.refactoring.modules_marks import MARK

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
    _moved = import_module("{after}")
    __all__ = [name for name in getattr(_moved, "__all__", dir(_moved)) if name in vars(_moved)]

    class _Shim(ModuleType):
        def __getattr__(self, name):
            return getattr(_moved, name)

        def __setattr__(self, name, value):
            setattr(_moved, name, value)

        def __delattr__(self, name):
            delattr(_moved, name)

        def __dir__(self):
            return dir(_moved)

    sys.modules[__name__].__class__ = _Shim
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
