"""What a function writes has the same bytes afterwards, and the old ones where it fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.scaffolding.copies import original
from overhaul.testing import transform

STATE = original("state")
RUN = """
from pathlib import Path
from keep import save
try:
    print(save(Path("out/file")))
except ValueError as error:
    print(error)
"""
STEP = {"function": "keep:save", "helper": "state"}


def files(body: str) -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return {"keep.py": f"from pathlib import Path\n\n\ndef save(path: Path):\n{lines}", "state.py": STATE}


def run(folder: Path, made: dict[str, bytes]) -> tuple[bytes, int, list[str], str]:
    """Content and permissions of a file that was there, what else lies beside it, and what is printed."""
    folder.mkdir()
    for path, data in made.items():
        (folder / path).write_bytes(data)
    (folder / "out").mkdir()
    (folder / "out" / "file").write_bytes(b"old")
    (folder / "out" / "file").chmod(0o640)
    done = subprocess.run([sys.executable, "-B", "-c", RUN], cwd=folder, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert not done.stderr, done.stderr
    file = folder / "out" / "file"
    return file.read_bytes(), file.stat().st_mode, sorted(one.name for one in file.parent.iterdir()), done.stdout


@pytest.mark.parametrize("body", [
    'with open(path, "w", encoding="utf-16", newline="\\r\\n") as f:\n    f.write("ä\\nb\\n")\nreturn 1',
    'with open(path, "w", encoding="ascii", errors="replace") as f:\n    return f.write("ä\\n")',
    'with path.open("wb") as f:\n    return f.write(b"a\\r\\n")',
    'with open(str(path), mode="wt", newline="") as f, open(str(path) + "2", "a") as g:\n    print("x", file=f)',
    'return path.write_text("ä\\n", encoding="latin-1")',
    'return path.write_text(\n    "ä\\n", "utf-8", newline="\\r\\n",\n)',
    "return path.write_bytes(b'ab')",
    '(path.parent / "file").write_text("z")',
    'with open(path, "w") as f:\n    f.write("x")\n    f.close()\nreturn f.name, f.closed',
    'with open(bytes(path), "w") as f:\n    while True:\n        f.write("x")\n        break',
])  # fmt: skip
def test_the_bytes_the_permissions_and_the_result_are_the_same(tmp_path: Path, body: str) -> None:
    before = files(body)
    done = transform("atomic_save", before, STEP)
    assert not done.refusals, done.refusals
    assert "atomic_" in done.text("keep.py")
    first = run(tmp_path / "before", {path: text.encode() for path, text in before.items()})
    assert first[0] != b"old"
    assert run(tmp_path / "after", done.files) == first


def test_a_save_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    before = files('with open(path, "w") as f:\n    f.write("half")\n    raise ValueError("no")')
    done = transform("atomic_save", before, STEP)
    content, _, beside, said = run(tmp_path / "after", done.files)
    assert (content, beside, said) == (b"old", ["file"], "no\n")
    assert run(tmp_path / "before", {path: text.encode() for path, text in before.items()})[0] == b"half"


@pytest.mark.parametrize(("body", "why"), [
    ('with open(path, "a") as f:\n    f.write("x")', "it writes no file in place"),
    ('with open(path) as f:\n    f.read()', "it writes no file in place"),
    ('with open(path, "w", 1) as f:\n    f.write("x")', "1 is handed by its place"),
    ('with open(path, "w", opener=None) as f:\n    f.write("x")', "opener= is not to be kept"),
    ('with open(*[path, "w"]) as f:\n    f.write("x")', "it writes no file in place"),
    ('with open(path, "x") as f:\n    f.write("x")', "to be read too or made"),
    ('with open(path, "w"):\n    pass', "the open file gets no name"),
    ('f = open(path, "w")\nf.write("x")\nf.close()', "opened by no `with`"),
    ('with open(path, "w") as f:\n    f.write("x")\n    yield f', "it yields while the file is open"),
    ('with open(path, "w") as f:\n    f.write("x")\n    print(f.name)', "name may look at the file"),
    ('def inner():\n    with open(path, "w") as f:\n        f.write("x")\ninner()', "in a function inside"),
    ('path.write_text(data="x")', "data= is not to be kept"),
    ('with open(path, "w") as f:\n    f.flush()', "flush may look at the file"),
    ('import fcntl\nwith open(path, "w") as f:\n    fcntl.flock(f, fcntl.LOCK_EX)', "flock would lock the new file"),
    ('import sys\nwith open(path, "w") as f:\n    sys.exit(f.write("x"))', "exit may end the block"),
    ('with open(path, "w") as f:\n    while True:\n        f.write(input_of())', "it is left by an exception only"),
    ('try:\n    with open(path, "w") as f:\n        f.write(next(path))\nexcept (KeyError, StopIteration):\n    pass',
     "it may end by StopIteration"),
    ('try:\n    with open(path, "w") as f:\n        f.write("x")\n        raise KeyError\nexcept KeyError:\n    pass',
     "it raises what a handler around it may catch"),
    ('import tempfile\nwith tempfile.NamedTemporaryFile() as t, open(t.name, "w") as f:\n    f.write("x")',
     "NamedTemporaryFile has the file open already"),
    ('import tempfile\nfd, name = tempfile.mkstemp()\nwith open(name, "w") as f:\n    f.write("x")',
     "mkstemp has the file open already"),
])  # fmt: skip
def test_what_cannot_be_proven_is_refused(body: str, why: str) -> None:
    done = transform("atomic_save", files(body), STEP)
    assert why in done.refusals[0].why


@pytest.mark.parametrize("body", [
    'with open(path, "w") as f:\n    f.write("x")\n    raise KeyError',
    'try:\n    with open(path, "w") as f:\n        f.write("x")\nexcept OSError:\n    raise KeyError from None',
    'try:\n    with open(path, "w") as f:\n        f.write("x")\n        raise KeyError\nfinally:\n    pass',
])  # fmt: skip
def test_what_is_raised_and_goes_on_to_the_caller_takes_the_file_along(body: str) -> None:
    assert not transform("atomic_save", files(body), STEP).refusals


def test_a_star_import_that_may_bring_another_open_is_refused() -> None:
    before = files('with open(path, "w") as f:\n    f.write("x")')
    before["keep.py"] = f"from gzip import *\n{before['keep.py']}"
    done = transform("atomic_save", before, STEP)
    assert "open may be the one of gzip" in done.refusals[0].why


@pytest.mark.parametrize(("kept", "why"), [
    ("self.log = open(path, 'a')", "Log keeps a file open"),
    ("self.log: object = path.open('r+')", "Log keeps a file open"),
    ("self.log = [open, path]", ""),
    ("self.log = reopen(path)", ""),
])  # fmt: skip
def test_a_file_that_the_class_keeps_open_would_go_on_with_the_old_one(kept: str, why: str) -> None:
    text = (
        "class Log:\n"
        f"    def __init__(self, path):\n        {kept}\n\n"
        "    def save(self, path):\n        with open(path, 'w') as f:\n            f.write('x')\n"
    )
    done = transform("atomic_save", {"keep.py": text, "state.py": STATE}, {**STEP, "function": "keep:Log.save"})
    assert (why in done.refusals[0].why) if why else not done.refusals
