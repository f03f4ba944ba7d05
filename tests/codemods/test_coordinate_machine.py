"""Machines that come under a coordinator are known to it, and live no longer than before."""

import subprocess
import sys
from pathlib import Path

import pytest

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
