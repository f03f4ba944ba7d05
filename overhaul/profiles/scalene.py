"""What scalene writes: the share of each line of the project's own code, library calls included."""

from __future__ import annotations

import msgspec

from overhaul.profiles.model import NOWHERE, Frame, Profile, Tree, Wrong, weight

NOTE = "scalene books what a library does to the line that called it: components are told by the text of that line"


class _Line(msgspec.Struct):
    lineno: int
    line: str = ""
    n_cpu_percent_python: float = 0.0
    n_cpu_percent_c: float = 0.0
    n_sys_percent: float = 0.0
    cpu_samples_list: list[float] | None = None


class _Function(msgspec.Struct):
    line: str
    """Its name."""
    lineno: int


class _File(msgspec.Struct):
    lines: list[_Line]
    functions: list[_Function] = []


class _Scalene(msgspec.Struct):
    files: dict[str, _File]
    elapsed_time_sec: float


def read_scalene(data: bytes, file: str) -> Profile:
    """The profile in the bytes of scalene's JSON. Raises Wrong, and what msgspec raises."""
    found = msgspec.json.decode(data, type=_Scalene)
    weight(found.elapsed_time_sec, "the time of the program")
    tree = Tree()
    samples: int | None = 0
    for path, one in sorted(found.files.items()):
        starts = sorted((function.lineno, function.line) for function in one.functions)
        for line in one.lines:
            spent = sum(
                weight(part, "a percentage")
                for part in (line.n_cpu_percent_python, line.n_cpu_percent_c, line.n_sys_percent)
            )
            if not spent:
                continue
            inside = [name for start, name in starts if start <= line.lineno]
            frame = Frame(path, inside[-1] if inside else "<module>", line.lineno, exact=True, text=line.line.strip())
            tree.add(tree.node(NOWHERE, tree.frame(frame)), spent / 100 * found.elapsed_time_sec)
            if line.cpu_samples_list is None or samples is None:
                samples = None
            else:
                samples += len(line.cpu_samples_list)
    if not tree.total():
        raise Wrong("no line has taken any time")
    return Profile(
        file=file, format="scalene", kind="sampled", samples=samples or None,
        # Lines that have taken next to nothing are left out of the file, and are part of the whole.
        total=max(tree.total(), found.elapsed_time_sec), frames=tree.frames(), nodes=tree.nodes(), notes=(NOTE,),
    )  # fmt: skip
