"""One simulated session of tradeframe, as it is measured: set up without the clock, run under it."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tradeframe.app import TradingApp
from tradeframe.data.generator import generate_market

BARS = 60


def session() -> Callable[[], object]:
    """A session that is ready to be run."""
    app = TradingApp(Path(tempfile.mkdtemp(prefix="tradeframe-")), generate_market(BARS))
    app.initialize()
    return app.run


def timed(loops: int) -> float:
    """Seconds of the processor for some sessions; what else the machine does is not in it."""
    taken = 0.0
    for _ in range(loops):
        run = session()
        before = time.process_time()
        run()
        taken += time.process_time() - before
    return taken
