"""The recorded answers beside the project, and what of an answer is its format."""

from __future__ import annotations

import csv
import json
import urllib.parse
from typing import Any

from tests.shared import shared_path


def recording(name: str) -> Any:
    return json.loads(shared_path("fixtures", *name.split("/")).read_text())


def request_of(name: str) -> str:
    """Return path and query of the request that was recorded."""
    with shared_path("fixtures", "manifest.csv").open(newline="") as table:
        url = next(row["request_url"] for row in csv.DictReader(table) if row["file"] == name)
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def shape(value: Any) -> Any:
    """Return members and types of a JSON value; lists keep one entry per distinct shape, numbers are one type."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        kinds: list[Any] = []
        for part in value:
            if (kind := shape(part)) not in kinds:
                kinds.append(kind)
        return kinds
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__
