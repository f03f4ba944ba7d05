"""What functions do with the places where values may be kept."""

from typing import Any

from overhaul.testing import collect


def uses(source: str) -> dict[tuple[str, str], Any]:
    """The rows by function and place."""
    found: list[Any] = collect("storage_uses", source)
    return {(row.scope, row.place): row for row in found}


def in_class(body: str) -> dict[tuple[str, str], Any]:
    """The rows of a class with one method `m(self, k)`."""
    return uses("class C:\n  def m(self, k):\n" + "".join(f"    {line}\n" for line in body.splitlines()))


def test_a_store_under_a_failed_look_up_of_the_same_key_is_told_with_its_line() -> None:
    row = in_class("if k not in self.x:\n    self.x[k] = work(k)\nreturn self.x[k]")["C.m", "C.x"]
    (look,), (keep,) = row.lookups, row.keeps
    assert (look.line, look.how, look.key, look.helpers) == (3, "in", ("k",), ("work",))
    assert (keep.line, keep.key, keep.source, keep.callee, keep.missed) == (4, ("k",), "called", "work", "sure")
    assert (row.root, row.entry, row.handed) == ("instance", "returned", True)


def test_another_key_is_not_the_same() -> None:
    row = in_class("if k not in self.x:\n    self.x[k.other] = work(k)\nreturn self.x[k]")["C.m", "C.x"]
    assert row.keeps[0].missed == "weak"


def test_the_other_branch_of_a_look_up_found_something() -> None:
    assert in_class("if k in self.x:\n    self.x[k] = work(k)\nreturn self.x.get(k)") == {}


def test_one_reason_of_several_is_a_weak_miss() -> None:
    row = in_class("if force or self.v is None:\n    self.v = work(k)\nreturn self.v")["C.m", "C.v"]
    assert row.keeps[0].missed == "weak"


def test_values_are_told_by_where_they_come_from() -> None:
    def source(value: str, before: str = "pass") -> str:
        row = in_class(f"{before}\nif k not in self.x:\n    self.x[k] = {value}\nreturn self.x[k]")["C.m", "C.x"]
        told: str = row.keeps[0].source
        return told

    assert source("k") == "parameter"
    assert source("k.name") == "part"
    assert source("(time.time(), k)") == "parameter"
    assert source("k(1)") == "called_parameter"
    assert source("work(k)") == source("v", "v = work(k)") == source("await work(k)") == "called"
    assert source("[a for a in k]") == source("k + 1") == "computed"
    assert source("self.other") == "copied"
    assert source("v", "for v in k: pass") == "loop"


def test_empty_containers_and_constants_alone_make_no_row() -> None:
    assert in_class("if k not in self.x:\n    self.x[k] = []\nreturn self.x[k]") == {}
    assert in_class("if k not in self.x:\n    self.x[k] = 0\nreturn self.x[k]") == {}


def test_what_a_value_and_a_key_are_made_from_is_followed_through_local_names() -> None:
    source = (
        "def f(a, b, c):\n  key = (a, b)\n  if key not in X:\n    v = work(b, c)\n    X[key] = v\n"
        "  return X[key]\nX = {}\n"
    )
    keep = uses(source)["f", "X"].keeps[0]
    assert (keep.depends, keep.keyed, keep.key_text) == (("b", "c"), ("a", "b"), "(a, b)")


def test_what_drops_and_changes_entries_is_told_with_the_way() -> None:
    body = "if k not in self.x:\n    self.x[k] = work(k)\nself.x[k].tags.append(1)\nself.x[k] += 1\n" \
           "self.x[k].start()\n" \
           "if len(self.x) > 9:\n    self.x.pop(1)\ndel self.x[k]\nself.x.clear()\nreturn self.x[k]"  # fmt: skip
    row = in_class(body)["C.m", "C.x"]
    assert row.drops == ((9, "evict"), (10, "del"), (11, "clear"))
    assert (6, 1, "+=") in row.changes
    assert (7, 1, "start") in row.effects


def test_a_lock_around_look_up_and_store_is_told_by_what_it_holds_or_is_called() -> None:
    source = "class C:\n  def __init__(self):\n    self.gate = threading.Lock()\n    self.x = {}\n" \
             "  def m(self, k):\n    with self.gate:\n      if k not in self.x:\n        self.x[k] = work(k)\n" \
             "      return self.x[k]\n"  # fmt: skip
    keep = uses(source)["C.m", "C.x"].keeps[0]
    assert keep.locked and keep.checked
    keep = uses(source.replace("threading.Lock()", "open()"))["C.m", "C.x"].keeps[0]
    assert not keep.locked


def test_a_function_inside_another_names_the_outermost_where_it_calls_what_that_is_given() -> None:
    source = (
        "def memo(f):\n  x = {}\n  def inner(k):\n    if k not in x:\n      x[k] = f(k)\n    return x[k]\n"
        "  return inner\n"
    )
    row = uses(source)["memo.inner", "memo.x"]
    assert (row.root, row.wraps, row.keeps[0].source) == ("closure", "memo", "called_parameter")


def test_a_local_container_is_no_place() -> None:
    assert uses("def f(ks):\n  x = {}\n  for k in ks:\n    if k not in x:\n      x[k] = work(k)\n  return x\n") == {}


def test_long_values_are_cut() -> None:
    row = in_class(f"if k not in self.x:\n    self.x[k] = work({'k, ' * 99})\nreturn self.x[k]")["C.m", "C.x"]
    assert len(row.keeps[0].value) <= 120


def test_what_methods_write_by_key_or_delete_by_name_is_told_where_a_class_caches() -> None:
    source = (
        "class C:\n  @cached_property\n  def total(self):\n    return sum(self.x)\n  def put(self, k, v):\n"
        "    self.x[k] = v\n    del self.x[k]\n    local[k] = v\n    vars(self).pop('total', None)\n"
    )
    found = uses(source)
    assert {key: (row.drops, row.changes) for key, row in found.items()} == {
        ("C.put", "C.x"): ((), ((6, 0, "[]"), (7, 0, "[]"))), ("C.put", "C.total"): (((9, "pop"),), ())}  # fmt: skip
    assert uses(source.replace("cached_", "")) == {}


def test_a_key_that_was_checked_against_a_closed_set_is_told_beside() -> None:
    body = "if k not in ('a', 'b'):\n    raise ValueError(k)\nif k not in self.x:\n    self.x[k] = work(k)\n" \
           "return self.x[k]"  # fmt: skip
    assert in_class(body)["C.m", "C.x"].keeps[0].beside == ("closed:k",)
    assert in_class(body.replace("raise ValueError(k)", "log(k)"))["C.m", "C.x"].keeps[0].beside == ()
    assert in_class(body.replace("('a', 'b')", "known"))["C.m", "C.x"].keeps[0].beside == ()
