"""Graphs in layers: nothing overlaps, every line ends at its boxes, and the same graph gives the same picture."""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.drawing.figure import Figure, Thing, Tie, cut, graph, width
from overhaul.drawing.layered import Layout, Link, Node, layered
from overhaul.drawing.machines import diagram
from overhaul.drawing.ordering import arranged, crossings, pooled
from overhaul.drawing.rings import drawn
from overhaul.drawing.wiring import between, packages, plan
from overhaul.facts import Cut, Cycle, Import, ImportKind
from overhaul.inventory import BuildStep, Manager, StateMachine, Transition, Wire

Box = tuple[float, float, float, float]


@st.composite
def graphs(draw: st.DrawFn, tiers: bool = False) -> tuple[list[Node], list[Link]]:
    count = draw(st.integers(1, 9))
    names = [f"n{number}" for number in range(count)]
    nodes = [
        Node(
            name, draw(st.integers(14, 200)), draw(st.sampled_from([14, 26, 40])),
            draw(st.sampled_from([0, 0, 60])), draw(st.integers(0, 3)) if tiers else None,
        )
        for name in names
    ]  # fmt: skip
    if tiers:
        used = sorted({node.layer for node in nodes if node.layer is not None})
        nodes = [Node(node.name, node.width, node.height, 0, used.index(node.layer or 0)) for node in nodes]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=18, unique=True))
    links = [
        Link(one, other, (draw(st.sampled_from([0, 30, 150])), 14) if one != other and not tiers else (0, 0),
             draw(st.booleans()))
        for one, other in pairs
    ]  # fmt: skip
    return nodes, links


def boxes(nodes: Sequence[Node], laid: Layout) -> dict[str, Box]:
    return {
        node.name: (spot.x, spot.y, spot.x + node.width, spot.y + node.height)
        for node in nodes for spot in (laid.nodes[node.name],)
    }  # fmt: skip


def labels(links: Sequence[Link], laid: Layout) -> list[Box]:
    return [
        (route.label.x, route.label.y, route.label.x + link.label[0], route.label.y + link.label[1])
        for link, route in zip(links, laid.routes, strict=True)
        if route.label is not None
    ]


def overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2] - 0.01 and other[0] < one[2] - 0.01 and one[1] < other[3] - 0.01 and other[1] < one[3] - 0.01
    )


@settings(max_examples=80, deadline=None)
@given(graphs(), st.booleans())
def test_no_two_boxes_or_labels_overlap(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    nodes, links = drawn
    laid = layered(nodes, links, columns=columns)
    everything = [*boxes(nodes, laid).values(), *labels(links, laid)]
    assert not [pair for pair in combinations(everything, 2) if overlap(*pair)]


@settings(max_examples=80, deadline=None)
@given(st.one_of(graphs(), graphs(tiers=True)), st.booleans())
def test_everything_stands_inside_the_picture(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    nodes, links = drawn
    laid = layered(nodes, links, columns=columns)
    corners = [*boxes(nodes, laid).values(), *labels(links, laid)]
    corners += [(x, y, x, y) for route in laid.routes for x, y in route.points]
    for left, top, right, bottom in corners:
        assert left >= -0.01 and top >= -0.01
        assert right <= laid.width + 0.01 and bottom <= laid.height + 0.01


@settings(max_examples=80, deadline=None)
@given(st.one_of(graphs(), graphs(tiers=True)), st.booleans())
def test_every_line_ends_at_the_sides_of_its_boxes(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    nodes, links = drawn
    laid = layered(nodes, links, columns=columns)
    stand = boxes(nodes, laid)
    for link, route in zip(links, laid.routes, strict=True):
        if link.source == link.target:
            assert not route.points
            continue
        for name, (x, y) in ((link.source, route.points[0]), (link.target, route.points[-1])):
            left, top, right, bottom = stand[name]
            assert left - 0.01 <= x <= right + 0.01 and top - 0.01 <= y <= bottom + 0.01
            assert min(abs(x - left), abs(x - right)) < 0.01 if columns else min(abs(y - top), abs(y - bottom)) < 0.01


@settings(max_examples=80, deadline=None)
@given(st.one_of(graphs(), graphs(tiers=True)), st.booleans())
def test_no_line_goes_through_a_box(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    nodes, links = drawn
    laid = layered(nodes, links, columns=columns)
    stand = boxes(nodes, laid)
    for route in laid.routes:
        for number, (one, other) in enumerate(pairwise(route.points)):
            here = (min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))
            straight = here[1] == here[3] if columns else here[0] == here[2]
            if number % 2 or straight:
                assert not [name for name, box in stand.items() if overlap(here, box)], "a straight part"
            else:
                begin, end = (here[0], here[2]) if columns else (here[1], here[3])
                assert not [layer for layer in laid.layers if begin < layer[1] - 0.01 and layer[0] < end - 0.01], (
                    "a curve stays between two layers"
                )


@settings(max_examples=80, deadline=None)
@given(graphs(tiers=True), st.booleans())
def test_given_layers_are_kept(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    nodes, links = drawn
    laid = layered(nodes, links, columns=columns)
    place = {node.name: laid.nodes[node.name].x if columns else laid.nodes[node.name].y for node in nodes}
    for one, other in combinations(nodes, 2):
        assert (place[one.name] < place[other.name]) == ((one.layer or 0) < (other.layer or 0))
    assert not [pair for pair in combinations(boxes(nodes, laid).values(), 2) if overlap(*pair)]


@settings(max_examples=80, deadline=None)
@given(graphs(), st.booleans())
def test_the_same_graph_gives_the_same_picture(drawn: tuple[list[Node], list[Link]], columns: bool) -> None:
    assert layered(*drawn, columns=columns) == layered(*drawn, columns=columns)


def test_a_chain_is_a_straight_line_downwards() -> None:
    nodes = [Node(name, 60, 26) for name in "abc"]
    laid = layered(nodes, [Link("a", "b"), Link("b", "c")])
    assert len({spot.x for spot in laid.nodes.values()}) == 1
    assert laid.nodes["a"].y < laid.nodes["b"].y < laid.nodes["c"].y
    assert all(len({x for x, _ in route.points}) == 1 for route in laid.routes)


def test_what_goes_against_the_grain_is_drawn_upwards_and_the_rest_downwards() -> None:
    nodes = [Node(name, 60, 26) for name in "abc"]
    laid = layered(nodes, [Link("c", "a"), Link("a", "b", against=True), Link("b", "c")])
    down, up, other = laid.routes
    assert up.points[0][1] > up.points[-1][1], "the cut"
    assert down.points[0][1] < down.points[-1][1] and other.points[0][1] < other.points[-1][1]


def test_against_the_grain_is_not_enough_to_turn_what_closes_no_cycle_when_it_would_close_one() -> None:
    nodes = [Node(name, 60, 26) for name in "ab"]
    laid = layered(nodes, [Link("a", "b"), Link("a", "b", (40, 14), against=True)])
    assert all(route.points[0][1] < route.points[-1][1] for route in laid.routes)


def test_links_both_ways_between_two_boxes_are_two_lines() -> None:
    nodes = [Node(name, 60, 26) for name in "ab"]
    one, other = layered(nodes, [Link("a", "b"), Link("b", "a")]).routes
    assert not {x for x, _ in one.points} & {x for x, _ in other.points}


def test_layers_without_a_link_between_them_stand_apart_all_the_same() -> None:
    nodes = [Node("a", 50, 26, layer=0), Node("b", 50, 26, layer=0), Node("c", 50, 26, layer=1)]
    laid = layered(nodes, [Link("a", "b"), Link("b", "a")])
    assert laid.nodes["c"].y > laid.nodes["a"].y + 26


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(0.1, 8), st.floats(0, 90)), min_size=1, max_size=12))
def test_places_keep_their_order_and_distances(wanted: list[tuple[float, float, float]]) -> None:
    needs = [need for _, _, need in wanted[1:]]
    places = pooled([one for one, _, _ in wanted], [weight for _, weight, _ in wanted], needs)
    assert all(other - one >= need - 1e-6 for one, other, need in zip(places, places[1:], needs, strict=False))


def test_places_that_are_free_are_those_wanted_and_rivals_meet_in_the_middle() -> None:
    assert pooled([0.0, 50.0], [1.0, 1.0], [20.0]) == [0.0, 50.0]
    assert pooled([10.0, 10.0], [1.0, 1.0], [20.0]) == [0.0, 20.0]
    assert pooled([10.0, 10.0], [3.0, 1.0], [20.0]) == [5.0, 25.0], "by weight"


def test_crossed_pairs_are_uncrossed() -> None:
    edges = [(0, 3), (1, 2)]
    assert crossings([[0, 1], [2, 3]], {0: [3], 1: [2]}) == 1
    assert arranged([[0, 1], [2, 3]], edges) == [[0, 1], [3, 2]]


@settings(max_examples=80, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(6, 11)), max_size=20))
def test_an_arrangement_never_has_more_crossings_than_it_began_with(edges: set[tuple[int, int]]) -> None:
    rows = [list(range(6)), list(range(6, 12))]
    below = {a: [d for c, d in sorted(edges) if c == a] for a in range(6)}
    found = arranged(rows, sorted(edges))
    assert [sorted(row) for row in found] == rows
    assert crossings(found, below) <= crossings(rows, below)


# Figures


def texts(figure: Figure) -> list[str]:
    return [words.text for box in figure.boxes for words in box.words]


def test_wide_letters_have_the_room_they_take() -> None:
    assert width("状態") == 2 * width("ab")
    assert width("a\x00b") > width("ab"), "it is shown as an escape"


def test_a_text_that_is_cut_keeps_its_beginning_or_its_end() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcdef", 4, end=True) == "…def"
    assert cut("abcd", 4) == "abcd"


def test_rows_that_are_too_wide_become_columns() -> None:
    things = [Thing(name=f"n{number:02}", label=f"a rather long name {number}") for number in range(12)]
    ties = [Tie(source="n00", target=thing.name, title="") for thing in things[1:]]
    assert graph(things, ties, widest=400).width < graph(things, ties, columns=False).width
    assert graph(things[:2], ties[:1], widest=400) == graph(things[:2], ties[:1], columns=False)


def test_a_line_to_itself_is_a_loop_that_stays_in_the_picture() -> None:
    figure = graph([Thing(name="a", label="a")], [Tie(source="a", target="a", title="again", label="tick()")])
    (line,) = figure.lines
    assert line.words is not None and line.words.text == "tick()"
    assert float(line.words.x) + width("tick()", 6.7) <= figure.width
    for columns in (False, True):
        figure = graph([Thing(name="a", label="a")], [Tie(source="a", target="a", title="")], columns=columns)
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", figure.lines[0].path)]
        assert max(numbers[0::2]) <= figure.width and max(numbers[1::2]) <= figure.height


def test_the_bands_hold_the_boxes_of_their_layers() -> None:
    things = [Thing(name=name, label=name, layer=layer) for name, layer in (("a", 0), ("b", 1), ("c", 1))]
    figure = graph(things, [Tie(source="a", target="b", title="")], columns=False, bands={0: "tier 1", 1: "tier 0"})
    assert [band.words[0].text for band in figure.bands] == ["tier 1", "tier 0"]
    for box, band in zip(figure.boxes, (figure.bands[0], figure.bands[1], figure.bands[1]), strict=True):
        assert float(band.y) <= float(box.y)
        assert float(box.y) + float(box.height) <= float(band.y) + float(band.height)


# State machines


def machine(moves: Sequence[tuple[str | None, str]], initial: str | None = None, **fields: object) -> StateMachine:
    states = tuple(dict.fromkeys(one for move in moves for one in move if one is not None))
    transitions = tuple(
        Transition(source=one, target=other, line=3, guard=None, path="a.py", function=f"Order.to_{other}")
        for one, other in moves
    )
    given_: dict[str, object] = {
        "kind": "state_machine", "subkind": "enum", "name": "Order.state", "module": "a", "path": "a.py", "line": 1,
        "confidence": "high", "evidence": (), "states": states, "initial": initial, "final": (),
        "transitions": transitions, "enum": "", "table": "", "tests": (), "unknown_writes": (), "entered": states,
    }  # fmt: skip
    return StateMachine(**(given_ | fields))  # type: ignore[arg-type]


def test_a_machine_shows_where_it_begins_and_what_brings_each_move_about() -> None:
    found = diagram(machine([("new", "sent"), ("sent", "done")], initial="new", final=("done",)))
    assert found is not None and found.figure is not None
    assert texts(found.figure) == ["new", "sent", "done", "no way out"]
    assert [line.words.text for line in found.figure.lines if line.words] == ["to_sent()", "to_done()"]
    assert [line.title for line in found.figure.lines][-1] == "It begins as new"
    assert [box.mark for box in found.figure.boxes] == ["begin", "", "", "final"]


def test_a_state_that_nothing_enters_is_marked_unless_values_are_assigned_that_nobody_knows() -> None:
    moves: list[tuple[str | None, str]] = [("new", "sent"), ("lost", "new")]
    found = diagram(machine(moves, initial="new", entered=("sent", "new")))
    assert found is not None and found.unentered == ("lost",)
    restored = diagram(machine(moves, initial="new", entered=("sent", "new"), unknown_writes=(None,)))
    assert restored is not None and restored.unentered == ()


def test_moves_from_anywhere_start_at_one_box() -> None:
    found = diagram(machine([(None, "stopped"), (None, "failed"), ("stopped", "failed")]))
    assert found is not None and found.figure is not None and found.anywhere
    assert texts(found.figure).count("any state") == 1


def test_what_the_table_forbids_and_what_nobody_does_are_told_apart() -> None:
    def move(one: str, other: str) -> Transition:
        return Transition(source=one, target=other, line=1, guard=None, path="a.py", function="f")

    found = diagram(machine(
        [("a", "b"), ("b", "c")], allowed=(move("a", "b"), move("b", "c")), attempts=(move("a", "b"), move("a", "c"))
    ))  # fmt: skip
    assert found is not None and found.figure is not None
    marks = {line.title.split(":")[0]: line.mark for line in found.figure.lines}
    assert marks == {"a to b": "", "b to c": "later", "a to c": "cut"}


def test_a_machine_of_many_states_is_a_matrix_and_one_of_too_many_is_left_to_the_table() -> None:
    def chain(length: int) -> StateMachine:
        return machine([(f"s{number}", f"s{number + 1}") for number in range(length - 1)])

    small, large, huge = diagram(chain(25)), diagram(chain(26)), diagram(chain(61))
    assert small is not None and small.figure is not None and small.matrix is None
    assert large is not None and large.matrix is not None and large.figure is None
    assert [number for number, cell in enumerate(large.matrix.rows[3].cells) if cell] == [4]
    assert huge is None


# Cycles


def edge(importer: str, imported: str, kind: ImportKind = "module") -> Import:
    return Import(
        importer=importer, imported=imported, kind=kind, implicit=False, names=(), path=f"{importer}.py", line=1
    )


def cycle(modules: Sequence[str], cuts: Sequence[tuple[str, str]] = (), effect: str = "latent") -> Cycle:
    return Cycle(
        modules=tuple(modules), effect=effect, fails=(), witness=None,  # type: ignore[arg-type]
        cuts=tuple(Cut(importer=a, imported=b, line=1, way="defer", cost=2, names=()) for a, b in cuts),
        cost=2, exact=True, edges=1, fan_in=0, impact=1.0, module="", path="", line=1, confidence="high", evidence=(),
    )  # fmt: skip


def ring_of(names: Sequence[str], kind: ImportKind = "module") -> list[Import]:
    return [edge(one, other, kind) for one, other in pairwise([*names, names[0]])]


def test_the_cut_is_the_one_line_that_goes_upwards() -> None:
    names = ["p.a", "p.b", "p.c"]
    (shown,) = drawn(cycle(names, [("p.b", "p.c")]), ring_of(names))
    assert shown.figure is not None and shown.what == "whole" and shown.below == "p"
    assert texts(shown.figure) == ["a", "b", "c"]
    (cut_,) = [line for line in shown.figure.lines if line.mark == "cut"]
    assert cut_.title.startswith("p.b imports p.c") and cut_.words is not None and cut_.words.text == "cut: defer"


def test_of_a_large_ring_the_knots_are_drawn_that_hold_it_together_at_import_time() -> None:
    names = [f"p.q{number % 5}.m{number:02}" for number in range(60)]
    imports = [*ring_of(names, "deferred"), *ring_of(names[:3])]
    whole, knot = drawn(cycle(names, [(names[0], names[1])]), imports)
    assert (whole.what, whole.modules, knot.what, knot.modules) == ("packages", 60, "knot", 3)
    assert knot.figure is not None and len(knot.figure.boxes) == 3
    assert sum(line.mark == "cut" for line in knot.figure.lines) == 1


def test_a_small_ring_has_one_picture_though_it_has_a_knot() -> None:
    names = [f"p.m{number}" for number in range(6)]
    assert len(list(drawn(cycle(names), [*ring_of(names, "deferred"), *ring_of(names[:2])]))) == 1


def test_a_thicket_is_a_matrix_in_which_the_cuts_stand_above_the_diagonal() -> None:
    names = [f"p.m{number:02}" for number in range(20)]
    imports = [edge(one, other) for one, other in combinations(names, 2)] + [edge(names[-1], names[0])]
    shown = next(drawn(cycle(names, [(names[-1], names[0])]), imports))
    assert shown.figure is None and shown.matrix is not None
    marked = [
        (row.label, shown.matrix.rows[column].label)
        for row in shown.matrix.rows for column, cell in enumerate(row.cells) if cell and "cut" in cell.mark
    ]  # fmt: skip
    assert marked == [("m19", "m00")] and shown.matrix.up == 1


def test_a_ring_of_packages_with_few_imports_is_a_graph_of_packages() -> None:
    names = [f"p.{package}.m{number:02}" for package in "abc" for number in range(20)]
    shown = next(drawn(cycle(names), ring_of(names)))
    assert shown.figure is not None and shown.what == "packages"
    assert texts(shown.figure) == ["a", "20 modules", "b", "20 modules", "c", "20 modules"]


# Wiring


def manager(name: str, module: str = "p.m", tier: int | None = 0) -> Manager:
    return Manager(
        kind="manager", subkind="concrete", name=name, module=module, path="m.py", line=1, confidence="high",
        evidence=(), purpose="", collaborators=(), constructed=(), life_cycle=(), interface=(), tier=tier,
        depends_on=(), bases=(),
    )  # fmt: skip


def wire(holder: str, held: str) -> Wire:
    return Wire(holder=holder, held=held, how="receives", attribute="x", module="p.m", path="m.py", line=2)


def step(component: str, order: int) -> BuildStep:
    return BuildStep(
        function="p.m.build", order=order, component=component, target="", needs=(), module="p.m", path="m.py", line=3
    )


def test_managers_stand_in_tiers_with_the_order_in_which_they_are_made() -> None:
    rows = [manager("App", tier=2), manager("Orders", tier=1), manager("Bus")]
    wires = [wire("p.m.App", "p.m.Orders"), wire("p.m.Orders", "p.m.Bus"), wire("p.m.App", "p.m.Bus")]
    steps = [step("p.m.Bus", 1), step("p.m.Orders", 2), step("p.m.App", 3)]
    found = plan(rows, wires, steps, {"p.m.Bus": "manager-1"})
    assert texts(found.figure) == ["1. Bus", "2. Orders", "3. App"] and found.order == "p.m.build"
    assert [band.title for band in found.figure.bands] == ["tier 2", "tier 1", "tier 0"]
    assert [line.mark for line in found.figure.lines] == ["leap", "", ""] and found.leaps == 1
    assert {box.link for box in found.figure.boxes} == {"manager-1", ""}


def test_a_function_that_makes_two_says_nothing_about_the_order() -> None:
    rows = [manager("App"), manager("Bus")]
    found = plan(rows, [wire("p.m.App", "p.m.Bus")], [step("p.m.Bus", 1), step("p.m.App", 2), step("p.m.Bus", 3)], {})
    assert found.order == "" and texts(found.figure) == ["App", "Bus"]


def test_managers_that_hold_each_other_are_marked_and_those_above_them_have_no_tier() -> None:
    rows = [manager("A", tier=None), manager("B", tier=None), manager("C"), manager("D", tier=None)]
    wires = [wire("p.m.A", "p.m.B"), wire("p.m.B", "p.m.A"), wire("p.m.B", "p.m.C"), wire("p.m.D", "p.m.A")]
    found = plan(rows, wires, [], {})
    assert found.ringed == 2
    assert [(box.title, box.mark) for box in found.figure.boxes] == [
        ("p.m.A: in a ring", "fails"), ("p.m.B: in a ring", "fails"), ("p.m.C: tier 0", ""),
        ("p.m.D: above a ring", ""),
    ]  # fmt: skip
    assert [(line.title[:9], line.mark) for line in found.figure.lines if line.mark == "cut"] == [
        ("A receive", "cut"), ("B receive", "cut")
    ]  # fmt: skip
    first, second, third, fourth = (float(box.y) for box in found.figure.boxes)
    assert first != second, "lines between boxes of one row would hide each other"
    assert third > max(first, second) and fourth < first
    assert [band.title for band in found.figure.bands][-3:] == ["in a ring", "in a ring", "tier 0"]


def test_a_row_is_called_after_those_in_it_that_have_a_tier() -> None:
    rows = [manager(name) for name in "ABCDE"]
    pairs = [("A", "B"), ("B", "A"), ("C", "D"), ("D", "E")]
    found = plan(rows, [wire(f"p.m.{one}", f"p.m.{other}") for one, other in pairs], [], {})
    assert [band.title for band in found.figure.bands] == ["tier 2", "tier 1", "tier 0"]


def test_many_managers_are_told_package_by_package() -> None:
    rows = [manager(f"M{number}", f"p.q{number % 4}.m") for number in range(80)]
    wires = [wire(f"p.q{a % 4}.m.M{a}", f"p.q{b % 4}.m.M{b}") for a, b in ((0, 4), (4, 8), (1, 5), (0, 1), (0, 2))]
    assert [(one.name, one.managers) for one in packages(rows, wires, [], {})] == [("p.q0", 20), ("p.q1", 20)]
    matrix = between(rows, wires)
    assert matrix is not None and {row.label for row in matrix.rows} == {"q0", "q1", "q2"}
    assert "q0 holds q1: 1 wire" in {cell.title for row in matrix.rows for cell in row.cells if cell}
    assert between(rows, wires[:3]) is None, "no wire leads out of a package"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30, unique=True))
def test_any_wiring_can_be_drawn(pairs: list[tuple[int, int]]) -> None:
    rows = [manager(f"M{number}") for number in range(13)]
    wires = [wire(f"p.m.M{a}", f"p.m.M{b}") for a, b in pairs if a != b]
    found = plan(rows, wires, [], {})
    assert len(found.figure.boxes) == 13 and len(found.figure.lines) == len(wires)


@pytest.mark.parametrize("effect", ["typing", "deferred", "latent"])
def test_knots_are_made_of_the_imports_by_which_the_cycle_has_its_effect(effect: str) -> None:
    names = [f"p.m{number:02}" for number in range(16)]
    imports = [*ring_of(names, "typing"), *ring_of(names[:5], "deferred"), *ring_of(names[:3])]
    found = [shown.modules for shown in drawn(cycle(names, effect=effect), imports)]
    assert found == {"typing": [16], "deferred": [16, 5], "latent": [16, 3]}[effect]
