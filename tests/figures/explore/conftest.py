"""A measured network, and the page's server as a browser meets it."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from figures import cli
from figures.explore import server
from figures.explore.recorded import Recorded

TINY = ["--hidden", "4", "--epochs", "0", "1", "--batch-size", "20", "--examples", "40"]


@pytest.fixture(scope="session")
def measured(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("measured")
    rng = np.random.default_rng(0)
    targets = np.arange(200) % 3
    inputs = rng.standard_normal((200, 6)) + np.eye(3, 6)[targets]
    np.savez(place / "mine.npz", inputs=inputs, targets=targets)
    asked = ["measure", "--data", str(place / "mine.npz"), *TINY, "--held-out", "60"]
    groups = ["--observe", "logits", "spectrum", "model", "noise"]
    assert cli.main([*asked, *groups, "--activation", "tanh", "--out", str(place / "out")]) == 0
    return place / "out" / "measured.nc"


@pytest.fixture(scope="session")
def served(measured):
    """The port of a server in a thread of its own."""
    loop, port = asyncio.new_event_loop(), []

    def run() -> None:
        asyncio.set_event_loop(loop)
        port.append(loop.run_until_complete(_listening(measured)))
        started.set()
        loop.run_forever()

    started = threading.Event()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(60)
    yield port[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


async def _listening(measured: Path) -> int:
    return server.listening(Recorded(measured))[1]
