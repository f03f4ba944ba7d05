"""The text of a campaign file, edited so that nothing of it is lost: line ends, and what somebody changed meanwhile."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from pathlib import Path

from overhaul.errors import ConfigError, Refused, UsageError


def campaign_text(file: Path) -> str:
    """The text of a file that was read before, line ends as they are. Raises ConfigError."""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({error}): mend the file") from error


def write_campaign(file: Path, before: str, after: str) -> None:
    """Let `after` take the place of `before`, in one instant, with the line ends and permissions of the old file.

    Raises Refused where the file says something else by now, and UsageError where it cannot be written.
    """
    if "\r\n" in before:
        after = after.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        tomllib.loads(after)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{file}: cannot be edited as it is laid out ({error}): write its tables as [phases.PHASE.TABLE.NAME]"
        ) from error
    try:
        now = file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: is gone by now ({error.strerror or error}): put it back, and try again") from error
    if now != before.encode():
        raise Refused(f"{file}: has changed meanwhile, and is left as it is: try again")
    target = Path(os.path.realpath(file))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                os.chmod(name, target.stat().st_mode & 0o7777)
                stream.write(after.encode())
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror or error}): allow it, or make room") from error
