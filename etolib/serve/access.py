"""Who may come in: the token of a server, the names it answers to, and what an address to listen on needs."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path

from etolib.errors import InputError, Problem
from etolib.words import say

TOKEN = "ETOLIB_TOKEN"
"""Variable with the token. A command line would show it to every user of the machine."""

NAMES = "ETOLIB_HOST_NAMES"
"""Variable with the names a server answers to beside those of its machine, separated by commas."""

_SHORTEST = 16
_USABLE = re.compile(r"[A-Za-z0-9._~-]+")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach what listens there.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host.lower() == "localhost"


def token_for(host: str, *, wanted: bool = True, insecure: bool = False) -> str:
    """Return the token that a server on an address asks of its visitors; empty where it asks for none.

    It is asked for on loopback too: who else has an account on this machine, or runs a container or a web page on it,
    cannot be told reliably (accounts may come from a directory service), and a token costs whoever follows the printed
    address nothing.

    Raises
    ------
    InputError
        Where an address that others can reach would be served without a token, unless ``insecure`` says so.
    """
    if wanted:
        return _given() or kept_token()
    if not is_loopback(host) and not insecure:
        raise InputError([Problem("host", host, say("host_open_without_token"), say("use_token_or_insecure"))])
    return ""


def _given() -> str:
    given = os.environ.get(TOKEN, "")
    if given and (len(given) < _SHORTEST or not _USABLE.fullmatch(given)):
        raise InputError([Problem(TOKEN, "…", say("token_unusable", count=_SHORTEST))])
    return given


def kept_token() -> str:
    """Return the token of this user, the same at every start: bookmarks and open pages outlive a restart.

    It lies in a file that only its owner can read; where that cannot be had, it is one of this start.
    """
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "etolib"
    path = folder / "token"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            contextlib.suppress(FileExistsError),
            os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file,
        ):
            file.write(secrets.token_hex(24))
        found = path.stat()
        ours = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
        kept = path.read_text(encoding="ascii", errors="replace").strip()
        if ours and len(kept) >= _SHORTEST and _USABLE.fullmatch(kept):
            return kept
    return secrets.token_hex(24)


def cookie_of(token: str) -> str:
    """Return what the cookie of somebody who knows the token holds; it does not tell the token."""
    return hmac.new(token.encode(), b"etolib cookie", hashlib.sha256).hexdigest()


def visitor_of(cookie: str) -> str:
    """Return what a visitor is called inside: made of his cookie, which it does not tell."""
    return hashlib.sha256(b"etolib visitor " + cookie.encode()).hexdigest()[:32]


def same(given: str, wanted: str) -> bool:
    """Return whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def own_names(host: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the names a server may be called by.

    A page of somebody else whose name was made to point here (DNS rebinding) calls it by another one. Addresses made
    of numbers cannot be rebound and are always right (`called_right`).
    """
    given = {name.strip() for name in more}
    names = {"localhost", host, *given, *os.environ.get(NAMES, "").split(",")}
    if not is_loopback(host):
        names |= {socket.gethostname(), socket.getfqdn()}
    return frozenset(name.strip().lower().rstrip(".") for name in names if name.strip())


def called_right(called: str, names: frozenset[str]) -> bool:
    """Return whether a ``Host`` header names this server.

    >>> names = own_names("127.0.0.1", ["eto.example.org"])
    >>> [called_right(host, names) for host in ("127.0.0.1:8866", "[::1]:80", "LOCALHOST", "eto.example.org")]
    [True, True, True, True]
    >>> [called_right(host, names) for host in ("evil.example:8866", "", "localhost.evil.example", "127.0.0.1.nip.io")]
    [False, False, False, False]
    """
    name = re.sub(r":\d+$", "", called.strip()).lower().rstrip(".")
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(bare)
        return True
    return bool(name) and name in names
