"""What commands have in common: settings and leaves for a path, a look at the code, reports that go where they belong.

Only click is imported here; what else is needed is imported when it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from overhaul.commands.options import colour

if TYPE_CHECKING:
    from pathlib import Path

    from overhaul.commands.output import Order
    from overhaul.commands.workspace import Flags, Workspace
    from overhaul.survey import Survey
    from overhaul.workers import Ahead


def open_project(path: str, given: Flags, *, quiet: bool = False, verbose: bool = False) -> Workspace:
    """Settings and leaves for an audit of `path`; what was left out is said."""
    import gc
    from pathlib import Path

    from overhaul.commands.workspace import open_workspace

    # Rows and trees hold no rings: the collector would only walk over them, and decoding is six times faster without.
    gc.disable()
    workspace = open_workspace(Path(path), given)
    gc.freeze()
    if workspace.left_out and not quiet:
        say(f"overhaul: leaves in {', '.join(workspace.left_out)} were left out, because {workspace.why}")
    if not quiet:
        for file in workspace.config.passed_over:
            say(f"overhaul: {file} does not count, because it belongs to another user: to use it, pass --config {file}")
    if verbose:
        say(f"configuration: {workspace.config.source or 'none'}")
        say(f"store: {_where(workspace.store)}")
    return workspace


def _where(store: Path | None) -> str:
    if store is None:
        return "in memory"
    folder = store / ".overhaul"
    writable = os.access(folder if folder.exists() else store, os.W_OK)
    return str(folder) if writable else f"in memory ({folder} is not writable)"


def look(workspace: Workspace, *, quiet: bool, no_color: bool, worker: Ahead | None = None) -> Survey:
    """Look at the code, with a bar on a terminal."""
    from overhaul.survey import survey

    if quiet or not sys.stderr.isatty():
        return survey(workspace.root, workspace.config, workspace.leaves, store=workspace.store, ahead=worker)
    from overhaul.commands.progress import Bar

    with Bar(colour=colour(sys.stderr, refused=no_color)) as bar:
        return survey(
            workspace.root, workspace.config, workspace.leaves, store=workspace.store, progress=bar, ahead=worker
        )


def ahead(files: Sequence[str]) -> contextlib.AbstractContextManager[Ahead | None]:
    """A worker that gets ready to parse while settings are read and files are listed, where that saves time."""
    if sys.platform == "win32" or (os.cpu_count() or 1) < 2 or not any(map(_newer(os.getcwd()), files)):
        return contextlib.nullcontext()
    from overhaul.workers import Ahead

    try:
        return Ahead(_ready)
    except OSError:  # no process can be started: it would only have saved time
        return contextlib.nullcontext()


def _newer(folder: str) -> Callable[[str], bool]:
    """Tells a file that has been written since the nearest store was, as far as can be seen at a glance."""
    written = 0.0
    while not written:
        for name in ("facts.sqlite", "facts.sqlite-wal"):
            with contextlib.suppress(OSError):
                written = max(written, os.stat(os.path.join(folder, ".overhaul", name)).st_mtime)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above

    def newer(file: str) -> bool:
        try:
            return os.stat(file).st_mtime >= written
        except (OSError, ValueError):
            return False

    return newer


def _ready() -> None:
    """What the worker imports."""
    from overhaul.collecting import ready

    ready()


def deliver(
    wanted: Iterable[Order], chunks_of: Callable[[str], Iterable[bytes | str]], *, coloured: bool, quiet: bool
) -> None:
    """Write each report that was ordered; `chunks_of` makes the one of a name."""
    from overhaul.commands.output import encoded, write_file, write_stdout

    for order in wanted:
        chunks = chunks_of(order.report)
        if order.file is None:
            write_stdout(chunks if coloured else map(plain, chunks), sys.stdout.buffer)
            continue
        write_file(order.file, encoded(map(plain, chunks)))
        if order.announce and not quiet:
            say(f"wrote {order.file}")


def plain(chunk: bytes | str) -> bytes | str:
    """Without colours."""
    return chunk if isinstance(chunk, bytes) else click.unstyle(chunk)


def tell(text: str) -> None:
    """One line on standard output, in whatever encoding that has."""
    from overhaul.commands.output import write_stdout

    write_stdout([f"{text}\n"], sys.stdout.buffer)


def say(text: str) -> None:
    """One line on standard error."""
    from overhaul.printable import printable

    click.echo(printable(text), err=True)
