"""Which files an audit is about."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overhaul.config import Config
from overhaul.errors import TargetError
from overhaul.files.discovery import Tree, discover


def grow(root: Path, *files: str, ignoring: Mapping[str, str] | None = None) -> None:
    """Make empty files, and .gitignore files with the lines given by folder."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    for folder, lines in (ignoring or {}).items():
        (root / folder / ".gitignore").write_text(lines)


def paths(tree: Tree) -> list[str]:
    return [entry.path for entry in tree.entries]


def found(root: Path, config: Config | None = None) -> list[str]:
    return paths(discover(root, config or Config()))


def test_python_and_stub_files_are_listed_by_path_and_nothing_else(tmp_path: Path) -> None:
    grow(tmp_path, "b.py", "a/z.pyi", "a/b.py", "readme.md", "a/b.pyc", "a/b.pyx.txt", "py", "a/.py.swp")
    assert found(tmp_path) == ["a/b.py", "a/z.pyi", "b.py"]


def test_an_entry_tells_size_time_and_inode(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    os.utime(file, ns=(1, 1_700_000_000_123_456_789))
    (entry,) = discover(tmp_path, Config()).entries
    assert (entry.size, entry.mtime_ns, entry.inode) == (6, file.stat().st_mtime_ns, file.stat().st_ino)


def test_extension_modules_are_opaque_and_metadata_is_noted(tmp_path: Path) -> None:
    grow(tmp_path, "p/__init__.py", "p/fast.cpython-311-x86_64-linux-gnu.so", "p/slow.pyd", "p/c.pyx", "p/c.pxd",
         "p/c.c", "setup.py", "sub/pyproject.toml", "sub/requirements.txt")
    tree = discover(tmp_path, Config())
    assert tree.opaque == ("p/c.pxd", "p/c.pyx", "p/fast.cpython-311-x86_64-linux-gnu.so", "p/slow.pyd")
    assert tree.metadata == ("setup.py", "sub/pyproject.toml")


@pytest.mark.parametrize("folder", [
    ".git", "__pycache__", "node_modules", ".tox", ".venv", ".overhaul", "pkg.egg-info", "deep/.mypy_cache",
])
def test_caches_environments_and_version_control_are_never_entered(tmp_path: Path, folder: str) -> None:
    grow(tmp_path, "a.py", f"{folder}/b.py", "environments/c.py", "egg-info/d.py")
    assert found(tmp_path) == ["a.py", "egg-info/d.py", "environments/c.py"]


def test_a_virtual_environment_is_known_by_its_marker_not_its_name(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "tools/pyvenv.cfg", "tools/lib/site-packages/x.py", "venv/not_one.py")
    assert found(tmp_path) == ["a.py", "venv/not_one.py"]


def test_a_virtual_environment_that_is_named_explicitly_is_audited(tmp_path: Path) -> None:
    grow(tmp_path, ".venv/pyvenv.cfg", ".venv/lib/x.py")
    assert found(tmp_path / ".venv") == ["lib/x.py"]
    assert found(tmp_path / ".venv" / "lib") == ["x.py"]


def test_build_output_is_left_out_only_beside_metadata_and_when_no_package(tmp_path: Path) -> None:
    grow(tmp_path, "pyproject.toml", "a.py", "build/lib/a.py", "dist/b.py", "tool/build/c.py")
    grow(tmp_path, "other/setup.py", "other/build/__init__.py", "other/build/d.py")
    assert found(tmp_path) == [
        "a.py", "other/build/__init__.py", "other/build/d.py", "other/setup.py", "tool/build/c.py",
    ]


def test_gitignore_files_apply_at_every_level_and_nearer_ones_win(tmp_path: Path) -> None:
    grow(tmp_path, "gen.py", "a/gen.py", "a/keep.py", "b/gen.py", "b/c/gen.py", "b/top.py", "top.py",
         ignoring={"": "gen.py\n/top.py\nempty/\n", "b": "!gen.py\n"})
    assert found(tmp_path) == ["a/keep.py", "b/c/gen.py", "b/gen.py", "b/top.py"]


def test_what_is_in_an_ignored_folder_cannot_be_taken_back(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "out/b.py", "data/c.py",
         ignoring={"": "out/\n!out/b.py\ndata/*\n!data/c.py\n", "out": "!b.py\n"})
    assert found(tmp_path) == ["a.py", "data/c.py"]


def test_patterns_that_are_none_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfbom.py\r\n!\n/\n[\nends\\\n# a.py\n\xff.py\n\nb.py   \n")
    grow(tmp_path, "a.py", "b.py", "bom.py")
    assert found(tmp_path) == ["a.py"]


def test_rules_reach_from_the_top_of_the_repository_into_the_root(tmp_path: Path) -> None:
    grow(tmp_path, ".git/HEAD", "src/p/a.py", "src/p/gen_a.py", "src/p/secret.py", "src/p/b/x.py",
         ignoring={"": "gen_*.py\n/src/p/b\n"})
    (tmp_path / ".git" / "info").mkdir()
    (tmp_path / ".git" / "info" / "exclude").write_text("secret.py\n")
    assert found(tmp_path / "src" / "p") == ["a.py"]


def test_rules_above_the_repository_do_not_reach_into_it(tmp_path: Path) -> None:
    grow(tmp_path, "repo/.git/HEAD", "repo/a.py", ignoring={"": "*.py\n"})
    assert found(tmp_path / "repo") == ["a.py"]


def test_a_repository_inside_the_root_has_its_own_rules(tmp_path: Path) -> None:
    grow(tmp_path, ".git/HEAD", "gen.py", "vendored/.git/HEAD", "vendored/gen.py", "vendored/own.py",
         ignoring={"": "gen.py\n", "vendored": "own.py\n"})
    assert found(tmp_path) == ["vendored/gen.py"]


def test_a_worktree_reads_the_exclude_file_of_the_main_repository(tmp_path: Path) -> None:
    grow(tmp_path, "main/.git/worktrees/w/HEAD", "w/a.py", "w/b.py")
    (tmp_path / "main/.git/worktrees/w/commondir").write_text("../..\n")
    (tmp_path / "main/.git/info").mkdir()
    (tmp_path / "main/.git/info/exclude").write_text("b.py\n")
    (tmp_path / "w/.git").write_text(f"gitdir: {tmp_path}/main/.git/worktrees/w\n")
    assert found(tmp_path / "w") == ["a.py"]


def test_a_root_that_git_ignores_was_named_by_the_user_and_is_audited(tmp_path: Path) -> None:
    grow(tmp_path, ".git/HEAD", "env/lib/pkg/a.py", "env/lib/pkg/b.py",
         ignoring={"": "env\n*.py\n", "env/lib/pkg": "b.py\n"})
    assert found(tmp_path / "env" / "lib" / "pkg") == ["a.py"]


def test_a_root_that_a_nearer_rule_takes_back_is_not_ignored(tmp_path: Path) -> None:
    grow(tmp_path, ".git/HEAD", "sub/env/a.py", "sub/env/gen.py", ignoring={"": "env\ngen.py\n", "sub": "!env\n"})
    assert found(tmp_path / "sub" / "env") == ["a.py"]


def test_gitignore_can_be_turned_off_and_exclude_cannot(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "gen.py", "old/b.py", "old/keep.py", "x/old/c.py", ignoring={"": "gen.py\n"})
    config = Config(respect_gitignore=False, exclude=("/old/*", "!keep.py"))
    assert found(tmp_path, config) == ["a.py", "gen.py", "old/keep.py", "x/old/c.py"]


@pytest.mark.parametrize("pattern", ["*.pyc", "a.py.orig", "*.so", "b", "/sub/a.py", "*.py[cod]", "docs/**", "A.py"])
def test_patterns_about_other_names_leave_a_file_alone(tmp_path: Path, pattern: str) -> None:
    grow(tmp_path, "a.py", ignoring={"": f"{pattern}\n"})
    assert found(tmp_path) == ["a.py"]


@pytest.mark.parametrize(("lines", "kept"), [
    ("lib/**\n!lib/a.py\n", ["lib/a.py"]),  # the folder lib is none of what lies in it, and is entered
    ("lib[!0]\n", ["lib/a.py", "lib/b/a.py"]),  # no class is the slash behind lib
    ("lib/[^0]/a.py\n", ["lib/a.py"]),
    ("[[:punct:]ab]*.py\n", []),
    ("[![:punct:]]/\n", ["lib/a.py"]),
    ("a.py\t\n", ["lib/a.py", "lib/b/a.py"]),  # only spaces are cut off
    ("lib\\/b\n", ["lib/a.py"]),
    ("[z-\n[z-a]*\nb/\n", ["lib/a.py"]),
    ("[[a]*\n!lib/a.py\n", ["lib/a.py"]),
])
@pytest.mark.filterwarnings("error")
def test_where_pathspec_reads_a_pattern_otherwise_git_is_followed(tmp_path: Path, lines: str, kept: list[str]) -> None:
    grow(tmp_path, "lib/a.py", "lib/b/a.py", "z.txt", ignoring={"": lines})
    (tmp_path / "bad.pyi").symlink_to("nowhere")  # a failure, so that a tree with nothing left is one
    assert found(tmp_path) == kept


PARTS = st.sampled_from([
    "a", "b", "lib", "*", "**", "x?", "l*", "*b", "*.py", "*.p[yx]", "a.py", "[al]*", "[!a]*", "[]l]*", "[a-f].py",
    "test_*", "\\a", "[[:alpha:]]", "x[", "lib\\",
])


def pattern(bang: str, head: str, parts: list[str], tail: str) -> str:
    return bang + head + "/".join(parts) + tail


PATTERNS = st.builds(
    pattern, st.sampled_from(["", "", "!"]), st.sampled_from(["", "", "/"]), st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " "]),
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle")
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=st.lists(PATTERNS, max_size=4), inner=st.lists(PATTERNS, max_size=3), private=st.lists(PATTERNS, max_size=1))
def test_what_is_left_out_is_what_git_leaves_out(
    tmp_path_factory: pytest.TempPathFactory, top: list[str], inner: list[str], private: list[str]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", root], check=True, capture_output=True)
    folders = ("", "a/", "a/b/", "a/b/lib/", "lib/", "lib/a/", "lib/x1/", "b/")
    grow(root, *(folder + name for folder in folders for name in ("a.py", "x1.py", "test_x.py", "lib.pyi")))
    (root / ".gitignore").write_text("\n".join(top))
    (root / "a" / ".gitignore").write_text("\n".join(inner))
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "exclude").write_text("\n".join(private))
    listing = subprocess.run(["git", "-c", "core.excludesFile=", "ls-files", "-z", "-o", "--exclude-standard"],
                             cwd=root, check=True, capture_output=True, text=True).stdout
    expected = sorted(path for path in listing.split("\0") if path.endswith((".py", ".pyi")))
    try:
        assert found(root) == expected
    except TargetError:
        assert expected == []


def test_one_file_is_a_tree_of_that_file(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "b.py", "pyproject.toml")
    tree = discover(tmp_path / "a.py", Config())
    assert (tree.root, paths(tree), tree.metadata) == (tmp_path.resolve(), ["a.py"], ("pyproject.toml",))


def test_metadata_above_the_root_is_noted_as_far_as_the_repository_goes(tmp_path: Path) -> None:
    grow(tmp_path, "setup.cfg", "repo/.git/HEAD", "repo/pyproject.toml", "repo/src/p/a.py")
    assert discover(tmp_path / "repo/src/p", Config()).metadata == ("../../pyproject.toml",)


@pytest.mark.parametrize(("target", "remedy"), [
    ("missing", "check the path"), ("notes.txt", "name the folder"), ("empty", "holds no Python"),
])
def test_a_target_without_python_is_refused_with_a_remedy(tmp_path: Path, target: str, remedy: str) -> None:
    grow(tmp_path, "notes.txt", "empty/readme.md")
    with pytest.raises(TargetError, match=remedy) as refused:
        discover(tmp_path / target, Config())
    assert "\n" not in str(refused.value)


def test_a_target_whose_python_is_all_ignored_says_so(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", ignoring={"": "*\n"})
    with pytest.raises(TargetError, match="respect-gitignore"):
        discover(tmp_path, Config())


def test_links_to_files_are_listed_as_themselves_and_dangling_ones_fail(tmp_path: Path) -> None:
    grow(tmp_path, "in/a.py", "out/real.txt")
    root = tmp_path / "in"
    (root / "inner.py").symlink_to("a.py")
    (root / "outer.py").symlink_to("../out/real.txt")
    (root / "broken.py").symlink_to("nowhere")
    (root / "itself.py").symlink_to("itself.py")
    (root / "broken.txt").symlink_to("nowhere")
    (root / ".#a.py").symlink_to("user@host.123:456")
    tree = discover(root, Config())
    assert paths(tree) == ["a.py", "inner.py", "outer.py"]
    assert [failure.path for failure in tree.failures] == ["broken.py", "itself.py"]
    assert tree.failures[0].reason == "broken symbolic link"


def test_linked_folders_are_followed_once_and_only_inside_the_root(tmp_path: Path) -> None:
    grow(tmp_path, "out/b.py", "in/real/a.py", "in/hidden/c.py", "in/.venv/d.py", "in/env/pyvenv.cfg",
         "in/env/lib/e.py", ignoring={"in": "hidden/\n"})
    root = tmp_path / "in"
    for name, target in (("alias", "real"), ("away", "../out"), ("shown", "hidden"), ("shown_too", "hidden"),
                         ("venv", ".venv"), ("lib", "env/lib")):
        (root / name).symlink_to(target)
    tree = discover(root, Config())
    assert paths(tree) == ["real/a.py", "shown/c.py"]
    assert tree.failures == ()


def test_a_loop_of_links_ends_and_is_no_failure(tmp_path: Path) -> None:
    grow(tmp_path, "a/b/c.py")
    (tmp_path / "a/b/up").symlink_to("../..")
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    tree = discover(tmp_path, Config())
    assert (paths(tree), tree.failures) == (["a/b/c.py"], ())


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    grow(tmp_path, "real/a.py", "real/p/b.py")
    (tmp_path / "link").symlink_to("real")
    tree = discover(tmp_path / "link", Config())
    assert (tree.root, paths(tree)) == ((tmp_path / "real").resolve(), ["a.py", "p/b.py"])


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFOs")
def test_pipes_and_sockets_named_like_python_fail_and_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "a.py", "folder.py/b.py")
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / ".gitignore")
    os.mkfifo(tmp_path / "setup.cfg")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        tree = discover(tmp_path, Config())
        with pytest.raises(TargetError, match="neither"):
            discover(tmp_path / "pipe.py", Config())
    assert paths(tree) == ["a.py", "folder.py/b.py"]
    assert [(failure.path, failure.reason) for failure in tree.failures] == [
        ("pipe.py", "not a regular file, never opened"), ("socket.py", "not a regular file, never opened"),
    ]
    assert tree.metadata == ()


def test_an_unreadable_folder_is_a_failure_and_the_rest_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "a.py", "locked/b.py", "open/c.py")
    listing = os.scandir

    def guarded(path: str) -> AbstractContextManager[Iterator["os.DirEntry[str]"]]:
        if path.rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", guarded)
    tree = discover(tmp_path, Config())
    assert paths(tree) == ["a.py", "open/c.py"]
    assert [(failure.path, failure.stage, failure.reason) for failure in tree.failures] == [
        ("locked", "discovery", "permission denied")
    ]
    with pytest.raises(TargetError, match="permissions"):
        discover(tmp_path / "locked", Config())


def test_what_vanishes_meanwhile_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "a.py", "gone.py", "gone_folder/b.py")
    listing = os.scandir

    @contextmanager
    def vanishing(path: str) -> Generator[Iterator["os.DirEntry[str]"], None, None]:
        with listing(path) as items:
            seen = list(items)
        for item in seen:
            # The kind of an entry is known from the listing; only its size and times have to be asked for.
            if item.name == "gone.py":
                os.remove(item.path)
            elif item.name == "gone_folder":
                shutil.rmtree(item.path)
        yield iter(seen)

    monkeypatch.setattr(os, "scandir", vanishing)
    tree = discover(tmp_path, Config())
    monkeypatch.undo()
    assert paths(tree) == ["a.py"]
    assert [failure.path for failure in tree.failures] == ["gone.py", "gone_folder"]


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are Unicode there")
def test_names_that_are_not_utf8_are_failures_and_odd_ones_are_not(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "two\nlines.py", "größe/naïve.py", "back\\slash.py")
    for name in (b"\xff.py", b"caf\xe9/b.py", b"caf\xe9/setup.cfg", b"\xfe.so", b"caf\xe9/readme"):
        file = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        open(file, "wb").close()
    tree = discover(tmp_path, Config())
    assert paths(tree) == ["a.py", "back\\slash.py", "größe/naïve.py", "two\nlines.py"]
    assert [failure.path for failure in tree.failures] == ["\\xfe.so", "\\xff.py", "caf\\xe9/b.py"]
    assert (tree.opaque, tree.metadata) == ((), ())


def test_folders_nested_beyond_the_recursion_limit_are_walked(tmp_path: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    for count in range(1, depth + 1):
        os.mkdir(tmp_path / ("d/" * count))
    file = tmp_path / ("d/" * depth + "a.py")
    file.touch()
    try:
        assert found(tmp_path) == ["d/" * depth + "a.py"]
    finally:
        # pytest's own clearing up would recurse.
        file.unlink()
        for count in range(depth, 0, -1):
            os.rmdir(tmp_path / ("d/" * count))
