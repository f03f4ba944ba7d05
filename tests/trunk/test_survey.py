"""The survey: what is read and parsed again and what is not, runs side by side, and leaves that fail."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overhaul.collecting import Look
from overhaul.config import Config
from overhaul.errors import LeafError
from overhaul.facts import Class, Facts, Function, Row
from overhaul.findings import Finding
from overhaul.history import History
from overhaul.layout import Layout
from overhaul.leaves import Analyzer, Collector, Leaf, Leaves, Rule, load_leaves
from overhaul.module import Module
from overhaul.results import Results
from overhaul.sharing import share
from overhaul.source import Source, read
from overhaul.survey import Survey, survey

LONG_AGO = 1_600_000_000
TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@cache
def leaves() -> Leaves:
    return load_leaves()


def with_leaf(*more: Leaf) -> Leaves:
    own = leaves()
    return Leaves([*own.collectors.values(), *own.analyzers.values(), *more])


def grow(root: Path, **texts: str) -> Path:
    """Files that were written long ago, as most have been."""
    for name, text in texts.items():
        file = root / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (LONG_AGO, LONG_AGO))
    return root


def project(root: Path, count: int = 40) -> Path:
    texts = {f"m{number}": f"import m{(number + 1) % count}\n\ndef f{number}(): pass\n" for number in range(count)}
    return grow(root, **texts)


class Watch:
    """Which files are read in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        monkeypatch.setattr("overhaul.collecting.read", self)

    def __call__(self, root: Path, path: str) -> object:
        self.read.append(path)
        return read(root, path)


class Here:
    """An executor that works where it stands, so that a `Watch` sees it."""

    def map(self, function: object, *iterables: object) -> Iterator[object]:
        return map(function, *iterables)  # type: ignore[call-overload, no-any-return]


def look(root: Path, store: Path | None = None, chosen: Leaves | None = None, **keys: object) -> Survey:
    return survey(root, Config(jobs=2), chosen or leaves(), store=store, **keys)  # type: ignore[arg-type]


def base_of(seen: Survey) -> sqlite3.Connection:
    """The connection of the survey's own store: some things can be done to it only from within."""
    return seen._store._base  # pyright: ignore[reportPrivateUsage]


def everything(seen: Survey) -> bytes:
    """The bytes of all tables, findings and failures."""
    tables = [(name, [(module, list(rows)) for module, rows in groups]) for name, _, groups in seen.tables()]
    return msgspec.msgpack.encode((tables, seen.findings, seen.failures))


def test_a_second_run_reads_no_file_that_has_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path)
    first = everything(look(root, root))
    watch = Watch(monkeypatch)
    assert everything(look(root, root, executor=Here())) == first and watch.read == []
    grow(root, m3="import m4\n\ndef renamed(): pass\n")
    again = look(root, root, executor=Here())
    assert watch.read == ["m3.py"] and [row.name for row in again.facts(Function)["m3"]] == ["renamed"]
    (root / "m5.py").unlink()
    gone = look(root, root, executor=Here())
    assert watch.read == ["m3.py"] and "m5" not in gone.layout.modules and not gone.facts(Function)["m5"]


def test_a_file_written_while_it_might_have_been_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, 3)
    (root / "m1.py").touch()
    look(root, root)
    watch = Watch(monkeypatch)
    look(root, root, executor=Here())
    assert watch.read == ["m1.py"]


def test_a_change_that_keeps_size_and_time_shows_in_the_inode(tmp_path: Path) -> None:
    root = grow(tmp_path, a="def one(): pass\n")
    look(root, root)
    grow(root, b="def two(): pass\n")
    (root / "b.py").replace(root / "a.py")
    assert [row.name for row in look(root, root).facts(Function)["a"]] == ["two"]


def test_a_file_that_is_moved_or_copied_is_read_and_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path, 3)
    look(root, root)
    grow(root, copy=(root / "m1.py").read_text())

    def parsing(self: Look, source: Source) -> None:
        pytest.fail(f"{source.path} was parsed")

    monkeypatch.setattr(Look, "facts", parsing)
    assert [row.name for row in look(root, root, executor=Here()).facts(Function)["copy"]] == ["f1"]


def test_a_folder_and_the_whole_tree_are_audited_in_turns_without_reading_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, 3)
    project(tmp_path / "sub", 3)
    look(tmp_path / "sub", tmp_path)
    look(tmp_path, tmp_path)
    watch = Watch(monkeypatch)
    look(tmp_path / "sub", tmp_path, executor=Here())
    look(tmp_path, tmp_path, executor=Here())
    assert watch.read == []


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_finds_what_the_own_workers_find(
    tmp_path: Path, kind: type[ThreadPoolExecutor | ProcessPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    from libcst import CSTNode

    monkeypatch.setattr(CSTNode, "__post_init__", CSTNode.__post_init__)  # reading does without: it is put back
    root = project(tmp_path)
    with kind(2) as executor:
        assert everything(look(root, executor=executor)) == everything(look(root))


def run(root: Path, *arguments: str, seed: str = "0", report: str = "json=-") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "overhaul", "audit", str(root), "--report", report, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip


def told(process: subprocess.Popen[bytes]) -> bytes:
    out, errors = process.communicate(timeout=120)
    assert process.returncode in (0, 1), errors.decode()
    return out


def test_the_bytes_of_a_report_do_not_change_with_the_hash_seed(tmp_path: Path) -> None:
    root = project(tmp_path, 12)
    assert len({told(run(root, "--no-store", seed=seed)) for seed in ("0", "1", "77")}) == 1


@pytest.mark.parametrize("report", ["html=-", "terminal", "json=-"])
def test_no_report_on_a_rich_project_changes_with_the_hash_seed(report: str) -> None:
    told_by = {told(run(TRADEFRAME, "--no-store", seed=seed, report=report)) for seed in ("0", "1", "2", "77")}
    assert len(told_by) == 1


def test_two_runs_at_once_on_one_store_tell_the_same_and_leave_it_sound(tmp_path: Path) -> None:
    root = project(tmp_path, 150)
    first, second = run(root), run(root)
    assert told(first) == told(second) == told(run(root))
    base = sqlite3.connect(root / ".overhaul" / "facts.sqlite")
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("seconds", [0.15, 0.4, 0.7])
def test_a_run_that_is_killed_leaves_a_store_that_the_next_one_can_use(tmp_path: Path, seconds: float) -> None:
    root = project(tmp_path, 150)
    killed = run(root)
    time.sleep(seconds)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert told(run(root)) == told(run(root, "--no-store"))


def test_a_store_holds_no_pickle_and_a_warm_run_does_not_import_the_parser(tmp_path: Path) -> None:
    root = project(tmp_path, 5)
    look(root, root).findings  # noqa: B018 - made so that it is kept
    script = (
        "import sys; from pathlib import Path; from overhaul.config import Config;"
        "from overhaul.leaves import load_leaves; from overhaul.survey import survey;"
        "root = Path(sys.argv[1]); seen = survey(root, Config(), load_leaves(), store=root);"
        "seen.findings; seen.counts();"
        "print(seen.files, 'libcst' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["5", "False"]
    base = sqlite3.connect(root / ".overhaul" / "facts.sqlite")
    tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE name LIKE 'facts_%'")]
    blobs = [blob for table in tables for (blob,) in base.execute(f'SELECT rows FROM "{table}"')]
    blobs += [data for (data,) in base.execute("SELECT data FROM results")]
    assert len(blobs) > 10 and all(isinstance(msgspec.msgpack.decode(blob), list | dict) for blob in blobs)


@pytest.mark.parametrize("rows", [b"\xc1 no MessagePack", msgspec.msgpack.encode(["no function"])])
def test_facts_that_were_changed_in_the_store_are_made_again(tmp_path: Path, rows: bytes) -> None:
    root = project(tmp_path, 5)
    seen = look(root, root)
    clean = everything(seen)
    base_of(seen).execute("UPDATE facts_functions SET rows = ?", (rows,))
    base_of(seen).execute("DELETE FROM results")
    assert everything(look(root, root)) == clean
    assert everything(look(root, root)) == clean


def test_a_store_that_breaks_while_it_is_read_is_made_again(tmp_path: Path) -> None:
    root = project(tmp_path, 60)
    clean = everything(look(root, root))
    seen = look(root, root)
    base = base_of(seen)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.execute("PRAGMA cache_size = 0")
    file = root / ".overhaul" / "facts.sqlite"
    data = bytearray(file.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    file.write_bytes(data)
    assert everything(seen) == clean
    assert everything(look(root, root)) == clean


class Odd(Class, frozen=True):
    """A row of a leaf that fails."""


def test_a_rule_that_fails_is_told_with_its_place_and_the_exception() -> None:
    from overhaul.testing import check

    @Rule
    def broken(functions: Facts[Function]) -> Iterator[Finding]:
        """Fail."""
        yield from ()
        raise ZeroDivisionError("of\nall things")

    with pytest.raises(LeafError) as caught:
        check(broken, {"a.py": "x = 1\n"})
    message = str(caught.value)
    told = r"test_survey\.py:\d+: rule broken failed \(ZeroDivisionError: of all things at /.*:\d+\)"
    assert re.search(told, message)
    assert "\n" not in message and "--ignore" in message and caught.value.exit_code == 3


def test_an_error_that_overhaul_raises_on_purpose_passes_through_a_leaf_as_it_is() -> None:
    from overhaul.testing import check

    @Rule
    def refused(functions: Facts[Function]) -> Iterator[Finding]:
        """Refuse."""
        yield from ()
        raise LeafError("the option is wrong: mend it")

    with pytest.raises(LeafError, match=r"^the option is wrong: mend it$"):
        check(refused, {"a.py": "x = 1\n"})


def test_a_collector_that_fails_in_one_file_costs_the_facts_of_that_file_only(tmp_path: Path) -> None:
    @Collector("ClassDef")
    def odd(module: Module) -> Iterator[Odd]:
        """Fail on one file."""
        yield from ()
        if module.path == "bad.py":
            raise LookupError("nothing")

    root = grow(tmp_path, bad="def f(): pass\n", good="def g(): pass\n")
    seen = look(root, chosen=with_leaf(odd), executor=Here())
    ((path, stage, reason),) = [msgspec.structs.astuple(failure) for failure in seen.failures]
    assert (path, stage) == ("bad.py", "odd") and reason.startswith(f"LookupError: nothing at {__file__}:")
    assert [module for module, _ in seen.facts(Function).items()] == ["good"]


def test_a_result_is_made_again_when_an_import_root_changes_though_no_file_does(tmp_path: Path) -> None:
    made: list[int] = []

    @Analyzer
    def odd(layout: Layout) -> Iterator[Odd]:
        """Count how often it runs."""
        made.append(len(layout.modules))
        yield from ()

    chosen = with_leaf(odd)
    root = grow(tmp_path, **{"lib/a": "import b\n", "lib/b": "x = 1\n"})
    for _ in range(2):
        look(root, root, chosen).rows(Odd)
    assert len(made) == 1
    (root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["lib"]\n')
    look(root, root, chosen).rows(Odd)
    assert len(made) == 2


def test_nothing_is_kept_of_a_file_whose_worker_ran_out_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, 3)

    def poor(self: Look, source: object) -> Sequence[object]:
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(Look, "facts", poor)
        assert [failure.reason for failure in look(root, root).failures] == ["MemoryError: no room"] * 3
    assert not look(root, root).failures


def test_rows_of_an_extension_module_carry_the_path_of_the_stub_that_they_are_from(tmp_path: Path) -> None:
    grow(tmp_path, both="x = 1", plain="x = 1")
    (tmp_path / "both.pyi").write_text("x: int\n")
    (tmp_path / "fast.so").write_bytes(b"")
    (tmp_path / "fast.pyi").write_text("class Till: ...\n")
    (tmp_path / "bare.so").write_bytes(b"")
    seen = look(tmp_path)
    assert [seen.place(module) for module in ("both", "plain", "fast", "bare")] == [
        "both.py", "plain.py", "fast.pyi", "bare.so",
    ]  # fmt: skip


def test_a_result_is_made_again_when_a_module_that_had_nothing_can_no_longer_be_parsed(tmp_path: Path) -> None:
    grow(tmp_path, empty="", main="from empty import name")
    assert [one.severity for one in look(tmp_path, tmp_path).findings] == ["error"]
    (tmp_path / "empty.py").write_text("def (:")
    assert look(tmp_path, tmp_path).findings == ()


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux only")
@pytest.mark.parametrize("stored", [True, False])
def test_tables_made_by_forks_are_those_made_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    monkeypatch.setattr("overhaul.survey._MANY", 1)
    root = project(tmp_path)
    handed: list[str] = []
    take_over = Results._take_over  # pyright: ignore[reportPrivateUsage]

    def noted(self: Results, name: str, *rest: Any) -> None:
        handed.append(name)
        take_over(self, name, *rest)

    monkeypatch.setattr(Results, "_take_over", noted)
    seen = look(root, tmp_path if stored else None)
    seen.make()
    assert any(name.startswith("analyzer ") for name in handed)
    assert everything(seen) == everything(look(root))
    if stored:
        grow(root, m3="import m4\n\nclass Renamed: pass\n")
        again = look(root, tmp_path)
        again.make()
        assert everything(again) == everything(look(root)) != everything(seen)


class Amount(Row, frozen=True):
    """A row of a leaf that counts."""

    value: int


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux only")
def test_what_a_fork_has_made_and_must_not_keep_does_not_pass_for_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overhaul.survey._MANY", 1)

    @Analyzer
    def odd(history: History, classes: Facts[Class]) -> Iterator[Amount]:
        """How many classes there are."""
        yield Amount(value=sum(len(rows) for _, rows in classes.items()))

    def idle(tasks: Sequence[str], processes: int, here: object, there: Any) -> Any:
        return share(tasks, processes, lambda task: time.sleep(0.3), there)

    root = grow(tmp_path, a="class A: pass\n", b="")
    look(root, tmp_path, with_leaf(odd)).rows(Amount)
    grow(root, b="class B: pass\n")
    monkeypatch.setattr(History, "failed", True)
    monkeypatch.setattr("overhaul.results.share", idle)
    seen = look(root, tmp_path, with_leaf(odd))
    seen.make()
    assert seen.rows(Amount) == [Amount(value=2)]
