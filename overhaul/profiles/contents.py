"""The bytes of a file that others may have named."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file that is read."""


def contents(file: Path) -> bytes:
    """All of a regular file. Raises OSError, also for a device or pipe, which may never end, and for one too large."""
    if not file.is_dir() and file.exists() and not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "is no regular file", str(file))
    with file.open("rb") as stream:
        if os.fstat(stream.fileno()).st_size > LARGEST:
            raise OSError(errno.EFBIG, f"is larger than {LARGEST >> 20} MiB", str(file))
        return stream.read(LARGEST)
