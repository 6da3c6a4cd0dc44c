"""Voila as etolib needs it, by subclassing: kernels end with their tab, answers are compressed, fonts stay at home."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import tornado.web
from jupyter_server.utils import url_path_join
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from etolib import words
from etolib.serve.voila import READY
from etolib.serve.voila.front import FrontFiles, page_files
from etolib.serve.voila.kernels import Kernels

_HERE = Path(__file__).resolve().parent
_HASHED = re.compile(r"(^|[./-])[0-9a-fA-F]{8,}\.")
_YEAR_S = 31_536_000
_MESSAGE_BYTES = 64 << 20


class PageHandler(TornadoVoilaHandler):
    """A dashboard."""

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

    def get(self) -> None:
        """Redirect, query string included."""
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
        """Answer 200 or 503, with the reason as JSON."""
        ready = self.dashboards.ready()
        self.set_status(200 if ready else 503)
        self.finish(json.dumps({"ready": ready}))


def front_words() -> dict[str, dict[str, str]]:
    """Return what the front page says while no kernel speaks, by language and key.

    >>> front_words()["pt"]["reload"]
    'Recarregar'
    """
    keys = (
        "title", "tagline", "session_ended", "reload", "page_did_not_start", "page_failed", "kernel_lost",
        "kernel_renewed", "line_lost", "server_lost", "server_full_wait", "page_back", "state_ERROR",
    )  # fmt: skip
    return {language: {key: words.look_up(language, key) for key in keys} for language in words.languages()}


_REPLACED = {
    TornadoVoilaHandler: PageHandler,
    TornadoVoilaTreeHandler: FrontDoor,
    MultiStaticFileHandler: StaticHandler,
}


class Dashboards(Voila):
    """Voila serving etolib's dashboards."""

    def load_config_file(self, filename: str, path: Any = None) -> None:
        """Read the configuration that lies beside the dashboards, and no other.

        Voila looks into the current folder and the user's; a ``voila.py`` found there would be run.
        """
        super().load_config_file(filename, path=[self.root_dir])
        self.front, said = page_files()
        print(said, file=sys.stderr, flush=True)
        resources = {"etolib_words": front_words(), "etolib_front": self.front}
        chosen = {"resources": resources, "multi_kernel_manager_class": Kernels}
        # A kernel that was killed is told within a second, and not started again: nobody would fill it.
        watched = {"time_to_dead": 0.5, "restart_limit": 0}
        self.update_config(Config({"VoilaConfiguration": chosen, "KernelRestarter": watched}))

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
        return settings | {"compress_response": True, "websocket_max_message_size": _MESSAGE_BYTES}

    def init_handlers(self) -> list[Any]:
        """Exchange the handlers that behave differently here, and add the readiness check."""
        handlers: list[Any] = [
            (url_path_join(self.server_url, READY), ReadyHandler, {"app": self}),
            (url_path_join(self.server_url, r"/etolib/front/([^/]+)"), FrontFiles),
        ]
        for pattern, handler, *options in super().init_handlers():
            chosen = _REPLACED.get(handler, handler)
            handlers.append((pattern, chosen, *([] if chosen is FrontDoor else options)))
        return handlers

    def ready(self) -> bool:
        """Return whether every pool of preheated kernels is filled and rendered."""
        pools: dict[str, list[asyncio.Task[Any]]] = getattr(self.kernel_manager, "_pools", {})
        tasks = [task for pool in pools.values() for task in pool]
        return all(task.done() and not task.exception() and task.result()["task"].done() for task in tasks)
