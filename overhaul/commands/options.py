"""The options that commands share. Only click is imported here: this is read by `overhaul --version` too."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from overhaul.commands.workspace import Flags

_Command = TypeVar("_Command", bound=Callable[..., Any])

path_argument: Final = click.argument("path", default=".", type=click.Path())
config_option: Final = click.option(
    "--config", type=click.Path(), metavar="FILE", help="The configuration file to use, wherever it lies."
)

_SHARED: Final = (
    click.option("--no-color", is_flag=True, help="No colours; so does NO_COLOR in the environment."),
    click.option("-v", "--verbose", is_flag=True, help="Say on standard error what was used, and from where."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and what is asked for by name."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out files, as a line of .gitignore would."),
    click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that parse; one per processor."),
    click.option("--store", type=click.Path(), metavar="DIR", help="Keep the store in DIR/.overhaul."),
    click.option("--no-store", is_flag=True, help="Keep nothing on the disk."),
    config_option,
)


def run_options(command: _Command) -> _Command:
    """The options of every command that looks at code; they arrive as `**options`, for `flags` to read."""
    for option in _SHARED:
        command = option(command)
    return command


def flags(options: dict[str, Any], select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Flags:
    """What the options say over the configuration file."""
    from pathlib import Path

    from overhaul.commands.workspace import Flags

    config, store = options.get("config"), options.get("store")
    return Flags(
        config=Path(config) if config else None,
        exclude=options.get("exclude", ()),
        select=select,
        ignore=ignore,
        jobs=options.get("jobs"),
        store=Path(store) if store else None,
        no_store=options.get("no_store", False),
    )


def kinds(text: str | None) -> tuple[str, ...] | None:
    """The kinds of import named in a list with commas. Raises UnknownName."""
    from typing import get_args

    from overhaul.errors import UnknownName
    from overhaul.facts import ImportKind

    if text is None:
        return None
    named = tuple(kind.strip() for kind in text.split(",") if kind.strip())
    known: tuple[str, ...] = get_args(ImportKind)
    for kind in named:
        if kind not in known:
            raise UnknownName("kind of import", kind, known)
    return named


def colour(stream: IO[str], *, refused: bool) -> bool:
    """Whether to use colours: as no-color.org and force-color.org have it, else whether it is a terminal."""
    if refused or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
