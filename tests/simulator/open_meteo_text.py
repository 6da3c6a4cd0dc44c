"""How Open-Meteo writes its answers: JSON with numbers of fixed decimals."""

from __future__ import annotations

import json
import math
from typing import Any

from tests.simulator.answer import compact


class Fixed(float):
    """A number that remembers how many decimals it is written with."""

    decimals: int

    def __new__(cls, value: float, decimals: int) -> Fixed:
        """Return the number."""
        number = super().__new__(cls, value)
        number.decimals = decimals
        return number

    def __deepcopy__(self, memo: dict[int, Any]) -> Fixed:
        """Return the number itself: it cannot change."""
        return self


def _token(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.{getattr(value, 'decimals', 2)}f}" if math.isfinite(value) else "NaN"
    return json.dumps(value, ensure_ascii=False)


def _block(columns: dict[str, list[Any]]) -> str:
    return "{" + ",".join(f'"{name}":[{",".join(map(_token, column))}]' for name, column in columns.items()) + "}"


def render(document: Any) -> bytes:
    """Return JSON with numbers of fixed decimals, as the service writes it since 2026.

    >>> render({"latitude": 1.5, "daily": {"time": ["2024-01-01"], "precipitation_sum": [Fixed(5.6, 2)]}}).decode()
    '{"latitude":1.5,"daily":{"time":["2024-01-01"],"precipitation_sum":[5.60]}}'
    """
    if isinstance(document, list):
        return b"[" + b",".join(render(part) for part in document) + b"]"
    parts = (
        f'"{name}":{_block(value) if name in ("daily", "hourly") else compact(value).decode()}'
        for name, value in document.items()
    )
    return ("{" + ",".join(parts) + "}").encode()
