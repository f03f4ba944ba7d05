"""What a decision protects is left out of drafts, refused by migrations whatever they are called, and told by gates."""

import datetime

import pytest

from overhaul.campaign.gates import Judgement
from overhaul.campaign.items import sketches
from overhaul.changes import Delegated, Moved, Replaced, Target
from overhaul.deciding.keeping import Keeping, act_of
from overhaul.deciding.model import Block, Protection
from overhaul.deciding.writing import Said, record_text
from overhaul.drafts import Drafted, migration_text
from overhaul.errors import ConfigError, UnknownName
from overhaul.planning import Asked
from overhaul.project import Project
from overhaul.testing import Files, Transformed, judge, surveyed, transform

MACHINES = {
    "shop/__init__.py": "",
    "shop/orders.py": (
        "from enum import Enum\n\n\nclass OrderState(Enum):\n    NEW = 1\n    PAID = 2\n    SENT = 3\n\n\n"
        "class Order:\n    def __init__(self):\n        self.state = OrderState.NEW\n\n"
        "    def pay(self):\n        if self.state is OrderState.NEW:\n            self.state = OrderState.PAID\n\n"
        "    def send(self):\n        if self.state is OrderState.PAID:\n            self.state = OrderState.SENT\n"
    ),
}
TWICE = "def total(values):\n    found = 0\n    for one in values:\n        found += one\n    return found\n"
COPIES = {
    "shop/__init__.py": "",
    "shop/bills.py": TWICE,
    "shop/taxes.py": f"{TWICE}\n\ndef tax(values):\n    return total(values) // 5\n",
}
MEMO = "from functools import lru_cache\n\n\n@lru_cache\ndef price(name):\n    return len(name)\n"


def decision(*what: str, must_not: tuple[str, ...] = ("unify",), status: str = "accepted") -> str:
    rule = Protection(rule="they stay apart", must_not=must_not, what=what)
    return record_text(
        Said(
            kind="decision", title="Stay", status=status, on=datetime.date(2030, 1, 1), context="x",
            block=Block(protected=(rule,)),
        )
    )  # fmt: skip


def with_decision(files: Files, *what: str, must_not: tuple[str, ...] = ("unify",), status: str = "accepted") -> Files:
    return {**files, "docs/decisions/0007-stay.md": decision(*what, must_not=must_not, status=status)}


def kept(files: Files, dotted: str, act: str = "unify") -> str:
    with surveyed(files) as seen:
        found = Keeping(seen).kept(dotted, act)
        return found.name if found is not None else ""


@pytest.mark.parametrize(
    ("what", "dotted", "name"),
    [
        ("state_machines:*", "shop.orders.Order.state", "shop.orders.Order.state"),
        ("state_machines:*", "shop.orders.Order", "shop.orders.Order.state"),
        ("state_machines:*", "shop.orders.OrderState", "shop.orders.OrderState"),
        ("state_machines:*", "shop.orders.OrderState.NEW", "shop.orders.OrderState"),
        ("state_machines:shop.orders.Order.state", "shop.orders.Order", "shop.orders.Order.state"),
        ("shop.orders.Order", "shop.orders.Order.pay", "shop.orders.Order"),
        ("shop.*.Order", "shop.orders.Order", "shop.orders.Order"),
        ("shop.o*", "shop.orders.Order", "shop.orders.Order"),
        ("state_machines:*", "shop.orders.Order.pay", ""),
        ("state_machines:*", "shop.orders.Ord", ""),
        ("shop.orders.Order", "shop.orders.OrderState", ""),
        ("state_machines:other.*", "shop.orders.Order", ""),
    ],
)
def test_what_is_protected_is_known_by_rows_and_by_names(what: str, dotted: str, name: str) -> None:
    assert kept(with_decision(MACHINES, what), dotted) == name


def test_only_what_is_forbidden_by_a_decision_in_force_counts() -> None:
    assert kept(with_decision(MACHINES, "shop.orders", must_not=("move",)), "shop.orders.Order") == ""
    assert kept(with_decision(MACHINES, "shop.orders", must_not=("move",)), "shop.orders.Order", "move")
    assert kept(with_decision(MACHINES, "shop.orders", must_not=("merge",)), "shop.orders.Order")
    for status in ("proposed", "rejected", "superseded", "deprecated"):
        assert kept(with_decision(MACHINES, "shop.orders", status=status), "shop.orders.Order") == ""


def test_the_folder_is_that_of_the_campaign() -> None:
    files = {
        **MACHINES, "adr/0001-stay.md": decision("shop.orders"), "overhaul-campaign.toml": 'decisions = "adr"\n',
    }  # fmt: skip
    assert kept(files, "shop.orders.Order")
    assert not kept({**files, "overhaul-campaign.toml": ""}, "shop.orders.Order")
    with pytest.raises(ConfigError, match="name a folder"):
        kept({**files, "overhaul-campaign.toml": "decisions = 3\n"}, "shop.orders.Order")


def test_a_rule_that_would_protect_nothing_for_a_slip_is_told() -> None:
    with pytest.raises(ConfigError, match=r"docs/decisions/0007-stay\.md: must-not: .*did you mean unify"):
        kept(with_decision(MACHINES, "shop.orders", must_not=("unifi",)), "shop.orders.Order")
    with pytest.raises(ConfigError, match=r"docs/decisions/0007-stay\.md: what: .*state_machines"):
        kept(with_decision(MACHINES, "state_machine:*"), "shop.orders.Order")


def merged(files: Files, asked: Asked | None = None) -> Transformed:
    members = ["shop.bills:total", "shop.taxes:total"]
    return transform("merge_duplicates", files, {"members": members, "home": "shop.bills"}, asked=asked)


def test_a_migration_that_touches_what_is_protected_is_refused_with_the_decision() -> None:
    assert not merged(COPIES).plan.refusals
    plan = merged(with_decision(COPIES, "shop.taxes.total")).plan
    assert plan.refusals and not plan.files
    one = plan.refusals[0]
    assert (one.path, one.line, one.check, one.step) == ("shop/taxes.py", 1, "decisions", 1)
    assert one.why == "shop.taxes.total is kept by decision 0007 (they stay apart)"
    assert one.remedy == "see docs/decisions/0007-stay.md: leave it as it is, or --despite 0007"


def test_a_decision_can_be_set_aside_by_name_and_by_no_other() -> None:
    files = with_decision(COPIES, "shop.taxes.total")
    assert not merged(files, Asked(despite=("7",))).plan.refusals
    with pytest.raises(UnknownName, match="unknown decision '8'"):
        merged(files, Asked(despite=("8",)))


def test_what_is_beside_what_is_protected_may_be_merged() -> None:
    assert not merged(with_decision(COPIES, "shop.taxes.tax")).plan.refusals
    assert not merged(with_decision(COPIES, "shop.taxes.total", must_not=("rename",))).plan.refusals


def test_renaming_and_moving_are_told_by_what_they_do() -> None:
    renamed = {"target": "shop.taxes:total", "to": "summed"}
    assert not transform("rename_symbol", with_decision(COPIES, "shop.taxes.total"), renamed).plan.refusals
    files = with_decision(COPIES, "shop.taxes.total", must_not=("rename",))
    assert [one.check for one in transform("rename_symbol", files, renamed).plan.refusals] == ["decisions"]
    moved = {"target": "shop.taxes:tax", "to": "shop.more"}
    assert not transform("move_symbol", files, moved).plan.refusals
    files = with_decision(COPIES, "shop.taxes", must_not=("move",))
    assert [one.check for one in transform("move_symbol", files, moved).plan.refusals] == ["decisions"]


def test_what_a_step_has_done_counts_whatever_its_codemod_is_called() -> None:
    first, second, module = Target("shop.bills", "total"), Target("shop.taxes", "total"), Target("shop.taxes")
    with surveyed(with_decision(COPIES, "shop.taxes.total", must_not=("unify", "move", "rename"))) as seen:
        keeping = Keeping(seen)
        assert list(keeping.done([], [Replaced(second, first, "function")], []))
        assert list(keeping.done([], [Replaced(first, second, "function")], []))
        assert list(keeping.done([], [], [Delegated(second, first)]))
        assert list(keeping.done([Moved(second, Target("shop.more", "total"), "function")], [], []))
        assert list(keeping.done([Moved(second, Target("shop.taxes", "summed"), "function")], [], []))
        assert list(keeping.done([], [Replaced(module, Target("shop.bills"), "module")], []))
        assert not list(keeping.done([], [Replaced(first, Target("shop.more", "total"), "function")], []))
        assert not list(keeping.done([], [Replaced(Target("shop.bills"), module, "module")], []))
        assert not list(keeping.done([], [], [Delegated(first, Target("shop.more", "total"))]))


def test_a_protected_thing_is_known_under_the_name_that_an_earlier_step_gave_it() -> None:
    with surveyed(with_decision(COPIES, "shop.taxes.total")) as seen:
        keeping = Keeping(seen)
        assert keeping.kept("shop.sums.summed") is None
        keeping.follow([Moved(Target("shop.taxes"), Target("shop.sums"), "module")])
        keeping.follow([Moved(Target("shop.sums", "total"), Target("shop.sums", "summed"), "function")])
        found = keeping.kept("shop.sums.summed")
        assert found is not None and found.name == "shop.taxes.total"
        assert keeping.kept("shop.sums.tax") is None


def test_a_step_about_all_decorators_of_a_package_counts_where_one_of_them_is_protected() -> None:
    files = {"shop/__init__.py": "", "shop/prices.py": MEMO, "shop/plain.py": TWICE}
    step = {"target": "shop", "cache": "shop.cache", "all": True}
    for what, left in (("caches:shop.prices.price", True), ("shop.plain.total", False)):
        with surveyed(with_decision(files, what)) as seen:
            assert bool(list(Keeping(seen).asked("unify_memo", step))) == left
            assert not list(Keeping(seen).asked("unify_memo", {**step, "all": False}))


def test_a_draft_of_what_is_protected_is_one_comment_with_the_decision() -> None:
    steps = [
        Drafted(codemod="merge_duplicates", keys={"members": ["shop.bills:total", "shop.taxes:total"]}, title="One"),
        Drafted(codemod="rename_symbol", keys={"target": "shop.taxes:total", "to": "x"}, title="Two"),
        Drafted(codemod="merge_packages", keys={"classes": [{"target": "shop.taxes:total"}]}, title="Three\n[[steps]]"),
    ]
    with surveyed(with_decision(COPIES, "shop.taxes.total")) as seen:
        text = migration_text("All", Keeping(seen).drafted(steps))
    assert text.count("[[steps]]") == 2 and text.count("\n[[steps]]") == 1
    why = "left out: shop.taxes.total is kept by decision 0007 (they stay apart): docs/decisions/0007-stay.md"
    assert f"# 1. One\n#    {why}\n" in text
    assert f"#    {why}\n" in text.partition("# 3.")[2]
    assert 'codemod = "rename_symbol"' in text and "merge_duplicates" not in text


def test_names_of_codemods_say_what_they_do() -> None:
    assert [act_of(one) for one in ("unify_class", "merge_packages", "move_module", "scaffold")] == [
        "unify", "unify", "move", "scaffold",
    ]  # fmt: skip


# Gates

CACHES = {
    "shop/__init__.py": "",
    "shop/prices.py": MEMO,
    "shop/rates.py": (
        "class RateCache:\n    def __init__(self):\n        self._found = {}\n\n"
        "    def get(self, name):\n        return self._found.get(name)\n\n"
        "    def put(self, name, rate):\n        self._found[name] = rate\n"
    ),
    "shop/app.py": "from shop.rates import RateCache\n\nRATES = RateCache()\n",
}


def told(said: Judgement) -> str:
    return "\n".join(one.what for one in said.evidence)


def test_a_cache_that_a_decision_keeps_is_told_and_counted_no_more() -> None:
    assert not judge("caches_consolidated", CACHES).met
    said = judge("caches_consolidated", with_decision(CACHES, "caches:shop.rates.RateCache"))
    assert said.met and "kept by decision 0007 (they stay apart)" in told(said)
    assert not judge("caches_consolidated", with_decision(CACHES, "caches:shop.other.*")).met
    # That a module holds something that is kept does not keep the rest of it.
    assert not judge("caches_consolidated", with_decision(CACHES, "shop.rates.RateCache.get")).met


def test_a_cache_that_a_decision_keeps_may_be_imported() -> None:
    campaign = (
        '[inventory]\ncache_class = ["shop.rates.RateCache", "shop.old.OldCache"]\n\n[phases.caches]\nnumber = 1\n'
        'title = "Caches"\n\n[phases.caches.criteria.no_legacy_cache]\n'
    )
    files = {
        **CACHES, "overhaul-campaign.toml": campaign,
        "shop/old.py": CACHES["shop/rates.py"].replace("RateCache", "OldCache"),
    }  # fmt: skip
    assert not judge("no_legacy_cache", files).met
    said = judge("no_legacy_cache", with_decision(files, "shop.rates.RateCache"))
    assert said.met and "RateCache may be imported: kept by decision 0007" in told(said)
    used = {**files, "shop/more.py": "from shop.old import OldCache\n\nOLD = OldCache()\n"}
    assert not judge("no_legacy_cache", with_decision(used, "shop.gone.Cache")).met


def test_the_gate_of_the_machines_cites_the_decision() -> None:
    files = {**MACHINES, "overhaul-campaign.toml": (
        "[baseline]\nstate_machines = 1\n\n[phases.state]\nnumber = 1\ntitle = 'State'\n\n"
        "[phases.state.criteria.machines_separate]\n"
    )}  # fmt: skip
    said = judge("machines_separate", files)
    assert said.met and "decision" not in told(said)
    said = judge("machines_separate", with_decision(files, "state_machines:*"))
    assert said.met and "Order.state: kept by decision 0007 (they stay apart)" in told(said)


def test_a_duplicate_of_what_a_decision_keeps_is_told_and_counted_no_more() -> None:
    long = "def total(values):\n" + "".join(
        f"    value_{n} = sum(values) + {n} * len(values)\n    print(value_{n}, values)\n" for n in range(12)
    ) + "    return values\n"  # fmt: skip
    files = {"shop/__init__.py": "", "shop/bills.py": long, "shop/taxes.py": long}
    assert not judge("no_unjustified_duplicate", files).met
    for what in ("shop.bills.total", "shop.taxes.total", "duplicates:*"):
        said = judge("no_unjustified_duplicate", with_decision(files, what))
        assert said.met and "kept by decision 0007" in told(said)
    assert not judge("no_unjustified_duplicate", with_decision(files, "shop.taxes.other")).met


def test_a_plan_has_no_item_for_what_a_decision_keeps() -> None:
    def items(files: Files, phase: str) -> list[str]:
        with surveyed(files) as seen:
            return [one.sites[0].name for one in sketches(Project(seen), phase)]

    assert "shop.rates.RateCache" in items(CACHES, "caches")
    left = items(with_decision(CACHES, "shop.rates.RateCache"), "caches")
    assert "shop.rates.RateCache" not in left and len(left) == len(items(CACHES, "caches")) - 1
    assert items(with_decision(CACHES, "shop.rates.RateCache", must_not=("move",)), "caches") == items(CACHES, "caches")
