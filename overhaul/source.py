"""One file's bytes, as they are on the disk, and the text they stand for."""

import hashlib
import io
import tokenize
from pathlib import Path

import msgspec

from overhaul.errors import Unreadable


class Source(msgspec.Struct, frozen=True):
    """The content of one Python file.

    `path` is relative to the audited root, with forward slashes; `digest` is 16 bytes of BLAKE2b over `data`.
    """

    path: str
    data: bytes
    digest: bytes

    @property
    def lines(self) -> int:
        """Line ends in the bytes, and one more for a last line without one."""
        data = self.data
        count = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
        return count + (not data.endswith((b"\n", b"\r")) and data != b"")

    def text(self) -> str:
        """The decoded text, without a byte order mark, its line ends as they are.

        The encoding is found as PEP 263 says. Raises Unreadable when the bytes are not what their cookie or UTF-8
        promises, or hold a null.
        """
        data = self.data
        if b"\0" in data:
            raise Unreadable("null bytes: this is no Python source")
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            return data.decode(encoding)
        except SyntaxError as error:
            raise Unreadable(f"encoding: {error.msg}") from error
        except (UnicodeDecodeError, LookupError) as error:
            raise Unreadable(f"encoding: {error}") from error

    @property
    def encoding(self) -> str:
        """The name of its encoding, as PEP 263 finds it; `utf-8-sig` where a byte order mark stands at the start.

        Raises Unreadable for a cookie that names none.
        """
        try:
            return tokenize.detect_encoding(io.BytesIO(self.data).readline)[0]
        except SyntaxError as error:
            raise Unreadable(f"encoding: {error.msg}") from error


def encoded(source: Source, text: str) -> bytes:
    """A text in the encoding of a file, with its byte order mark if it has one. Raises UnicodeEncodeError."""
    return text.encode(source.encoding)


def digest(data: bytes) -> bytes:
    """16 bytes of BLAKE2b: what a content is known by in the store."""
    return hashlib.blake2b(data, digest_size=16).digest()


def read(root: Path, path: str) -> Source:
    """Read one file under `root`.

    Raises Unreadable, with the operating system's reason, for what cannot be read, and for what is no regular file.
    """
    file = root / path
    try:
        if not file.is_file():
            raise Unreadable("vanished during the run" if not file.exists() else "not a regular file")
        data = file.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    return Source(path=path, data=data, digest=digest(data))
