"""Where a session spends its time: `PYTHONPATH=src:measure python measure/profile_session.py OUT`, in the project.

The first session is not measured: it imports what is imported late. Paths are written as they are below the project and
below the interpreter's libraries, so that the file says nothing about the machine.
"""

import cProfile
import marshal
import os
import pstats
import sys
import sysconfig
import time
from pathlib import Path

from session import session

LIBRARIES = f"{sysconfig.get_path('stdlib')}{os.sep}"
HERE = f"{Path.cwd()}{os.sep}"


def place(function: tuple[str, int, str]) -> tuple[str, int, str]:
    """A function, where everybody has it."""
    path, line, name = function
    return path.replace(HERE, "").replace(LIBRARIES, "/usr/lib/python3/"), line, name


session()()
profile = cProfile.Profile(time.process_time)
profile.runcall(session())
found = {
    place(function): (*figures, {place(caller): times for caller, times in callers.items()})
    for function, (*figures, callers) in pstats.Stats(profile).stats.items()
}
Path(sys.argv[1]).write_bytes(marshal.dumps(found))
