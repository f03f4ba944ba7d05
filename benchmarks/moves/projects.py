"""The projects: their sources from the registry, each with a virtual environment that their tests run in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from typing import Final, NamedTuple

CACHE: Final = Path(__file__).parents[2] / ".cache" / "moves"


class Recipe(NamedTuple):
    """How a project's tests are run."""

    version: str
    packages: tuple[str, ...]
    """Folders of the packages that things are chosen from."""
    needs: tuple[str, ...] = ()
    """What its tests need beside pytest and the project itself."""
    tests: tuple[str, ...] = ("tests",)
    """What pytest is told: paths, and options that leave out what reaches the network or takes minutes."""
    extras: str = ""
    no_tests_in_sdist: bool = False
    """Its released source has no tests: a checkout of the same version is named with `--from NAME=FOLDER`."""


PROJECTS: Final = {
    "pluggy": Recipe("1.7.0", ("src/pluggy",), ("pytest-benchmark",), ("testing",)),
    "tinydb": Recipe("4.9.0", ("tinydb",), ("pyyaml",), ("tests", "-o", "addopts=")),
    "cachetools": Recipe("8.0.1", ("src/cachetools",)),
    "transitions": Recipe(
        "0.9.3", ("transitions",), ("mock", "dill", "graphviz", "pycodestyle"),
        ("tests", "--ignore=tests/test_codestyle.py", "-o", "addopts="),
    ),
    "attrs": Recipe(
        "26.1.0", ("src/attr", "src/attrs"), ("hypothesis", "cloudpickle", "pympler"),
        ("tests", "--ignore=tests/test_mypy.yml", "--ignore=tests/test_pyright.py", "-p", "no:pytest-mypy-plugins"),
    ),
    "requests": Recipe(
        "2.34.2", ("src/requests",),
        ("pytest-httpbin==2.1.0", "httpbin~=0.10.0", "trustme", "PySocks", "pytest-mock", "setuptools<80"),
        ("tests", "-o", "addopts=", "--deselect=tests/test_requests.py::TestTimeout"),
    ),
    "rich": Recipe("14.3.3", ("rich",), ("attrs", "ipywidgets"), ("tests", "-o", "addopts="), no_tests_in_sdist=True),
    "black": Recipe(
        "26.10.1", ("src/black", "src/blib2to3"), ("pytest<9", "parameterized", "aiohttp", "tokenize-rt", "ipython"),
        ("tests", "-o", "addopts=", "--ignore=tests/test_ipynb.py", "--ignore=tests/test_no_ipynb.py",
         "--ignore=tests/test_blackd.py"),
    ),
    "tox": Recipe(
        "4.23.2", ("src/tox",),
        ("pytest-mock", "pytest-xdist", "devpi-process", "flaky", "re-assert", "distlib", "time-machine", "psutil",
         "wheel", "setuptools"),
        ("tests/config", "tests/session/test_session_common.py", "tests/util", "tests/test_version.py",
         "tests/test_run.py", "tests/test_provision.py", "tests/plugin", "tests/tox_env/test_tox_env_api.py",
         "tests/test_call_modes.py",
         "tests/session/cmd/test_depends.py", "tests/session/cmd/test_list_envs.py", "tests/session/cmd/test_state.py",
         "-o", "addopts=", "-m", "not integration"),
    ),
    "kombu": Recipe(
        "5.7.0", ("kombu",), ("hypothesis<7", "Pyro4", "pytest-freezer", "setuptools<81"),
        ("t/unit", "-o", "addopts=", "--ignore=t/unit/asynchronous/aws", "--ignore=t/unit/transport/SQS",
         "--ignore=t/unit/transport/test_azurestoragequeues.py", "--ignore=t/unit/transport/test_gcpubsub.py"),
    ),
    "textual": Recipe(
        "8.2.8", ("src/textual",), ("pytest-asyncio", "pytest-xdist", "httpx", "syrupy", "typing_extensions"),
        ("tests", "-o", "addopts=", "--ignore=tests/snapshot_tests", "--ignore=tests/test_slug.py",
         "--ignore=tests/text_area", "--ignore=tests/workers", "--ignore=tests/test_markdown.py"),
    ),
}  # fmt: skip


def prepare(
    name: str, given: Path | None = None, cache: Path = CACHE, needs: tuple[str, ...] = ()
) -> tuple[Path, Path, Path]:  # fmt: skip
    """A project's pristine source, the folder it is worked on in, and the Python of its environment.

    `given` is a checkout to use instead of the released source; `needs` are further packages to install. Raises
    SystemExit with one line for what cannot be had.
    """
    recipe = PROJECTS[name]
    home = cache / f"{name}-{recipe.version}"
    pristine, work, environment = home / "pristine", home / "work", home / "venv"
    if not pristine.is_dir():
        if given is not None:
            shutil.copytree(given, pristine, ignore=shutil.ignore_patterns(".git"), symlinks=True)
        elif recipe.no_tests_in_sdist:
            raise SystemExit(f"its released source has no tests: check {recipe.version} out, --from {name}=FOLDER")
        else:
            _unpack(name, recipe, home, pristine)
    python = environment / "bin" / "python"
    if not (environment / "ready").is_file():
        shutil.rmtree(environment, ignore_errors=True)
        restore(pristine, work)
        venv.create(environment, with_pip=True)
        _run([str(python), "-m", "pip", "install", "-q", "pytest", *recipe.needs, *needs], home)
        # Installed in place, from the folder that every trial works in.
        pretend = {f"SETUPTOOLS_SCM_PRETEND_VERSION{suffix}": recipe.version for suffix in ("", f"_FOR_{name.upper()}")}
        _run([str(python), "-m", "pip", "install", "-q", "-e", str(work)], home, pretend)
        # What the build left in the tree belongs to it from now on.
        shutil.rmtree(pristine)
        shutil.copytree(work, pristine, symlinks=True)
        (environment / "ready").touch()
    return pristine, work, python


def restore(pristine: Path, work: Path) -> None:
    """Make the folder that is worked on anew."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pristine, work, symlinks=True)


def _unpack(name: str, recipe: Recipe, home: Path, pristine: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name, "-d", str(home),
          f"{name}=={recipe.version}"], home)  # fmt: skip
    archive = next(home.glob("*.tar.gz"))
    with tarfile.open(archive) as bundle:
        bundle.extractall(home, filter="data")
    folder = next(one for one in home.iterdir() if one.is_dir() and one.name.endswith(recipe.version))
    folder.rename(pristine)


def _run(command: list[str], folder: Path, extra: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(extra or {})}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} ...: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
