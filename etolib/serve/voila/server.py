"""Voila as etolib needs it, by subclassing: kernels end with their tab, answers are compressed, fonts stay at home."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import tornado.web
from jupyter_core.utils import run_sync
from jupyter_server.utils import url_path_join
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from etolib import logs, words
from etolib.serve import access
from etolib.serve.voila import HEALTH, METRICS, READY
from etolib.serve.voila.door import (
    DAYS,
    NONCE,
    Behind,
    Door,
    Enter,
    Headers,
    behind_tls,
    language_of,
    notice,
    policy,
)
from etolib.serve.voila.figures import PAGES, HealthHandler, MetricsHandler
from etolib.serve.voila.front import FrontFiles, page_files
from etolib.serve.voila.kernels import Kernels
from etolib.serve.voila.line import MESSAGE_BYTES, Line
from etolib.serve.voila.visits import Full, Visits
from etolib.tasks.visitor import file_of

asked = logging.getLogger("etolib.access")

_KERNEL = re.compile(r'"kernelId": ?"([0-9a-f-]{36})"')
_SOCKET_NAME = 103  # what all systems allow (macOS; Linux has 107)
_AGAIN_S = 10  # a page that had no turn asks again after so long [s]
PING = {"ws_ping_interval": 10_000, "ws_ping_timeout": 25_000}
"""A browser that does not answer for so long is gone [ms]. Jupyter counts from the last answer when it is about to ask
again, so the second must be more than twice the first: else a line closes that nothing is wrong with."""
_HERE = Path(__file__).resolve().parent
_HASHED = re.compile(r"(^|[./-])[0-9a-fA-F]{8,}\.")
_YEAR_S = 31_536_000


class PageHandler(TornadoVoilaHandler):
    """A dashboard."""

    @tornado.web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page when there is a kernel for it; else say so."""
        app: Dashboards = self.settings["etolib"]
        app.door.welcome(self)
        visitor = self._visitor()
        try:
            async with app.visits.turn(visitor):
                PAGES["given"] += 1
                nonce = self.request.etolib_nonce
                async for html in self.get_generator(path=path):
                    if (found := _KERNEL.search(html)) is not None:
                        app.kernel_manager.visitors[found[1]] = visitor
                        app.tell_visitor(found[1], visitor)
                    self.write(html.replace(NONCE, nonce))
                    self.flush()
        except Full as full:
            PAGES[full.key] += 1
            self.set_status(503)
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            self.set_header("Retry-After", str(_AGAIN_S))
            self.finish(notice(language_of(self.request), full.key, again_s=_AGAIN_S))

    def _visitor(self) -> str:
        """Return what a browser is known by; no name, and nothing that anybody else could use."""
        cookie = self.settings["etolib"].door.cookie + "-visitor"
        known = self.get_cookie(cookie, "")
        if not re.fullmatch(r"[0-9a-f]{32}", known or ""):
            known = secrets.token_hex(16)
            self.set_cookie(cookie, known, expires_days=DAYS, path=self.base_url, httponly=True, samesite="Lax")
        return str(known)

    def set_cookie(self, name: str, value: str | bytes, *args: Any, **options: Any) -> None:
        """Set a cookie, Jupyter's too: behind TLS none travels without it."""
        secure = bool(options.pop("secure", False)) or behind_tls(self.request)
        super().set_cookie(name, value, *args, secure=secure, **options)

    async def get_generator(self, path: str | None = None) -> Any:
        """Render, with the cookie that lets the closing tab stop its kernel.

        Voila's page says goodbye with the ``_xsrf`` cookie it never received (voila issue 1458): touching the
        token sets the cookie.
        """
        self.xsrf_token  # noqa: B018
        async for part in super().get_generator(path):
            yield part

    def should_use_rendered_notebook(
        self, notebook_data: Any, pool_size: int, template_name: Any, theme: Any, request_args: Any
    ) -> bool:
        """Let a preheated kernel serve any theme: the page paints itself."""
        return bool(super().should_use_rendered_notebook(notebook_data, pool_size, None, None, request_args))


class FrontDoor(tornado.web.RequestHandler):
    """The root of the server leads to the main dashboard."""

    def get(self, *path: str) -> None:
        """Redirect, query string included."""
        self.settings["etolib"].door.welcome(self)
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(f"{self.request.path.rstrip('/')}/voila/render/eto.ipynb{query}")


class StaticHandler(MultiStaticFileHandler):
    """Files whose names carry a hash of their content may be kept by the browser for a year."""

    def get_cache_time(self, path: str, modified: Any, mime_type: str) -> int:
        """Return for how long [s] a browser may keep a file."""
        if _HASHED.search(path.rsplit("/", 1)[-1]):
            return _YEAR_S
        return int(super().get_cache_time(path, modified, mime_type))


class ReadyHandler(tornado.web.RequestHandler):
    """Whether the next visitor will find a kernel ready."""

    def _log(self) -> None:
        """Be silent: a 503 here is how `etolib serve` waits, and no news for a terminal."""

    def initialize(self, app: Dashboards) -> None:
        """Take the server."""
        self.dashboards = app

    def get(self) -> None:
        """Answer 200 or 503, and as JSON; pages (``?page``) get 200 alone, since browsers note a 503 as an error."""
        ready = self.dashboards.ready()
        self.set_status(200 if ready or "page" in self.request.query else 503)
        self.finish(json.dumps({"ready": ready}))


def front_words() -> dict[str, dict[str, str]]:
    """Return what the front page says while no kernel speaks, by language and key.

    >>> front_words()["pt"]["reload"]
    'Recarregar'
    """
    keys = (
        "title", "tagline", "session_ended", "reload", "page_did_not_start", "page_failed", "kernel_lost",
        "kernel_renewed", "line_lost", "server_lost", "server_full_wait", "page_back", "press_again", "act_again",
        "state_ERROR",
    )  # fmt: skip
    return {language: {key: words.look_up(language, key) for key in keys} for language in words.languages()}


_REPLACED = {
    TornadoVoilaHandler: PageHandler,
    VoilaKernelWebsocketHandler: Line,
    TornadoVoilaTreeHandler: FrontDoor,
    MultiStaticFileHandler: StaticHandler,
}


def _log_request(handler: tornado.web.RequestHandler) -> None:
    """Log an answer, without who asked and without what an address asks for."""
    request, status = handler.request, handler.get_status()
    level = logging.ERROR if status >= 500 and status != 503 else logging.INFO
    if status < 400 and ("/etolib/front/" in request.path or "/static/" in request.path):
        level = logging.DEBUG  # a file of the front end
    took = f"{1000 * request.request_time():.0f}"
    asked.log(level, "%s %s", request.method, request.path, extra={"more": {"status": status, "ms": took}})


def transport(folder: str) -> str:
    """Return how to talk to kernels whose files are in a folder: ``ipc``, sockets of the file system, where it can be.

    No other user of the machine can listen to those. Where their names would be too long for the system, and on
    Windows, it is ``tcp`` on loopback, where messages are signed: nobody else can say anything, but listen.

    >>> transport("/run/etolib-0-abc/voila_abc"), transport("/" + "x" * 80)
    ('ipc', 'tcp')
    """
    longest = len(os.path.join(folder, f"kernel-{uuid.UUID(int=0)}-ipc-5"))
    return "ipc" if sys.platform != "win32" and longest <= _SOCKET_NAME else "tcp"


class Dashboards(Voila):
    """Voila serving etolib's dashboards."""

    def load_config_file(self, filename: str, path: Any = None) -> None:
        """Read the configuration that lies beside the dashboards, and no other.

        Voila looks into the current folder and the user's; a ``voila.py`` found there would be run.
        """
        super().load_config_file(filename, path=[self.root_dir])
        self.front, said = page_files()
        print(said, file=sys.stderr, flush=True)
        resources = {"etolib_words": front_words(), "etolib_front": self.front, "etolib_nonce": NONCE}
        chosen = {"resources": resources, "multi_kernel_manager_class": Kernels}
        # A kernel that was killed is told within a second, and not started again: nobody would fill it.
        watched = {"time_to_dead": 0.5, "restart_limit": 0}
        # Jupyter drops what a kernel says beyond 3,000 messages within three seconds: a card whose end was among them
        # would say PROCESSING for ever.
        heard = {"limit_rate": False}
        known = {"cookie_options": {"samesite": "Lax"}}
        self.update_config(
            Config(
                {
                    "VoilaConfiguration": chosen,
                    "KernelRestarter": watched,
                    "ZMQChannelsWebsocketConnection": heard,
                    "IdentityProvider": known,
                    "Application": {"logging_config": logs.CONFIGURATION},
                }
            )
        )

    def setup_template_dirs(self) -> None:
        """Put etolib's template before Voila's of the same name."""
        super().setup_template_dirs()
        chosen = "slim" if self.front else "stock"
        self.template_paths[:0] = [str(_HERE / "template" / name) for name in (chosen, "common")]

    def init_settings(self) -> dict[str, Any]:
        """Compress: the front end is 6 MB of text without. (``tornado_settings`` come too late for this one.)

        A message larger than the limit closes the line of the page; tornado's own limit (10 MB) is less than a file the
        page takes.
        """
        settings: dict[str, Any] = super().init_settings()
        self.visits = Visits(self.kernel_manager, parent=self)
        return settings | {
            "compress_response": True, "websocket_max_message_size": MESSAGE_BYTES, "etolib": self,
            "xsrf_cookie_kwargs": {"samesite": "Lax"}, **PING,
            "log_function": _log_request,
        }  # fmt: skip

    def init_handlers(self) -> list[Any]:
        """Exchange the handlers that behave differently here, and add the readiness check."""
        handlers: list[Any] = [
            (url_path_join(self.server_url, READY), ReadyHandler, {"app": self}),
            (url_path_join(self.server_url, HEALTH), HealthHandler),
            (url_path_join(self.server_url, METRICS), MetricsHandler, {"app": self}),
            (url_path_join(self.server_url, "/etolib/enter"), Enter),
            (url_path_join(self.server_url, r"/etolib/front/([^/]+)"), FrontFiles),
        ]
        for pattern, handler, *options in super().init_handlers():
            chosen = _REPLACED.get(handler, handler)
            handlers.append((pattern, chosen, *([] if chosen is FrontDoor else options)))
        return handlers

    def start(self) -> None:
        """Serve, behind the door."""
        apps = sorted(path.stem for path in Path(self.root_dir).glob("*.ipynb"))
        names = access.own_names(self.ip or "0.0.0.0")
        token = os.environ.pop(access.TOKEN, "") or getattr(self, "token", None) or ""
        logs.hide(token, access.cookie_of(token))
        # Said of each of our notebooks, and nothing follows from it: Voila runs them all the same.
        self.log.addFilter(lambda record: "is not trusted" not in str(record.msg))
        self.door = Door(token, names, apps, self.base_url, self.port)
        self.token: str | None = None  # the door has it
        self.connection_dir = tempfile.mkdtemp(prefix="voila_", dir=self.connection_dir_root or None)
        self.update_config(Config({"KernelManager": {"transport": transport(self.connection_dir)}}))
        self.app = Behind(**self.init_settings())
        self.app.door = self.door
        self.app.settings.update(self.tornado_settings)
        headers = type("PageHeaders", (Headers,), {"policy": policy(stock=self.front is None)})
        self.app.add_transform(headers)
        self.app.add_handlers(".*$", self.init_handlers())
        self.listen()

    def tell_visitor(self, kernel_id: str, cookie: str) -> None:
        """Tell the process of a page whose it is."""
        path = file_of(Path(self.connection_dir) / f"kernel-{kernel_id}.json")
        with contextlib.suppress(OSError):  # a full disk: the page is counted by itself then
            path.write_text(access.visitor_of(cookie), encoding="ascii")

    def stop(self) -> None:
        """End every kernel at once: what they had under way was told that the server stops."""
        pools: dict[str, list[asyncio.Task[Any]]] = getattr(self.kernel_manager, "_pools", {})
        for task in [task for pool in pools.values() for task in pool if not task.done()]:
            task.cancel()
        if self.kernel_manager.nursery is not None:
            self.kernel_manager.nursery.close()
        run_sync(self._end_kernels)()
        shutil.rmtree(self.connection_dir, ignore_errors=True)

    async def _end_kernels(self) -> None:
        managers = [self.kernel_manager.get_kernel(one) for one in self.kernel_manager.list_kernel_ids()]
        for manager in managers:
            manager.stop_restarter()
        # Killed first: a kernel that is asked, as jupyter_client does even when it is to be quick, has much to say.
        await asyncio.gather(*(one.signal_kernel(signal.SIGKILL) for one in managers), return_exceptions=True)
        await self.kernel_manager.shutdown_all(now=True)

    def ready(self) -> bool:
        """Return whether every pool of preheated kernels is filled and rendered."""
        pools: dict[str, list[asyncio.Task[Any]]] = getattr(self.kernel_manager, "_pools", {})
        tasks = [task for pool in pools.values() for task in pool]
        return all(task.done() and not task.exception() and task.result()["task"].done() for task in tasks)
