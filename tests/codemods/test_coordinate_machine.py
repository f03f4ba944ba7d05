"""Machines that come under a coordinator are known to it, and live no longer than before."""

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.errors import UsageError
from overhaul.scaffolding.copies import original
from overhaul.testing import transform

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "codemods"
STEP = {"machine": "desk.orders:Order.state", "coordinator": "desk.states:COORDINATOR", "state": "desk.state"}
RUN = '''
import gc
from desk.orders import Order, OrderState
from desk.states import COORDINATOR
one, other = Order(1), Order(2)
one.send()
print([str(state) for state in COORDINATOR.states().values()][-2:])
del other
gc.collect()
print(len([one for one in COORDINATOR.living() if one.number == 2]))
'''


def files(fixture: str) -> dict[str, str]:
    root = FIXTURES / fixture / "before"
    found = {one.relative_to(root).as_posix(): one.read_text() for one in root.rglob("*.py")}
    return {**found, "desk/state.py": original("state")}


@pytest.mark.parametrize("fixture", [
    "coordinate_machine_class", "coordinate_machine_dataclass", "coordinate_machine_post_init",
])  # fmt: skip
def test_the_coordinator_knows_the_living_machines_with_their_states(tmp_path: Path, fixture: str) -> None:
    done = transform("coordinate_machine", files(fixture), STEP)
    assert not done.refusals, done.refusals
    for path, data in done.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    run = subprocess.run([sys.executable, "-B", "-c", RUN], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         check=False)  # fmt: skip
    assert run.stdout == "['OrderState.SENT', 'OrderState.NEW']\n0\n", run.stderr


@pytest.mark.parametrize(("old", "new", "why"), [
    ("        self.state = OrderState.NEW\n\n    def send", "\n    def send", "its constructor does not set the state"),
    ("class Order:", "class Order(tuple):", "instances of builtins.tuple cannot be referred to weakly"),
    ("class Label:", "ORDER_STATE = 1\n\n\nclass Label:", "ORDER_STATE is something else in this module"),
    ("class Label:", "COORDINATOR = 1\n\n\nclass Label:", "COORDINATOR is something else in this module"),
    ("class Order:", "class Order:\n    __slots__ = ('number', 'state')  # Label has none\n", "it has __slots__"),
    ("class Order:", "Base = tuple\n\n\nclass Order(Base):", "what it is made of is not known"),
    ("class Label:", "def anywhere(x): ...\n\n\nclass Label:", "anywhere is something else in this module"),
])  # fmt: skip
def test_what_cannot_be_proven_is_refused(old: str, new: str, why: str) -> None:
    before = files("coordinate_machine_class")
    assert old in before["desk/orders.py"]
    before["desk/orders.py"] = before["desk/orders.py"].replace(old, new)
    done = transform("coordinate_machine", before, STEP)
    assert why in done.refusals[0].why


def test_a_coordinator_in_a_module_that_has_none_is_refused() -> None:
    done = transform("coordinate_machine", {**files("coordinate_machine_class"), "desk/states.py": "X = 1\n"}, STEP)
    assert "desk/states.py has no COORDINATOR" in done.refusals[0].why


@pytest.mark.parametrize("other", ["# not this one's __weakref__", "class Other:\n    __slots__ = ('__weakref__',)"])
def test_slots_of_another_class_do_not_help(other: str) -> None:
    before = files("coordinate_machine_slots")
    before["desk/orders.py"] += f"\n\n{other}\n"
    assert "it has __slots__" in transform("coordinate_machine", before, STEP).refusals[0].why


@pytest.mark.parametrize(("decorator", "why"), [
    ("dataclass(slots=True)", "it has __slots__"),
    ("dataclass(\n    slots=1)", "it has __slots__"),
    ("dataclass(slots=True, weakref_slot = True)", ""),
    ("dataclass(slots=False)", ""),
])  # fmt: skip
def test_a_dataclass_with_slots_needs_one_for_weak_references(decorator: str, why: str) -> None:
    before = files("coordinate_machine_dataclass")
    text = before["desk/orders.py"]
    assert text.count("@dataclass\nclass Order:") == 1
    before["desk/orders.py"] = text.replace("@dataclass\nclass Order:", f"@{decorator}\nclass Order:")
    done = transform("coordinate_machine", before, STEP)
    assert (why in done.refusals[0].why) if why else not done.refusals


def test_a_base_outside_the_project_may_have_a_hook_that_a_new_one_would_hide() -> None:
    before = files("coordinate_machine_dataclass")
    text = before["desk/orders.py"].replace("@dataclass\nclass Order:", "@dataclass\nclass Order(lib.Base):")
    before["desk/orders.py"] = text.replace("from dataclasses", "import lib\nfrom dataclasses", 1)
    done = transform("coordinate_machine", before, STEP)
    assert "lib.Base, which it is made of, may have a __post_init__" in done.refusals[0].why


def test_a_name_that_a_star_import_would_hide_is_refused() -> None:
    before = files("coordinate_machine_class")
    stars = "def anywhere(): ...\n\n\nfrom desk.orders import *\n"
    done = transform("coordinate_machine", {**before, "desk/use.py": stars}, STEP)
    assert "anywhere is another thing in desk/use.py" in done.refusals[0].why
    other = stars.replace("anywhere", "nowhere")
    assert not transform("coordinate_machine", {**before, "desk/use.py": other}, STEP).refusals


@pytest.mark.parametrize(("code", "refused"), [
    ("ALL = [one for one in dict(globals()) if one.isupper()]", True),
    ("ALL = [one for one in dict(locals=1)]", False),
])  # fmt: skip
def test_a_module_that_goes_through_all_its_names_gets_no_new_ones(code: str, refused: bool) -> None:
    before = files("coordinate_machine_class")
    before["desk/orders.py"] += f"\n\n{code}\n"
    done = transform("coordinate_machine", before, STEP)
    assert bool(done.refusals) is refused
    assert not refused or "goes through all names of the module" in done.refusals[0].why


@pytest.mark.parametrize("kind", ["ORDER STATE", "class", "1ST"])
def test_a_kind_that_no_variable_can_be_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="no variable can be called that"):
        transform("coordinate_machine", files("coordinate_machine_class"), {**STEP, "kind": kind})
