"""A project as it would be is the same as the project once it is so; and the disk's store does not suffer from it."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from overhaul.changes import FileChange, Target
from overhaul.config import Config
from overhaul.errors import Refused, Unreadable
from overhaul.facts import Class, Export
from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess

TRADEFRAME = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"
LEAVES = load_leaves()
SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\n[tool.setuptools.package-dir]\n"" = "src"\n',
    "src/shop/__init__.py": "from shop.models import Order\n",
    "src/shop/models.py": "class Order:\n    pass\n",
    "src/shop/views.py": "from shop.models import Order\n\nprint(Order())\n",
    "src/shop/models.pyi": "class Order: ...\n",
    "docs/index.md": "`shop.models.Order`\n",
}


def seen(root: Path, store: Path | None = None, config: Config | None = None) -> Survey:
    return survey(root, config or Config(), LEAVES, store=store, executor=InProcess())


def written(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    for path, content in files.items():
        file = root / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(file, (1e9, 1e9))  # long enough ago for the stat index to trust it
    return root


def tables(of: Survey) -> Iterator[tuple[str, list[object]]]:
    for name, _, modules in of.tables():
        yield name, [(module, tuple(rows)) for module, rows in modules if rows]
    yield "findings", list(of.findings)
    yield "failures", list(of.failures)
    yield "modules", list(of.layout.modules.values())


def test_a_planned_project_says_what_the_project_says_once_it_is_so(tmp_path: Path) -> None:
    before = tmp_path / "before" / "tradeframe"
    after = tmp_path / "after" / "tradeframe"
    ignored = shutil.ignore_patterns(".overhaul", "__pycache__")
    for root in (before, after):
        shutil.copytree(TRADEFRAME, root, ignore=ignored)
    paths = sorted(file.relative_to(before).as_posix() for file in before.rglob("*.py"))
    edited, gone, moved = paths[5], paths[17], paths[30]
    planned: dict[str, bytes | None] = {
        edited: (before / edited).read_bytes() + b"\n\nimport os.path\n\n\nclass Newcomer(dict):\n    pass\n",
        gone: None,
        moved: None,
        f"{moved.removesuffix('.py')}_elsewhere.py": (before / moved).read_bytes(),
        "newcomers/__init__.py": b"from newcomers.first import one\n",
        "newcomers/first.py": b"def one():\n    return 1\n",
        "newcomers/broken.py": b"def one(:\n",
    }
    written(after, planned)
    first, then = seen(before).planned(planned), seen(after)
    for (name, ours), (_, theirs) in zip(tables(first), tables(then), strict=True):
        if name not in ("change_histories", "file_changes"):
            assert ours == theirs, name


def test_only_what_is_planned_is_parsed(tmp_path: Path) -> None:
    here = seen(written(tmp_path, SHOP))
    assert here.fresh == 3
    assert here.planned({"src/shop/models.py": b"class Order: ...\n", "src/shop/views.py": None}).fresh == 1
    assert here.planned({"src/shop/models.py": SHOP["src/shop/models.py"].encode()}).fresh == 0


def test_the_store_of_the_disk_is_as_if_nobody_had_planned(tmp_path: Path) -> None:
    root = written(tmp_path / "shop", SHOP)
    first = seen(root, tmp_path)
    assert first.counts() and len(first.findings) >= 0

    def kept() -> list[tuple[object, ...]]:
        with sqlite3.connect(tmp_path / ".overhaul" / "facts.sqlite") as base:
            return [
                row for table in ("files", "results", "roots")
                for row in base.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            ]  # fmt: skip

    before = kept()
    planned = first.planned({"src/shop/models.py": b"class Purchase:\n    pass\n", "src/shop/more.py": b"x = 1\n"})
    assert planned.counts() and len(planned.findings) >= 0
    assert kept() == before
    again = seen(root, tmp_path)
    assert again.fresh == 0 and again.counts() == first.counts()


def test_a_planned_project_takes_results_of_the_disk_that_hold_for_it_too(tmp_path: Path) -> None:
    root = written(tmp_path / "shop", SHOP)
    first = seen(root, tmp_path)
    first.counts()
    made: list[str] = []
    planned = first.planned({"docs/index.md": b"other\n"})
    results = planned._results  # pyright: ignore[reportPrivateUsage]
    results._carried_out = lambda name, *_: made.append(name)  # type: ignore[method-assign, assignment]
    planned.counts()
    assert made == []


def test_what_discovery_leaves_out_is_left_out_of_what_is_planned(tmp_path: Path) -> None:
    root = written(tmp_path, {**SHOP, ".git/HEAD": "", ".gitignore": "generated/\n*_pb2.py\n", "old/pyvenv.cfg": ""})
    here = seen(root, config=Config(exclude=("vendor/",)))
    planned = here.planned({
        "src/shop/good.py": b"x = 1\n", "src/generated/a.py": b"x = 1\n", "src/shop/a_pb2.py": b"x = 1\n",
        "vendor/a.py": b"x = 1\n", "node_modules/a.py": b"x = 1\n", "build/a.py": b"x = 1\n",
        "old/lib/a.py": b"x = 1\n", "new/__init__.py": b"",
    })  # fmt: skip
    assert planned.layout.modules.keys() - here.layout.modules.keys() == {"shop.good", "new"}


def test_planned_metadata_says_where_modules_stand(tmp_path: Path) -> None:
    here = seen(written(tmp_path, SHOP))
    moved = SHOP["pyproject.toml"].replace('"src"', '"."')
    assert "shop.models" in here.layout.modules
    assert "src.shop.models" in here.planned({"pyproject.toml": moved.encode(), "src/__init__.py": b""}).layout.modules


def test_a_stub_is_read_when_its_source_goes(tmp_path: Path) -> None:
    here = seen(written(tmp_path, SHOP))
    planned = here.planned({"src/shop/models.py": None})
    assert planned.layout.modules["shop.models"].kind == "stub"
    assert planned.symbols.resolve("shop.models.Order") is not None and planned.fresh == 1


def after(project: Project, path: str, data: bytes | None) -> Project:
    before = project.source(path).data if project.exists(path) else None
    return project.after([FileChange(path, before, data)])


def test_a_project_reads_what_is_planned_and_the_disk_for_the_rest(tmp_path: Path) -> None:
    project = Project(seen(written(tmp_path, SHOP)))
    planned = after(after(project, "src/shop/models.py", b"class Purchase:\n    pass\n"), "docs/index.md", None)
    assert planned.source("src/shop/models.py").data == b"class Purchase:\n    pass\n"
    assert planned.source("src/shop/views.py") == project.source("src/shop/views.py")
    assert not planned.exists("docs/index.md") and project.exists("docs/index.md")
    with pytest.raises(Unreadable):
        planned.source("docs/index.md")
    assert list(planned.texts()) == ["pyproject.toml"]
    assert list(project.texts()) == ["docs/index.md", "pyproject.toml"]
    assert planned.symbol(Target("shop.models", "Purchase")).kind == "class"


def test_files_that_mention_a_word_have_it_as_a_whole_one(tmp_path: Path) -> None:
    more: dict[str, str | bytes | None] = {
        "src/shop/a.py": "Orders = 1\n", "src/shop/b.py": "x = 'an Order'\n", "src/shop/c.py": b"\xff\xfe\0",
        "src/shop/d.py": "# -*- coding: latin-1 -*-\nbestätigt = 1\n".encode("latin-1"),
    }  # fmt: skip
    project = Project(seen(written(tmp_path, {**SHOP, **more})))
    mentioning = list(project.mentioning(["Order"]))
    assert "src/shop/b.py" in mentioning and "src/shop/models.pyi" in mentioning
    assert "src/shop/a.py" not in mentioning, "Orders is another word"
    assert list(project.mentioning(["nothing"])) == []
    assert "src/shop/d.py" in list(project.mentioning(["bestätigt"])), "its bytes are not those of UTF-8"
    planned = after(project, "src/shop/a.py", b"Order = 1\n")
    assert "src/shop/a.py" in list(planned.mentioning(["Order"]))


def test_texts_leave_out_python_binary_huge_and_ignored_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        **SHOP, ".gitignore": "*.log\n", ".git/HEAD": "", "run.log": "x", "logo.png": b"\x89PNG",
        "big.txt": "x" * 1_000_001, "Makefile": "all:\n", ".github/workflows/ci.yml": "on: push\n",
        "node_modules/a.json": "{}",
    }  # fmt: skip
    project = Project(seen(written(tmp_path, files)))
    assert list(project.texts()) == [
        ".github/workflows/ci.yml", ".gitignore", "Makefile", "docs/index.md", "pyproject.toml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (Target("shop.model", "Order"), "no module shop.model: did you mean shop.models"),
        (Target("shop.models", "Orders"), "has no Orders.*did you mean Order?"),
        (Target("shop", "Order"), "defined elsewhere: name it shop.models:Order"),
        (Target("shop.models", "Order.missing"), "has no Order.missing"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(tmp_path: Path, target: Target, why: str) -> None:
    project = Project(seen(written(tmp_path, SHOP)))
    with pytest.raises(Refused, match=why):
        project.symbol(target)


def test_a_target_is_found_where_it_is_defined(tmp_path: Path) -> None:
    files = {"a.py": "class C:\n    x = 1\n\n    def m(self): ...\n\n    class D:\n        y = 2\n"}
    project = Project(seen(written(tmp_path, files)))
    assert project.symbol(Target("a")).kind == "module"
    assert project.symbol(Target("a", "C.m")).kind == "method"
    assert project.symbol(Target("a", "C.D.y")).kind == "attribute"


def test_a_member_that_a_base_defines_is_named_by_the_base(tmp_path: Path) -> None:
    files = {"a.py": "class B:\n    def m(self): ...\n\n\nclass C(B):\n    pass\n"}
    project = Project(seen(written(tmp_path, files)))
    with pytest.raises(Refused, match=r"name it a:B\.m"):
        project.symbol(Target("a", "C.m"))


def test_what_is_parsed_beforehand_is_not_parsed_again(tmp_path: Path) -> None:
    here = survey(written(tmp_path, SHOP), Config(jobs=2), LEAVES)
    guessed = {"src/shop/models.py": b"class Purchase:\n    pass\n", "src/shop/views.py": b"x = 1\n"}
    here.foresee(guessed)
    deadline = time.monotonic() + 60
    while here.foreseen < 2 and time.monotonic() < deadline:
        time.sleep(0.5)
        here.forget()
        if here.foreseen < 2:
            here.foresee(guessed)
    planned = here.planned({**guessed, "src/shop/more.py": b"y = 1\n"})
    assert planned.fresh == 1, "only the file that nobody has foreseen"
    same = seen(written(tmp_path, {**guessed, "src/shop/more.py": b"y = 1\n"}))
    assert dict(tables(planned)) == dict(tables(same))


def test_what_kills_a_parser_beforehand_is_parsed_where_it_can_be(tmp_path: Path) -> None:
    here = survey(written(tmp_path, SHOP), Config(jobs=2), LEAVES)
    deadly = {"src/shop/models.py": b"(" * 1000 + b")" * 1000}
    here.foresee(deadly)
    planned = here.planned(deadly)
    assert planned.fresh == 1 and here.foreseen == 0
    assert dict(tables(planned)) == dict(tables(survey(written(tmp_path, deadly), Config(jobs=2), LEAVES)))


def test_collectors_that_no_proof_needs_look_at_what_is_planned_once_somebody_asks(tmp_path: Path) -> None:
    root = written(tmp_path / "shop", SHOP)
    here = seen(root, tmp_path)

    def kept() -> int:
        with sqlite3.connect(tmp_path / ".overhaul" / "facts.sqlite") as base:
            return int(base.execute("SELECT count(*) FROM contents").fetchone()[0])

    before = kept()
    text = "class Purchase:\n    def pay(self) -> None:\n        pass\n"
    planned = here.planned({"src/shop/models.py": text.encode()})
    assert [row.name for row in planned.facts(Class)["shop.models"]] == ["Purchase"]
    assert planned.symbols.interior("shop.models").members_of("Purchase") and not planned.facts(Export)["shop.models"]
    assert kept() == before, "what is known in part is not written"
    again = here.planned({"src/shop/models.py": text.encode()})
    assert again.fresh == 0
    assert planned.counts() == again.counts() and kept() == before + 1
    same = seen(written(tmp_path / "same", {**SHOP, "src/shop/models.py": text}))
    assert planned.counts() == same.counts()
