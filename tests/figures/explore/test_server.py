"""The server as a browser meets it: answers, refusals, and who may ask at all."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlencode

import numpy as np
import pytest

from figures.explore import server
from simulate.replicates import replicates
from tests.support.program.command_line import run
from theory import InputError, Params

SMALL = {"N": 60, "C": 3, "D": 200, "sigma_z": 1, "sigma_c": 1, "sigma_E": 0.7}


def answer(
    port: int, path: str, query: dict | None = None, **headers: str
) -> tuple[int, str, dict]:
    """Status, text and headers, the path as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path + (f"?{urlencode(query)}" if query else ""), headers=named)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text, dict(reply.getheaders())


def told(port: int, path: str, query: dict | None = None) -> dict:
    status, text, _ = answer(port, path, query)
    assert status == 200, text
    return json.loads(text)


def test_the_spectrum_is_what_predict_prints(served):
    options = [
        x for name, value in SMALL.items() for x in (f"--{name.replace('_', '-')}", str(value))
    ]
    printed = json.loads(run("predict", *options, "--json").stdout)
    del printed["provenance"]
    assert told(served, "/spectrum", SMALL)["numbers"] == printed


@pytest.mark.parametrize("path", ["/phase", "/energies", "/shares", "/zone", "/about"])
def test_every_panel_is_answered_with_numbers_that_json_has(served, path):
    status, text, _ = answer(served, path, SMALL | {"d": 20})
    assert status == 200, text
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in {path}"))


def test_a_schedule_and_the_record_are_answered(served):
    curves = {"zs": "0.5,3,8", "cs": "1,2,2", "Es": "0.7,1.4,1.4"}
    assert len(told(served, "/along", SMALL | curves)["mean"]) == 3
    assert told(served, "/about")["record"]["epochs"] == [0, 1]
    assert told(served, "/record", {"epoch": 1, "level": "FG"})["epoch"] == 1


def test_draws_come_a_line_each_and_are_the_replicates(served):
    status, text, headers = answer(served, "/samples", SMALL | {"count": 3, "seed": 2})
    assert (status, headers["Content-Type"]) == (200, "application/x-ndjson")
    drawn = [json.loads(line)["eigenvalues"] for line in text.splitlines()]
    expected = replicates(Params(**SMALL), seed=2, replicates=3)
    assert np.array_equal(drawn, expected.eigenvalues)


@pytest.mark.parametrize(
    ("path", "changed", "message"),
    [
        ("/spectrum", {"C": 1}, "C must be at least 2, got 1"),
        ("/spectrum", {"N": "a"}, "N must be an integer, got 'a'"),
        ("/samples", {"count": 999}, "count must be from 1 to 200, got 999"),
        ("/zone", {"d": 10**6}, "d must be at most D = 200, got 1000000"),
        ("/along", {}, "zs must be given"),
        ("/record", {"epoch": 9, "level": "FG"}, "epoch must be from 0 to 1, got 9"),
    ],
)
def test_bad_input_is_told_in_a_line(served, path, changed, message):
    status, text, _ = answer(served, path, SMALL | changed)
    assert (status, json.loads(text)) == (400, {"error": message})


@pytest.mark.parametrize("path", ["/", "/style.css", "/spectrum", "/samples", "/about"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    ],
    ids=lambda headers: " ".join(map(str, headers.values())),
)
def test_other_sites_are_refused(served, path, headers):
    named = {name: value.format(port=served) for name, value in headers.items()}
    status, text, _ = answer(served, path, SMALL, **named)
    assert status == 403
    assert set(json.loads(text)) == {"error"}


def test_its_own_page_and_a_link_to_it_are_served(served):
    own = {"Origin": f"http://127.0.0.1:{served}", "Sec_Fetch_Site": "same-origin"}
    assert answer(served, "/spectrum", SMALL, **own)[0] == 200
    assert answer(served, "/", None, Host=f"localhost:{served}")[0] == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    status, page, headers = answer(served, "/", SMALL, **link)
    assert status == 200
    assert page.startswith("<!DOCTYPE html>")
    assert "default-src 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/../server.py", "/%2e%2e/server.py", "//etc/passwd", "/none"])
def test_only_the_page_is_served(served, path):
    assert answer(served, path)[0] in (403, 404)


def test_nothing_of_the_page_names_another_machine():
    files = [path for path in server.PAGE.rglob("*") if path.is_file()]
    assert any(path.parent != server.PAGE for path in files)
    for file in files:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name


def test_a_port_that_is_taken_is_told(served):
    with pytest.raises(InputError, match=f"port must be free, got {served}"):
        server.listening(port=served)
    done = run("explore", "--no-browser", "--port", "70000")
    assert done.returncode == 2
    assert "got 70000" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_other_addresses_of_this_machine_do_not_answer(served):
    with socket.socket() as probe:
        probe.settimeout(5)
        with pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.2", served))


def test_the_command_prints_its_address_and_ends_with_an_interrupt(measured):
    command = [sys.executable, "-m", "figures", "explore", str(measured), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            assert answer(int(address.split(":")[-1].strip("/")), "/style.css")[0] == 200
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert error.splitlines()[-1] == "stopped"


def test_a_record_that_is_not_there_is_told():
    done = run("explore", "none.nc", "--no-browser")
    assert (done.returncode, "none.nc" in done.stderr) == (2, True)
