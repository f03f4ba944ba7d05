"""A reader that has seen enough is no finding."""

import subprocess
import sys
from pathlib import Path


def test_a_reader_that_goes_away_ends_a_command_with_its_own_exit_code(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("".join(f"def f{number}():\n    return {number}\n" for number in range(9000)))
    words = [sys.executable, "-m", "overhaul", "query", "SELECT * FROM functions", str(tmp_path), "--no-store"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 141, told
    assert "Traceback" not in told
