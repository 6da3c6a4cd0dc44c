"""The server: real HTTP/1.1 on 127.0.0.1, one port for everything and one port per service."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import gzip
import selectors
import socket
import struct
import threading
import time
import traceback
import urllib.parse
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.simulator import control, faults, further, geocoding, met_norway, nasa, nws, open_meteo, opentopodata
from tests.simulator.answer import Answer, Query, html
from tests.simulator.clock import Clock
from tests.simulator.faults import Fault, Faults
from tests.simulator.kinds import SERVICES
from tests.simulator.limits import Limits
from tests.simulator.record import Call, Record
from tests.simulator.weather import Weather

BY_PREFIX = {"open_meteo_historical_forecast": "historical", "open_meteo_satellite": "satellite"}
PREFIXES = {prefix: name for name, prefix in BY_PREFIX.items()} | {name: name for name in SERVICES}
DRIP_SECONDS = 0.2
_OPEN_METEO_PATHS = {
    "/v1/archive": "open_meteo_archive",
    "/v1/elevation": "open_meteo_elevation",
    "/v1/ensemble": "open_meteo_ensemble",
    "/v1/forecast": "open_meteo_forecast",
    "/v1/search": "open_meteo_geocoding",
}
GZIP_FROM = 600  # bytes; smaller bodies are not worth it


class WeatherServer:
    """A simulator of every weather service of etolib.

    Parameters
    ----------
    data : path, optional
        Folder to replay (see `tests.simulator.replay`). Without it the weather is simulated.
    today : datetime.date or str, optional
        Date taken as today, default ``ETOLIB_TODAY`` or the real date.
    port : int
        Port that answers for all services, 0 picks a free one. Each service has a port of its own besides.
    latency : float
        Pause before every answer. [s]
    fallback : {"simulated", "none"}
        What places outside ``data`` get.
    limits : bool
        Enforce the published rate limits (Open-Meteo's weighted windows, one call a second at OpenTopoData).
    seconds : callable
        Clock of the rate windows and HTTP dates.

    Examples
    --------
    >>> import json, urllib.request
    >>> with WeatherServer(today="2024-07-01") as server:
    ...     url = f"{server.url}/v1/elevation?latitude=-22.7&longitude=-47.6"
    ...     body = urllib.request.urlopen(url).read()
    >>> list(json.loads(body))
    ['elevation']
    """

    def __init__(
        self,
        data: str | Path | None = None,
        today: dt.date | str | None = None,
        *,
        port: int = 0,
        latency: float = 0.0,
        fallback: str = "simulated",
        limits: bool = False,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self.clock = Clock(today, seconds)
        self.weather = Weather(data, fallback)
        self.faults = Faults()
        self.record = Record(seconds)
        self.latency = latency
        self.limits = Limits(self.clock) if limits else None
        self.forecast_time = seconds()
        self.problems: list[str] = []
        self.port = port
        self.closing = threading.Event()
        self._listeners: dict[str, _Listener] = {}
        self._loop: _Loop | None = None

    def __enter__(self) -> WeatherServer:
        """Start to listen."""
        self._listeners = {"": _Listener(self, "", self.port)} | {name: _Listener(self, name, 0) for name in SERVICES}
        self.port = self._listeners[""].port
        self._loop = _Loop(list(self._listeners.values()))
        return self

    def __exit__(self, *problem: object) -> None:
        """Stop to listen, end what hangs, close every connection; raise where the simulator itself failed."""
        self.closing.set()
        self.faults.release(drop=True)
        if self._loop:
            self._loop.stop()
        for listener in self._listeners.values():
            listener.end()
        if self.problems and problem[0] is None:
            raise RuntimeError("the weather server itself failed:\n" + "\n".join(self.problems))

    @property
    def url(self) -> str:
        """Root that answers for all services."""
        return f"http://127.0.0.1:{self.port}"

    def root(self, service: str, *, one_port: bool = False) -> str:
        """Return the root that stands for scheme and host of a service."""
        if not one_port:
            return f"http://127.0.0.1:{self._listeners[service].port}"
        return self.url + (f"/{BY_PREFIX[service]}" if service in BY_PREFIX else "")

    def environment(self, *, one_port: bool = False) -> dict[str, str]:
        """Return the ``ETOLIB_*`` variables that lead etolib here.

        With ``one_port`` all roots share the main port; otherwise every service has its own, so that one can refuse
        connections while the others answer.
        """
        roots = {f"ETOLIB_{name.upper()}_URL": self.root(name, one_port=one_port) for name in SERVICES}
        return roots | {"ETOLIB_TODAY": self.clock.today().isoformat()}

    def fault(
        self, service: str, name: str, times: int | None = None, *, after: int = 0, match: str = "", **options: Any
    ) -> None:
        """Set a fault for a service, ``"open_meteo"`` or ``"all"``.

        Parameters
        ----------
        name : str
            One of `tests.simulator.faults.FAULTS`.
        times : int, optional
            How many requests it spoils; None until cleared.
        after : int
            How many requests it lets pass first.
        match : str
            Only requests whose path and query contain this text.
        **options
            What the fault takes (``seconds``, ``interval``, ``days``, ``variable``, ...).
        """
        for fault in self.faults.add(service, name, times, after, match, options):
            if name == "refuse":
                self._listeners[fault.service].refuse()

    def clear(self, service: str | None = None) -> None:
        """Remove faults, of one service or all; what hangs ends, who refused listens again."""
        self.faults.release(service, drop=True)
        for name in SERVICES if service is None else faults.members(service):
            self._listeners[name].accept_again()

    def release(self, service: str | None = None) -> None:
        """Let go the answers held back so far by ``hang``, ``slow`` and the drips."""
        self.faults.release(service)

    def calls(self, provider: str | None = None) -> list[Call]:
        """Return the calls so far, in order of arrival."""
        return self.record.calls(provider)

    def wait_for_calls(
        self, count: int, provider: str | None = None, timeout: float = 10, *, finished: bool = False
    ) -> list[Call]:
        """Return the calls once there are ``count`` of them."""
        return self.record.wait(count, provider, timeout, finished=finished)

    def forget(self) -> None:
        """Empty the record of calls."""
        self.record.forget()

    def renew_forecast(self) -> None:
        """Let MET Norway have a newer forecast, so that conditional requests get data again."""
        self.forecast_time = max(self.clock.seconds(), self.forecast_time + 1)

    def route(self, listener: str, path: str) -> tuple[str, str]:
        """Return service and path for a path asked at a listener (empty name: the main port)."""
        first, _, rest = path.lstrip("/").partition("/")
        named = ""
        if first in PREFIXES:
            named, path = PREFIXES[first], f"/{rest}"
        if path in _OPEN_METEO_PATHS:
            if "open_meteo_historical_forecast" in (named, listener) and path == "/v1/forecast":
                return "open_meteo_historical_forecast", path
            if "open_meteo_satellite" in (named, listener) and path == "/v1/archive":
                return "open_meteo_satellite", path
            return _OPEN_METEO_PATHS[path], path
        by_start = {"/api/": "nasa_power", "/weatherapi/": "met_norway", "/v1/": "opentopodata"}
        by_start |= dict.fromkeys(("/points/", "/gridpoints/", "/stations"), "nws")
        by_start |= further.STARTS
        found = next((service for start, service in by_start.items() if path.startswith(start)), "unknown")
        return named or listener or found, path

    def answer(self, service: str, path: str, query: Query, headers: dict[str, str]) -> Answer:
        """Return the genuine answer of a service."""
        if service == "nasa_power":
            return nasa.answer(path, query, self.clock, self.weather)
        if service == "met_norway":
            return met_norway.answer(path, query, headers, self.forecast_time, self.clock, self.weather)
        if service == "nws":
            return nws.answer(path, query, f"http://{headers.get('host', '')}", self.clock, self.weather)
        if service == "opentopodata":
            return opentopodata.answer(path, query, self.weather)
        if service in further.ANSWERS:
            return further.ANSWERS[service](path, query, self.clock, self.weather)
        if service == "open_meteo_geocoding" and path == "/v1/search":
            return geocoding.answer(query)
        if path in _OPEN_METEO_PATHS:
            return open_meteo.answer(service, query, self.clock, self.weather)
        return html(404, "Not Found")


class _Loop(threading.Thread):
    """One thread that accepts connections for all listeners."""

    def __init__(self, listeners: list[_Listener]) -> None:
        super().__init__(name="simulator", daemon=True)
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._changes: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._running = True
        self._selector.register(self._woken, selectors.EVENT_READ)
        for listener in listeners:
            listener.loop = self
            self._selector.register(listener.socket, selectors.EVENT_READ, listener)
        self.start()

    def run(self) -> None:
        while self._running:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._woken.recv(64)
                else:
                    key.data.handle_request()
            with self._lock:
                changes, self._changes = self._changes, []
            for change in changes:
                change()

    def call(self, change: Callable[[Any], None]) -> None:
        """Run ``change(selector)`` in the loop and return when it is done."""
        done = threading.Event()

        def run() -> None:
            change(self._selector)
            done.set()

        with self._lock:
            self._changes.append(run)
        self._wake.send(b"!")
        if not done.wait(10):
            raise RuntimeError("the accept loop of the weather server does not answer")

    def stop(self) -> None:
        self._running = False
        self._wake.send(b"!")
        self.join()
        self._selector.close()
        self._wake.close()
        self._woken.close()


class _Listener(ThreadingHTTPServer):
    """One port. ``name`` is its service, empty for the main port."""

    request_queue_size = 256  # the default of 5 makes false resets under parallel clients
    daemon_threads = True
    block_on_close = False
    timeout = 0

    def __init__(self, owner: WeatherServer, name: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.owner = owner
        self.name = name
        self.port: int = self.server_address[1]
        self.loop: _Loop | None = None
        self.aborted: set[int] = set()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._refusing = False

    def server_bind(self) -> None:
        # HTTPServer.server_bind looks up the host's full name, which can take seconds offline
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
            reset = id(request) in self.aborted
            self.aborted.discard(id(request))
        if reset:
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that went away; errors of the simulator are kept where they happen."""

    def refuse(self) -> None:
        """Refuse connections, but keep the port: a bound socket that does not listen."""
        if self._refusing or self.loop is None:
            return

        def change(selector: selectors.BaseSelector) -> None:
            selector.unregister(self.socket)
            self.socket.close()
            self.socket = socket.socket(self.address_family, self.socket_type)
            self.server_bind()

        self.loop.call(change)
        self._refusing = True
        self.drop_connections()

    def accept_again(self) -> None:
        """Listen again after `refuse`."""
        if not self._refusing or self.loop is None:
            return

        def change(selector: selectors.BaseSelector) -> None:
            self.server_activate()
            selector.register(self.socket, selectors.EVENT_READ, self)

        self.loop.call(change)
        self._refusing = False

    def drop_connections(self) -> None:
        """Close what is open, so that threads waiting on idle connections end."""
        with self._guard:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.server_close()
        self.drop_connections()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write nothing: the record tells what happened."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_HEAD(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        owner = self.server.owner
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/_control/"):
            self._send(control.answer(owner, self.command, url.path, url.query, body), None, None)
            return
        service, path = owner.route(self.server.name, urllib.parse.unquote(url.path))
        form = body.decode("utf-8", "replace") if "form" in (self.headers.get("Content-Type") or "") else ""
        text = "&".join(part for part in (url.query, form) if part)
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = owner.faults.take(service, f"{path}?{text}")  # before the record: who sees the call can release it
        call = owner.record.arrived(service, self.command, url.path, text, headers, fault.kind.name if fault else None)
        try:
            query = urllib.parse.parse_qs(text, keep_blank_values=True)
            self._answer(call, fault, service, path, query, headers)
        except OSError:
            raise  # the client went away
        except Exception:
            owner.problems.append(traceback.format_exc())
            self.close_connection = True
        finally:
            owner.record.answered(call)

    def _answer(
        self, call: Call, fault: Fault | None, service: str, path: str, query: Query, headers: dict[str, str]
    ) -> None:
        owner = self.server.owner
        if owner.latency:
            owner.closing.wait(owner.latency)
        name = fault.kind.name if fault else ""
        if fault and name in ("hang", "close", "reset", "refuse"):
            if name == "hang":
                fault.gate.wait()
            self._drop(reset=name in ("reset", "refuse"))
            return
        if fault and name == "slow":
            fault.gate.wait(fault.options.get("seconds"))
        limited = owner.limits.refusal(service, query, call.in_flight) if owner.limits else None
        answer = limited or owner.answer(service, path, query, headers)
        if fault:
            fault.options |= {"now": owner.clock.seconds(), "url": f"http://{self.headers.get('Host')}{self.path}"}
            answer = faults.apply(fault, answer, service)
        call.status, call.origin = answer.status, answer.origin
        self._send(answer, fault, call)

    def _drop(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.server.aborted.add(id(self.request))

    def _send(self, answer: Answer, fault: Fault | None, call: Call | None) -> None:
        name = fault.kind.name if fault else ""
        payload = answer.payload()
        headers = {"Date": email.utils.formatdate(self.server.owner.clock.seconds(), usegmt=True)}
        if payload or answer.status == 200:
            headers["Content-Type"] = answer.content_type
        if answer.origin:
            headers["X-Simulated" if answer.origin == "simulated" else "X-Replayed"] = "1"
        headers |= answer.headers
        if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
            answer, payload = Answer(304, headers=answer.headers), b""
            headers.pop("Content-Type", None)
        zipped = name.startswith("gzip_")
        if zipped or (len(payload) > GZIP_FROM and "gzip" in (self.headers.get("Accept-Encoding") or "")):
            payload = gzip.compress(payload, compresslevel=1, mtime=0)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if name == "gzip_truncated":
            payload = payload[: len(payload) // 2]
        if name == "gzip_damaged":
            middle = len(payload) // 2
            payload = payload[:middle] + bytes(b ^ 0xFF for b in payload[middle : middle + 16]) + payload[middle + 16 :]
        if answer.status != 304:
            headers["Content-Length"] = str(len(payload))
        if fault and fault.kind.acts == "wire" and name != "slow":
            headers["Connection"] = "close"
            self.close_connection = True
        if self.command == "HEAD":
            payload = b""
        if call and not name.startswith("drip_"):
            self.server.owner.record.answered(call)
        reason = HTTPStatus(answer.status).phrase
        head = f"HTTP/1.1 {answer.status} {reason}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        self._write(head.encode("latin-1"), payload, name, fault)

    def _write(self, head: bytes, payload: bytes, name: str, fault: Fault | None) -> None:
        half = payload[: len(payload) // 2]
        if name == "drip_header":
            self._drip(head, fault)
            self.wfile.write(payload)
        elif name == "drip_body":
            self.wfile.write(head)
            self._drip(payload, fault)
        elif name in ("short_body", "reset_body"):
            self.wfile.write(head + half)
            self._drop(reset=name == "reset_body")
        else:
            self.wfile.write(head + payload)  # one write: no wait for a delayed acknowledgement

    def _drip(self, data: bytes, fault: Fault | None) -> None:
        """Write byte by byte; the rest at once when released."""
        gate = fault.gate if fault else threading.Event()
        interval = fault.options.get("interval", DRIP_SECONDS) if fault else DRIP_SECONDS
        for index in range(len(data)):
            self.wfile.write(data[index : index + 1])
            if gate.wait(interval):
                self.wfile.write(data[index + 1 :])
                return
