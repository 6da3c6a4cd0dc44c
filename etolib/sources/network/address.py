"""What is read and written around an answer: addresses without secrets, keys, header dates, a provider's own words."""

from __future__ import annotations

import email.utils
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from etolib.keys import Secret

SECRETS = frozenset({"apikey", "api_key", "api-key", "key", "token", "access_token", "appid", "password"})
_KEPT_HEADERS = ("etag", "last-modified", "expires", "date", "content-type", "retry-after")


def address(url: str, params: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the address to ask and the one to show and to key by (sorted, without secrets).

    httpx2 would *replace* the query of ``url`` by ``params``; both are wanted. A value that is a `Secret` is sent,
    under
    whatever name, and neither shown nor keyed by.

    >>> address("http://a/b?z=1", {"apikey": "X", "c": "2,3"})
    ('http://a/b?apikey=X&c=2,3&z=1', 'http://a/b?c=2,3&z=1')
    """
    parts = urlsplit(url)
    given = dict(params or {})
    hidden = [(k, v.reveal()) for k, v in given.items() if isinstance(v, Secret)]
    plain_ones = [(k, str(v)) for k, v in given.items() if not isinstance(v, Secret)]
    open_query = sorted([*parse_qsl(parts.query, keep_blank_values=True), *plain_ones])
    query = sorted([*open_query, *hidden])
    open_query = [(k, v) for k, v in open_query if k.lower() not in SECRETS]
    host = parts.netloc.rpartition("@")[2]
    return (
        urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe=",/:|"), "")),
        urlunsplit((parts.scheme, host, parts.path, urlencode(open_query, safe=",/:|"), "")),
    )


def secrets_of(*parts: Mapping[str, Any] | None) -> tuple[Secret, ...]:
    """Return the secrets among the values of a query and of headers."""
    return tuple(value for part in parts for value in (part or {}).values() if isinstance(value, Secret))


def may_carry_secrets(url: str) -> bool:
    """Return whether an address is one on which nobody reads along: TLS, or this machine.

    >>> may_carry_secrets("https://a/b"), may_carry_secrets("http://a/b"), may_carry_secrets("http://127.0.0.1:8080")
    (True, False, True)
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "https" or host in ("localhost", "::1") or re.fullmatch(r"127(\.\d+){3}", host) is not None


def key_of(shown: str, version: str) -> str:
    """Return the key of an answer: its address and the version of the client that reads it."""
    return hashlib.sha256(f"GET {shown} {version}".encode()).hexdigest()


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the few headers that are kept with an answer."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def retry_after(text: str | None, now: float) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for (a number, or a date); None where it says nothing.

    >>> retry_after("120", 0.0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10.0), retry_after("soon", 0.0)
    (120.0, 50.0, None)
    """
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        stamp = parse_http_date(text)
        seconds = math.nan if stamp is None else stamp - now
    return max(0.0, seconds) if math.isfinite(seconds) else None


def parse_http_date(text: str | None) -> float | None:
    """Return the POSIX time [s] of an HTTP date, None where there is none.

    >>> parse_http_date("Thu, 01 Jan 1970 00:01:00 GMT"), parse_http_date("0")
    (60.0, None)
    """
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def reason_of(body: bytes) -> str | None:
    """Return the provider's own words out of an error body, where it has some; a bonus, never a need."""
    try:
        data = json.loads(body[:20000])
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    for name in ("reason", "messages", "detail", "error", "title"):
        value = data.get(name)
        if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            value = "; ".join(value)
        if isinstance(value, str) and value.strip():
            return plain(" ".join(value.split()))[:300]
    return None


def plain(text: str) -> str:
    """Return a provider's text without signs that steer a terminal or turn the order of letters round.

    >>> plain("a" + chr(27) + "[31mb" + chr(0x202e) + "c")
    'a[31mbc'
    """
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
