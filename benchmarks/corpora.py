"""Fetch the code bases that the benchmarks look at: released wheels, unpacked, never installed and never imported.

    python -m benchmarks.corpora [NAME...]

prints the folder of each. A name is fetched once, by pip, from whatever index pip is set up for, and kept in
`.cache/corpora/NAME-VERSION`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

CACHE: Final = Path(__file__).parents[1] / ".cache"
_PLATFORMS: Final = ("any", "manylinux_2_28_x86_64", "manylinux_2_24_x86_64", "manylinux2014_x86_64")
"""Only the Python files of a wheel are read, so one platform's do for every machine."""


class Corpus(NamedTuple):
    """A released distribution and the package in it."""

    distribution: str
    version: str
    package: str
    python: str = "3.14"
    """For which its wheel is made, where it is not for all."""

    @property
    def folder(self) -> Path:
        """Where its wheel is unpacked: the folder that would stand on `sys.path`."""
        return CACHE / "corpora" / f"{self.package}-{self.version}"


CORPORA: Final = {
    corpus.package: corpus
    for corpus in (
        Corpus("django", "6.1.3", "django"),
        Corpus("sqlalchemy", "2.1.9", "sqlalchemy"),
        Corpus("sympy", "1.14.0", "sympy"),
        Corpus("twisted", "26.10.0", "twisted"),
        Corpus("pandas", "3.1.1", "pandas"),
        Corpus("apache-airflow-core", "3.3.2", "airflow"),
        Corpus("homeassistant", "2026.2.3", "homeassistant"),
        Corpus("pyqlib", "0.9.7", "qlib", "3.12"),
        Corpus("kombu", "5.7.0", "kombu"),
        Corpus("matrix-synapse", "1.67.0", "synapse", "3.10"),
        Corpus("jesse", "3.5.3", "jesse"),
        Corpus("vnpy", "4.5.0", "vnpy"),
        Corpus("vnpy_ctastrategy", "1.4.1", "vnpy_ctastrategy"),
        Corpus("zipline-reloaded", "3.2.1", "zipline", "3.12"),
    )
}


def fetch(corpus: Corpus) -> Path:
    """The folder of a corpus, fetched if it is not there. Raises CalledProcessError when pip cannot get it."""
    if not corpus.folder.is_dir():
        corpus.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=corpus.folder.parent) as scratch:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            target = ["--only-binary=:all:", f"--python-version={corpus.python}", "--implementation=cp"]
            target += [f"--platform={platform}" for platform in _PLATFORMS]
            wanted = f"{corpus.distribution}=={corpus.version}"
            subprocess.run([*pip, *target, "--dest", scratch, wanted], check=True)
            unpacked = Path(scratch, "unpacked")
            for wheel in Path(scratch).glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(unpacked)
            # Renamed last, so that a folder that is there is whole.
            unpacked.rename(corpus.folder)
    return corpus.folder


def copy(corpus: Corpus, where: Path) -> Path:
    """A scratch copy of the Python files of a corpus, to be changed and thrown away."""
    source = fetch(corpus)
    for path in source.rglob("*.py"):
        target = where / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return where


def python_files(folder: Path) -> Iterator[Path]:
    """The Python files of a folder, by path."""
    yield from sorted(folder.rglob("*.py"))


def main() -> None:
    """Fetch the named code bases, or all."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(CORPORA)}; all by default")
    for name in arguments.parse_args().names or CORPORA:
        if name not in CORPORA:
            arguments.error(f"no code base {name!r}; there are {', '.join(CORPORA)}")
        print(fetch(CORPORA[name]))


if __name__ == "__main__":
    main()
