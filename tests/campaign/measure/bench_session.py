"""How long a session takes, in processes of its own: `PYTHONPATH=src:measure python measure/bench_session.py -o OUT`."""

import pyperf

from session import timed

runner = pyperf.Runner(processes=10, values=3, warmups=1, loops=4)
runner.bench_time_func("session", timed)
