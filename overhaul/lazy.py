"""Libraries that are dear to import, imported when they are first touched.

A command that finds everything in the store never needs LibCST (0.1 s) or networkx (0.09 s), yet the leaves that do
need them are loaded to read their signatures.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst
    import networkx
else:

    class _Lazy(ModuleType):
        """A module that fills itself when its first attribute is asked for."""

        def __getattr__(self, name: str) -> object:
            module = import_module(self.__name__)
            self.__dict__.update({key: value for key, value in vars(module).items() if not key.startswith("__")})
            return getattr(module, name)

    cst = _Lazy("libcst")
    networkx = _Lazy("networkx")

__all__ = ["cst", "networkx"]
