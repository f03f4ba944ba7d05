"""Files in which functions keep what they have made."""

from typing import Any

import pytest

from overhaul.testing import collect


def files(body: str) -> list[Any]:
    """The rows of one function `f(key)` with this body."""
    return collect("kept_files", "def f(key):\n" + "".join(f"    {line}\n" for line in body.splitlines()))


KEPT = {
    "exists": "p = ROOT / key\nif p.exists():\n    return p.read_text()\nt = make(key)\np.write_text(t)\nreturn t",
    "isfile": "p = os.path.join(ROOT, key)\nif not os.path.isfile(p):\n    with open(p, 'wb') as o:\n"
              "        pickle.dump(make(key), o)\nwith open(p, 'rb') as i:\n    return pickle.load(i)",
    "open": "p = ROOT + key\ntry:\n    with open(p) as i:\n        return json.load(i)\nexcept FileNotFoundError:\n"
            "    d = make(key)\n    with open(p, 'w') as o:\n        json.dump(d, o)\n    return d",
    "time": "p = ROOT / key\nif p.exists() and p.stat().st_mtime > limit:\n    return load(p)\nd = make(key)\n"
            "save(d, p)\n"
            "return d",
    "by a library": "p = ROOT / key\nif os.path.exists(p):\n    df = pd.read_parquet(p)\nelse:\n    df = make(key)\n"
                    "    df.to_parquet(p)\nreturn df",
    "replaced": "p = ROOT / key\nif p.exists():\n    return load(p)\nd = make(key)\nsave(d, tmp)\n"
                "os.replace(tmp, p)\nreturn d",
}  # fmt: skip


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_a_file_is_kept_that_is_made_where_it_is_missing_and_read_where_it_is_not(body: str) -> None:
    (row,) = files(body)
    assert (row.scope, row.keyed, row.hit) == ("f", ("key",), True)
    assert row.made == "make" and row.stores and row.loads


@pytest.mark.parametrize("body", [
    "p = ROOT / key\nif p.exists():\n    return p.read_text()\np.write_text(DEFAULT)\nreturn DEFAULT",
    "p = ROOT / key\nif p.exists():\n    raise FileExistsError(p)\np.touch()",
    "p = ROOT / key\nif p.exists():\n    return p.read_text()\nreturn None",
    "p = ROOT / key\np.write_text(make(key))\nreturn p",
    "p = ROOT / key\nif p.exists():\n    p.unlink()\nq.write_text(make(key))",
], ids=["a default", "only once", "only read", "always written", "another one"])  # fmt: skip
def test_a_file_that_saves_no_work_is_not_kept(body: str) -> None:
    assert files(body) == []


def test_a_call_of_what_has_no_name_is_passed_over() -> None:
    body = ("p = ROOT / key\nif MODULES['file.exists'](p):\n    return load(p)\nd = MODULES['make'](key)\n"
            "open(p, 'w').write(d)")
    assert files(body) == []


def test_a_condition_that_is_made_of_itself_is_followed_once() -> None:
    # What it says is not known then; it went round and round before.
    body = "p = ROOT / key\nold = p.exists() and fresh\nold = not old or old\nif old:\n    return p.read_text()"
    assert files(body) == []
