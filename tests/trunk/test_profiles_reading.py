"""Files of profilers and benchmark tools: each is known by what is in it, and a wrong one is one clear line."""

import json
import marshal
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from overhaul.errors import UsageError
from overhaul.profiles.model import Profile
from overhaul.profiles.reading import read_profile, read_profiles

OUTPUTS = Path(__file__).resolve().parents[2] / "fixtures" / "profiles" / "outputs"
Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a text into a file."""

    def put(text: str | bytes) -> Path:
        file = tmp_path / "profile"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return put


def functions(profile: Profile) -> set[str]:
    return {frame.function.rpartition(".")[2] for frame in profile.frames}


@pytest.mark.parametrize(
    ("name", "form", "kind"),
    [
        ("cprofile-1.prof", "cprofile", "traced"),
        ("pyinstrument.json", "pyinstrument", "sampled"),
        ("pyinstrument.speedscope.json", "speedscope", "sampled"),
        ("py-spy.speedscope.json", "speedscope", "sampled"),
        ("py-spy.txt", "collapsed", "sampled"),
        ("scalene.json", "scalene", "sampled"),
        ("instrumentor.json", "instrumentor", "measured"),
        ("instrumentor.csv", "instrumentor", "measured"),
        ("instrumentor-cycles.csv", "instrumentor", "measured"),
        ("pytest-benchmark-1.json", "pytest-benchmark", "benchmarks"),
        ("pyperf.json", "pyperf", "benchmarks"),
    ],
)
def test_what_a_tool_has_written_is_known_whatever_it_is_called(
    name: str, form: str, kind: str, tmp_path: Path
) -> None:
    renamed = tmp_path / "measurement"
    renamed.write_bytes((OUTPUTS / name).read_bytes())
    profile = read_profile(renamed)
    assert (profile.format, profile.kind) == (form, kind)
    assert profile.digest.startswith("sha256:")
    if profile.frames:
        assert {"run", "evaluate"} & functions(profile)
        assert profile.total > 0
        assert sum(node.own for node in profile.nodes) + sum(profile.own) <= profile.total * 1.0001
        assert all(node.parent < index for index, node in enumerate(profile.nodes)), "callers stand before callees"


def test_all_of_a_traced_profile_adds_up_to_what_pstats_says() -> None:
    data = (OUTPUTS / "cprofile-1.prof").read_bytes()
    table = marshal.loads(data)
    profile = read_profile(OUTPUTS / "cprofile-1.prof")
    assert profile.total == pytest.approx(sum(entry[2] for entry in table.values()))
    assert len(profile.edges) == sum(len(entry[4]) for entry in table.values())
    row = next(frame for frame in profile.frames if frame.function == "writer.writerow")
    assert row.module == "_csv" and not row.file


def test_time_that_pyinstrument_calls_self_is_that_of_the_function(write: Write) -> None:
    child = {"function": "[self]", "file_path": "", "line_no": 0, "time": 0.25}
    root: dict[str, object] = {"function": "f", "file_path": "a.py", "line_no": 3, "time": 1.0, "children": [child]}
    profile = read_profile(write(json.dumps({"root_frame": root, "sample_count": 10, "duration": 1.0})))
    assert [(profile.frames[node.frame].function, node.own) for node in profile.nodes] == [("f", 1.0)]


def test_threads_of_a_speedscope_file_add_up_and_stacks_that_are_equal_are_one(write: Write) -> None:
    thread = {"type": "sampled", "unit": "milliseconds", "samples": [[0, 1], [0, 1], [0]], "weights": [5, 5, 10]}
    shared = {"frames": [{"name": "f", "file": "a.py", "line": 1}, {"name": "g", "file": "a.py", "line": 9}]}
    profile = read_profile(write(json.dumps({"shared": shared, "profiles": [thread, thread]})))
    assert profile.total == pytest.approx(0.04) and profile.samples == 6
    assert [(node.frame, node.parent, round(node.own, 3)) for node in profile.nodes] == [(0, -1, 0.02), (1, 0, 0.02)]


def test_events_of_a_speedscope_file_are_the_time_between_them(write: Write) -> None:
    events = [("O", 0, 0), ("O", 1, 1), ("C", 4, 1), ("C", 6, 0)]
    told = [{"type": kind, "at": at, "frame": frame} for kind, at, frame in events]
    one = {"type": "evented", "unit": "seconds", "startValue": 0, "endValue": 6, "events": told}
    document = {"shared": {"frames": [{"name": "f"}, {"name": "g"}]}, "profiles": [one]}
    profile = read_profile(write(json.dumps(document)))
    assert [node.own for node in profile.nodes] == [3.0, 3.0]
    told[2]["frame"] = 0
    with pytest.raises(UsageError, match="frame 0 is closed where it is not the innermost"):
        read_profile(write(json.dumps(document)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no profile that is known"),
        ("print(1)\n", "is no profile that is known"),
        ("name,price\n1,2\n", "is no profile that is known"),
        ('{"tables": {}}', "is no profile that is known"),
        ("[1, 2]", "is no profile that is known"),
        ('{"root_frame": {"function": 1}, "sample_count": 3, "duration": 1}', "JSON of pyinstrument, which cannot be"),
        ('{"root_frame": null, "sample_count": 0, "duration": 1}', "has taken no sample"),
        ('{"shared": {"frames": []}, "profiles": []}', "holds no time"),
        (
            '{"shared": {"frames": []}, "profiles": '
            '[{"type": "sampled", "unit": "seconds", "samples": [[3]], "weights": [1]}]}',
            "frame 3 is not among the 0",
        ),
        (
            '{"shared": {"frames": [{"name": "f"}]}, "profiles": '
            '[{"type": "sampled", "unit": "seconds", "samples": [[0]], "weights": [-1]}]}',
            "a weight is -1",
        ),
        ("f;g 3\nf;g\n", "line 2 is no stack"),
        ("f;g 0\n", "holds no sample"),
        ("name,count,total,min,mean,max,p50,p95,p99,own,share,failures\nx,1,nan,0,0,0,0,0,0,1,1,0\n", "total is nan"),
        ("name,count,total,min,mean,max,p50,p95,p99,own,share,failures\nx,1,a,0,0,0,0,0,0,1,1,0\n", "is no number"),
        (
            '{"shared": {"frames": [{"name": "f"}]}, "profiles": '
            '[{"type": "sampled", "unit": "bytes", "samples": [[0]], "weights": [1]}]}',
            "of memory, not of time",
        ),
        ('{"benchmarks": [], "machine_info": {}}', "holds no benchmark"),
        ('{"benchmarks": [{"runs": []}], "version": "1.0"}', "holds no benchmark"),
        (b"{0", "holds no function"),
        (b"{)\x03N", "a profile of cProfile, which cannot be read"),
        ('{"root_frame":' + '{"children":[' * 3000, "nested too deep|is no profile"),
    ],
)
def test_a_wrong_file_is_one_line_with_a_remedy(text: str | bytes, why: str, write: Write) -> None:
    with pytest.raises(UsageError, match=why) as error:
        read_profile(write(text))
    assert "\n" not in str(error.value)


def test_a_missing_file_a_folder_and_one_given_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_profile(tmp_path / "none.prof")
    with pytest.raises(UsageError, match="Is a directory"):
        read_profile(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(UsageError, match="is no regular file"):
            read_profile(tmp_path / "pipe")
    first, second = OUTPUTS / "py-spy.txt", tmp_path / "copy.txt"
    second.write_bytes(first.read_bytes())
    with pytest.raises(UsageError, match="is the same measurement as"):
        read_profiles([first, second])


def test_a_message_cannot_move_a_cursor(write: Write) -> None:
    with pytest.raises(UsageError) as error:
        read_profile(write('{"root_frame": {"function": "\\u001b[31m", "time": {}}, "sample_count": 1, "duration": 1}'))
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize("name", sorted(file.name for file in OUTPUTS.iterdir() if file.suffix != ".prof"))
def test_damage_is_told_and_never_more_than_that(name: str, write: Write) -> None:
    data = (OUTPUTS / name).read_bytes()
    chance = random.Random(11)
    pieces = [b"null", b"-1", b"1e999", b'"', b"{", b"]", b"99999999999999999999", b"NaN", b"\xff", b"\0", b"0"]
    told = 0
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(min(len(damaged), 4000))
            damaged[at : at + chance.randrange(6)] = chance.choice(pieces)
        try:
            profile = read_profile(write(bytes(damaged)))
        except UsageError as error:
            told += 1
            assert "\n" not in str(error)
        else:
            assert profile.total < float("inf") and all(node.own >= 0 for node in profile.nodes)
    assert told
