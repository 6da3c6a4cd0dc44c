"""Which front end serves the dashboards: the slim one where it was built and fits, else Voila's own."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

import tornado.web

from etolib import config
from etolib.widgets import front
from etolib.words import say

_YEAR_S = 31_536_000


def page_files() -> tuple[dict[str, Any] | None, str]:
    """Return the files of the slim front end, None where Voila's own is to serve, and a sentence that says which.

    >>> with config.set_options(front="stock"):
    ...     page_files()
    (None, 'Front end: that of Voila, as ETOLIB_FRONT says.')
    """
    if config.front() == "stock":
        return None, say("front_stock_chosen")
    built = front.manifest()
    if built is None:
        return None, say("front_not_built")
    if others := front.other_versions():
        module, (wanted, installed) = next(iter(others.items()))
        return None, say("front_other_version", name=module, wanted=wanted, version=installed)
    return built["page"], say("front_slim")


class FrontFiles(tornado.web.RequestHandler):
    """A file of the slim front end; its name carries a hash of its content, so a browser may keep it for a year.

    Compressed when it was built, not when it is asked for.
    """

    def get(self, name: str) -> None:
        """Answer with the file."""
        folder = front.BUILT / "page"
        path = folder / Path(name).name
        if not path.is_file():
            raise tornado.web.HTTPError(404)
        packed = path.with_name(f"{path.name}.gz")
        if packed.is_file():
            self.set_header("Vary", "Accept-Encoding")
            if "gzip" in self.request.headers.get("Accept-Encoding", ""):
                self.set_header("Content-Encoding", "gzip")
                path = packed
        kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
        self.set_header("Content-Type", kind or "application/octet-stream")
        self.set_header("Cache-Control", f"public, max-age={_YEAR_S}, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(path.read_bytes())
