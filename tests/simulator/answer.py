"""What a provider module hands to the server: a status, headers and a document still open to faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Query = Mapping[str, list[str]]
"""A query string or form body, every name with all its values in order."""


def compact(document: Any) -> bytes:
    """Return JSON bytes without spaces, as NASA POWER, MET Norway and Open-Meteo write it.

    >>> compact({"a": [1.0, None]})
    b'{"a":[1.0,null]}'
    """
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def indented(document: Any) -> bytes:
    """Return JSON bytes indented by four, as the US National Weather Service writes it."""
    return json.dumps(document, indent=4, ensure_ascii=False).encode()


@dataclass
class Answer:
    """One HTTP answer before it is put on the wire.

    ``document`` is rendered as late as possible by ``render``, so that a fault can change the data and leave
    the format genuine. ``body``, where set, goes out as it is. ``origin`` is ``simulated``, ``replay CITY``
    or empty for answers without weather in them.
    """

    status: int = 200
    document: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    render: Callable[[Any], bytes] = compact
    origin: str = ""

    def payload(self) -> bytes:
        """Return the body in bytes, not yet compressed."""
        if self.body is not None:
            return self.body
        return b"" if self.document is None else self.render(self.document)


def html(status: int, title: str, size: int = 0) -> Answer:
    """Return an HTML page as gateways send it, padded to about ``size`` bytes."""
    page = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n"
    page += f"<center><h1>{status} {title}</h1></center>\r\n"
    filling = "<!-- a page of markup and navigation, as a web site wraps around its errors -->\r\n"
    page += filling * max(0, (size - len(page)) // len(filling)) + "</body>\r\n</html>\r\n"
    return Answer(status, body=page.encode(), content_type="text/html")


def one(query: Query, name: str, default: str | None = None) -> str | None:
    """Return the last value of a query parameter, or ``default`` where it is absent or empty."""
    values = [value for value in query.get(name, []) if value != ""]
    return values[-1] if values else default


def many(query: Query, name: str) -> list[str]:
    """Return the values of a list parameter: comma separated, repeated, or both.

    >>> many({"daily": ["a,b", "c"]}, "daily")
    ['a', 'b', 'c']
    """
    return [part.strip() for value in query.get(name, []) for part in value.split(",") if part.strip()]
