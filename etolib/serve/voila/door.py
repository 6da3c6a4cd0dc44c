"""The door of the dashboards: every request passes it before any handler sees it."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.netutil import bind_sockets

from etolib import words
from etolib.serve import access
from etolib.serve.voila import HEALTH, METRICS, READY

NONCE = secrets.token_hex(12)
"""Stands in rendered pages where each answer has a nonce of its own."""

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OPEN = ("GET", "HEAD")
DAYS = 60
"""How long a browser may come back without the token, and is known as the same. [days]"""

HEADERS_S = 60.0
"""How long a line may be silent, or take for the headers of a request. Browsers keep lines for later. [s]"""

BODY_S = 30.0
"""How long the body of a request may take. [s]"""

BODY_BYTES = 64 << 10
"""How long the body of a request may be: only the token and a farewell have one, files come by the WebSocket."""

UNREAD_S = 60.0
"""How long an answer may lie unread (Linux). [s]"""

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,8000}")
"""Of this server: browsers leave out tabs and ends of lines, and take a stroke either way for another host."""

# Everything that can be reached, with the methods that are allowed; the last column: without a token too.
_PATHS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    (r"/?", _OPEN, False),
    (r"/voila/render/{apps}\.ipynb", _OPEN, False),
    (rf"/api/kernels/{_ID}", ("GET",), False),
    (rf"/api/kernels/{_ID}/channels", ("GET",), False),
    (rf"/voila/api/shutdown/{_ID}", ("POST",), False),
    (r"/voila/(?:static|labextensions)/[^?]+", _OPEN, False),
    (r"/voila/templates/[\w-]+/static/(?:[\w-][\w.-]*/)*[\w-][\w.-]*", _OPEN, False),
    (r"/voila/api/themes/[^?]+", _OPEN, False),
    (r"/etolib/front/[\w.-]+", _OPEN, True),
    (r"/etolib/enter", ("POST",), True),
    (METRICS, _OPEN, False),
    (HEALTH, _OPEN, True),
    (READY, _OPEN, True),
)


class Door:
    """What is let in.

    Parameters
    ----------
    token : str
        Asked of every visitor; empty: of none.
    names : frozenset of str
        As `etolib.serve.access.own_names`.
    apps : list of str
        Names of the dashboards.
    base_url : str
        Begins and ends with ``/``.
    port : int
        Cookies know no port: it stands in their name.
    """

    def __init__(self, token: str, names: frozenset[str], apps: list[str], base_url: str, port: int) -> None:
        self.token, self.names, self.base = token, names, base_url.rstrip("/")
        self.cookie = f"etolib-{port}"
        any_app = f"(?:{'|'.join(map(re.escape, apps))})"
        self._paths = [(re.compile(path.format(apps=any_app) if "{apps}" in path else path), allowed, free)
                       for path, allowed, free in _PATHS]  # fmt: skip

    def look(self, request: HTTPServerRequest) -> tuple[int, str]:
        """Return the status with which a request is refused and the key of the sentence; 0: it may come in.

        The token is taken out of the address, so that nothing behind the door can write it down.
        """
        given = _take_token(request)
        if not access.called_right(request.host, self.names):
            return 403, "door_wrong_name"
        path = request.path
        if self.base and not (path == self.base or path.startswith(f"{self.base}/")):
            return 404, "door_nothing_here"
        place = next((one for one in self._paths if one[0].fullmatch(path[len(self.base) :])), None)
        if place is None:
            return 404, "door_nothing_here"
        _, allowed, free = place
        if request.method not in allowed:
            return 405, "door_nothing_here"
        if not self._from_here(request):
            return 403, "door_other_page"
        if free or not self.token:
            return 0, ""
        if given and access.same(given, self.token):
            request.etolib_welcome = True  # type: ignore[attr-defined]
            return 0, ""
        code = access.cookie_of(self.token)
        if any(access.same(one, code) for one in _cookies(request, self.cookie)):
            return 0, ""
        return 403, "door_token_wrong" if given else "door_wants_token"

    def _from_here(self, request: HTTPServerRequest) -> bool:
        """Return whether what asks is one of our own pages, or no page at all."""
        origin = request.headers.get("Origin")
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if origin is None or (request.method in _OPEN and not socket):
            return True
        return urlsplit(origin.lower()).netloc == request.host.lower()

    def welcome(self, handler: tornado.web.RequestHandler) -> None:
        """Give whoever came with the token the cookie that lets him come again."""
        if not self.token or not getattr(handler.request, "etolib_welcome", False):
            return
        handler.set_cookie(
            self.cookie, access.cookie_of(self.token), expires_days=DAYS, path=f"{self.base}/", httponly=True,
            samesite="Lax", secure=behind_tls(handler.request),
        )  # fmt: skip


def behind_tls(request: HTTPServerRequest) -> bool:
    """Return whether a browser has come by TLS, as a proxy says."""
    return "https" in (request.protocol, request.headers.get("X-Forwarded-Proto", ""))


def _cookies(request: HTTPServerRequest, name: str) -> Iterator[str]:
    """Yield every value of a cookie.

    A browser sends those of other paths and of a wider name beside ours, and tornado knows the last alone: a server
    that once stood at the same port with another token would lock its visitors out.
    """
    for part in ";".join(request.headers.get_list("Cookie")).split(";"):
        found, _, value = part.strip().partition("=")
        if found.strip() == name:
            yield value.strip().strip('"')


def _take_token(request: HTTPServerRequest) -> str:
    """Take the token out of a request: its address, or a header as programs send it.

    ``?token=abc?lat=1`` is read as it was meant: somebody put a query behind an address that had one.
    """
    given = ""
    if "token=" in request.query:
        fields = parse_qsl(request.query.replace("?", "&"), keep_blank_values=True)
        given = next((value for name, value in fields if name == "token"), "")
        request.query = urlencode([(name, value) for name, value in fields if name != "token"])
        request.uri = f"{request.path}?{request.query}" if request.query else request.path
        for table in (request.arguments, request.query_arguments):
            table.clear()
            for name, value in fields:
                if name != "token":
                    table.setdefault(name, []).append(value.encode())
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in ("token", "bearer"):
        given = told.strip()
        del request.headers["Authorization"]
    return given


class Behind(tornado.web.Application):
    """An application behind a door."""

    door: Door

    def listen(self, port: int, address: str | None = None, **options: Any) -> HTTPServer:
        """Listen; whoever is too slow, or says too much, is left. A WebSocket has limits of its own."""
        limits = {"idle_connection_timeout": HEADERS_S, "body_timeout": BODY_S, "max_body_size": BODY_BYTES}
        server = HTTPServer(self, **limits, **options)
        lines = bind_sockets(port, address)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            for line in lines:  # every line that it takes has it too
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * UNREAD_S))
        server.add_sockets(lines)
        return server

    def find_handler(self, request: HTTPServerRequest, **options: Any) -> Any:
        """Ask the door first."""
        status, key = self.door.look(request)
        if status:
            return self.get_handler_delegate(request, Refusal, {"status": status, "key": key, "door": self.door})
        return super().find_handler(request, **options)


class Refusal(tornado.web.RequestHandler):
    """Says why nobody comes in here, in the language of the browser; to people with a field for the token."""

    def initialize(self, status: int, key: str, door: Door) -> None:
        """Take the reason."""
        self.reason, self.door = (status, key), door

    def _log(self) -> None:
        """Be silent: whoever tries doors would fill a terminal."""

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here that anybody could be made to do."""

    def prepare(self) -> None:
        """Answer, whatever the method."""
        status, key = self.reason
        self.set_status(status)
        language = language_of(self.request)
        if "text/html" not in self.request.headers.get("Accept", "") and key != "door_wants_token":
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(words.look_up(language, key) + "\n")
            return
        wanted = self.request.path + (f"?{self.request.query}" if self.request.query else "")
        asks = key in ("door_wants_token", "door_token_wrong")
        self.finish(notice(language, key, form=f"{self.door.base}/etolib/enter" if asks else "", goes_on=wanted))


class Enter(tornado.web.RequestHandler):
    """Takes the token that a person has typed."""

    def check_xsrf_cookie(self) -> None:
        """The token is what a forger would need; the door has looked at the origin."""

    def post(self) -> None:
        """Go on to what was wanted, or ask again."""
        door: Door = self.application.door  # type: ignore[attr-defined]
        wanted = self.get_body_argument("next", "/")
        if not _PATH.fullmatch(wanted):
            wanted = f"{door.base}/"
        if not door.token or access.same(self.get_body_argument("token", "").strip(), door.token):
            self.request.etolib_welcome = True  # type: ignore[attr-defined]
            door.welcome(self)
            self.redirect(wanted, status=303)
            return
        self.set_status(403)
        self.finish(
            notice(language_of(self.request), "door_token_wrong", form=f"{door.base}/etolib/enter", goes_on=wanted)
        )


def language_of(request: HTTPServerRequest) -> str:
    """Return the language of whoever asks, as far as we speak it."""
    asked = dict(parse_qsl(request.query)).get("lang", "")
    wishes = [
        asked,
        *(part.partition(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")),
    ]
    return next(filter(None, map(words.best_language, filter(None, wishes))), "en")


def notice(language: str, key: str, *, form: str = "", goes_on: str = "", again_s: int = 0) -> str:
    """Return a page of one sentence; ``form`` gives it a field for the token, ``again_s`` lets it load itself again."""

    def word(key: str) -> str:
        return re.sub("`([^`]+)`", r"<code>\1</code>", escape(words.look_up(language, key)))

    field = (
        f'<form method="post" action="{escape(form)}"><input type="hidden" name="next" value="{escape(goes_on)}">'
        f'<label>{word("door_token")} <input name="token" type="password" autocomplete="current-password" required>'
        f"</label> <button>{word('door_enter')}</button></form>"
    )
    again = f'<meta http-equiv="refresh" content="{again_s}">' if again_s else ""
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{word('title')}</title><style>body{{font:15px/1.5 system-ui,sans-serif;max-width:38em;"
        "margin:18vh auto;padding:0 1em}input,button{font:inherit;padding:.3em .6em}</style></head>"
        f"<body><h1>{word('title')}</h1><p>{word(key)}</p>{field if form else ''}</body></html>"
    )


class Headers(tornado.web.OutputTransform):
    """The headers that tell a browser what our pages may do.

    ``Cross-Origin-Opener-Policy`` is left out: with it a browser starts another process for every visit, which costs a
    fifth of a second. A page that opens ours learns nothing of it: no token, no frame, and ours listens to no other.
    """

    policy = ""

    def __init__(self, request: HTTPServerRequest) -> None:
        self.nonce = request.etolib_nonce = secrets.token_urlsafe(12)  # type: ignore[attr-defined]

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Set them on every answer."""
        headers["Content-Security-Policy"] = self.policy.replace(NONCE, self.nonce)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Referrer-Policy"] = "strict-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), payment=(), usb=()"
        headers["Server"] = "etolib"
        return status_code, headers, chunk


def policy(*, stock: bool) -> str:
    """Return the content security policy of the pages.

    Styles stand in the page, because widgets carry theirs; the code of a widget comes over the line to its kernel and
    is loaded from a ``blob:``. Scripts that run already may evaluate text, which programs that drive a browser need to
    wait for something; our own never do. Map tiles may come from any server that the person who runs this has chosen.
    """
    scripts = "'self' 'unsafe-inline' 'unsafe-eval' blob:" if stock else f"'self' 'nonce-{NONCE}' 'unsafe-eval' blob:"
    parts = {
        "default-src": "'none'",
        "script-src": scripts,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob: https:",
        "font-src": "'self' data:",
        "connect-src": "'self'" + (" data: blob:" if stock else ""),
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())
