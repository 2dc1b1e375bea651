"""The page's server: on this machine alone, for this machine's browser alone."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado import httpserver, web

from figures import failures
from figures.explore import controls, curves, question, samples, spectrum
from figures.explore.recorded import Recorded
from theory import InputError, checks

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")  # by which a browser on this machine may call it
PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
DIMENSION, DEGREE = 50, 3  # of the cut and of the network, where the page does not say

Query = dict[str, str]


def answers(recorded: Recorded | None) -> dict[str, Callable[[Query], Any]]:
    """What the page asks for by name, and the function that answers."""
    whole = question.whole_number

    def zone(query: Query) -> Any:
        asked = question.read(query)
        d = whole(query, "d") or min(DIMENSION, asked.params.D)
        return curves.zone(asked, d=d, degree=whole(query, "degree") or DEGREE)

    def along(query: Query) -> Any:
        lengths = {f"sigma_{name}": question.numbers(query, f"{name}s") for name in "zcE"}
        return curves.along(question.read(query), **lengths)

    def point(query: Query) -> Any:
        if recorded is None:
            raise InputError("there is no record: start with fort-ganguli explore measured.nc")
        return recorded.point(whole(query, "epoch") or 0, query.get("level", ""))

    return {
        "about": lambda _: controls.about() | {"record": recorded and recorded.about()},
        "spectrum": lambda query: spectrum.spectrum(question.read(query)),
        "phase": lambda query: curves.phase(question.read(query)),
        "energies": lambda query: curves.energies(question.read(query)),
        "zone": zone,
        "along": along,
        "shares": lambda query: curves.shares(question.read(query)),
        "record": point,
    }


def listening(
    recorded: Recorded | None = None, *, port: int = 0
) -> tuple[httpserver.HTTPServer, int]:
    """A server that listens on this machine, and its port; to be made in a running event loop.

    Parameters
    ----------
    recorded
        What a network was measured to have, to be shown beside the model.
    port
        A free one where it is 0.

    Raises
    ------
    InputError
        If the port is taken or out of its bounds.
    """
    checks.integer("port", port, low=0, high=65535)
    try:
        own = socket.create_server((ADDRESS, port))
    except OSError as error:
        raise InputError(f"port must be free, got {port}: {error.strerror}") from None
    own.setblocking(False)
    port = own.getsockname()[1]
    shared = {
        "answers": answers(recorded),
        "port": port,
        "previews": ThreadPoolExecutor(1, "preview"),
        "workers": ThreadPoolExecutor(2, "answer"),
        "drawers": ThreadPoolExecutor(1, "draw"),
    }
    files = {"path": str(PAGE), "default_filename": "index.html"}
    rules = [
        (r"/(about|spectrum|phase|energies|zone|along|shares|record)", _Answer, {"shared": shared}),
        (r"/samples", _Samples, {"shared": shared}),
        (r"/(.*)", _File, files | {"shared": shared}),
    ]
    server = httpserver.HTTPServer(web.Application(rules, log_function=lambda _: None))
    server.add_socket(own)
    return server, port


class _Guarded(web.RequestHandler):
    """Answers this machine's browser alone: a page of another site is refused."""

    shared: dict[str, Any]
    left = False

    def on_connection_close(self) -> None:
        """No one listens any more."""
        self.left = True

    def prepare(self) -> None:
        """Refuse another host's name (rebinding) and another site's origin."""
        own = {f"{name}:{self.shared['port']}" for name in NAMES}
        origin = self.request.headers.get("Origin")
        site = self.request.headers.get("Sec-Fetch-Site", "none")
        if self.request.host not in own:
            self.refuse(403, f"host must be {ADDRESS}, got {self.request.host}")
        elif origin is not None and urlsplit(origin).netloc not in own:
            self.refuse(403, f"origin must be this page, got {origin}")
        elif site not in ("none", "same-origin"):
            navigates = self.request.headers.get("Sec-Fetch-Mode") == "navigate"
            if not (navigates and self.request.path == "/"):
                self.refuse(403, f"another site must not ask, got one that is {site}")

    def refuse(self, status: int, message: str) -> None:
        """Answer with an error in one line, and end."""
        self.set_status(status)
        self.finish({"error": message})

    def set_default_headers(self) -> None:
        """What keeps the page to itself."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def fail(self, error: Exception) -> None:
        """Tell what stopped an answer, in the words of the command line."""
        message = failures.failure(error).message
        self.refuse(400 if isinstance(error, InputError) else 422, message.removeprefix("error: "))


class _Answer(_Guarded):
    def initialize(self, shared: dict[str, Any]) -> None:
        self.shared = shared

    async def get(self, name: str) -> None:
        answer, query = self.shared["answers"][name], query_of(self)
        workers = self.shared["previews" if query.get("preview") else "workers"]
        try:
            told = await asyncio.get_running_loop().run_in_executor(
                workers, lambda: None if self.left else answer(query)
            )
        except Exception as error:
            self.fail(error)
            return
        if not self.left:
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps(told))


class _Samples(_Guarded):
    """Draws, a line of JSON each, until there are enough or no one listens."""

    def initialize(self, shared: dict[str, Any]) -> None:
        self.shared = shared

    async def get(self) -> None:
        query = query_of(self)
        loop = asyncio.get_running_loop()

        def within(step: Callable[..., Any], *given: Any) -> Awaitable[Any]:
            return loop.run_in_executor(self.shared["drawers"], step, *given)

        try:
            found: Iterator[dict[str, Any]] = samples.draws(
                question.read(query),
                count=question.whole_number(query, "count", 1) or 1,
                seed=question.whole_number(query, "seed", 0) or 0,
            )
            self.set_header("Content-Type", "application/x-ndjson")
            while not self.left and (draw := await within(next, found, None)) is not None:
                self.write(json.dumps(draw) + "\n")
                await self.flush()
        except Exception as error:
            if self._headers_written:
                self.finish(json.dumps({"error": failures.failure(error).message}) + "\n")
            else:
                self.fail(error)
            return
        if not self.left:
            self.finish()


class _File(_Guarded, web.StaticFileHandler):
    def initialize(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, path: str, default_filename: str, *, shared: dict[str, Any]
    ) -> None:
        super().initialize(path, default_filename)
        self.shared = shared

    def set_extra_headers(self, path: str) -> None:
        """The page is that of the running program, never an older one's."""
        self.set_header("Cache-Control", "no-store")


def query_of(handler: web.RequestHandler) -> Query:
    """The query by name; of a name that is there twice the last."""
    return {name: handler.get_query_argument(name) for name in handler.request.query_arguments}
