"""How Open-Meteo is reached: free within its limits and for what is not commercial, or as a customer with a key.

With ``ETOLIB_OPEN_METEO_KEY`` every service is asked at its ``customer-`` host, the key as the header ``x-api-key``,
and the limits of the free service are not counted: how many calls a month a plan has is not known here, the service
says when they are over. (Read in the server's source of 2026-08; the archive wants a plan that has it, else 403.)
"""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from etolib import config, keys
from etolib.sources import catalogue
from etolib.sources.network.budget import MONTH, Budget

KEY = "ETOLIB_OPEN_METEO_KEY"
HEADER = "x-api-key"
FREE = ((60, 600), (3600, 5000), (86400, 10000), (MONTH, 300000))
"""Weighted calls in a minute, an hour, a day and a month (UTC) of the free service."""


def root(service: str) -> str:
    """Return scheme and host of a service: the customers' where there is a key, unless a setting names another."""
    found = config.service_root(service)
    if config.key(KEY) is not None and found == catalogue.services()[service]:
        return found.replace("https://", "https://customer-", 1)
    return found


def headers() -> dict[str, str | keys.Secret]:
    """Return the header that holds the key, where there is one."""
    found = config.key(KEY)
    return {} if found is None else {HEADER: found}


def budget(service: str) -> Budget:
    """Return what the provider allows; all its services count together, whichever port of a machine they stand at."""
    host = urlsplit(root(service)).hostname or ""
    shared = "open-meteo.com" if host.endswith("open-meteo.com") else host
    if config.key(KEY) is not None:
        return Budget(f"open_meteo_customer@{shared}", in_flight=2)  # the least any plan has
    return Budget(f"open_meteo@{shared}", windows=FREE, in_flight=4)


def limited_until(body: bytes, now: float) -> float | None:
    """Return when to come back after a 429 [POSIX s], from the provider's own text; it sends no Retry-After.

    >>> limited_until(b'{"reason": "Minutely API request limit exceeded."}', 90.0)
    120.0
    """
    text = body[:2000].decode("utf-8", "replace").lower()
    for word, width in (("minutely", 60.0), ("hourly", 3600.0), ("daily", 86400.0)):
        if word in text:
            return math.floor(now / width + 1) * width
    return now + 2.0 if "concurrent" in text else None
