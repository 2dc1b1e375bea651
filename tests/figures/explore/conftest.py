"""A measured network, and the page's server as a browser meets it."""

import asyncio
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from figures import cli
from figures.explore import server
from figures.explore.recorded import Recorded
from tests.support.program.in_browser import PATIENCE, settle

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
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


@pytest.fixture(scope="module")
def address(measured):
    """Of a server in a process of its own."""
    command = [sys.executable, "-m", "figures", "explore", str(measured), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="module")
def chromium():
    selenium = pytest.importorskip("selenium", reason="selenium is not installed")
    if not (CHROMIUM and DRIVER):
        pytest.skip("there is no chromium with its chromedriver")
    from selenium import webdriver  # pyright: ignore[reportMissingImports]
    from selenium.webdriver.chrome.service import Service  # pyright: ignore[reportMissingImports]

    assert selenium
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1280,900"):
        options.add_argument(f"--{switch}")
    options.add_argument("--disable-background-networking")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(PATIENCE)
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium, address):
    chromium.get("about:blank")
    chromium.get_log("browser")
    chromium.get(address)
    settle(chromium)
    return chromium
