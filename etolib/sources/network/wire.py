"""The wire: an asynchronous client on one private thread per process, with a total time-out that holds.

Only an asynchronous client can be stopped in the middle of slow headers, a slow body or a slow name look-up; its loop
lives in a thread of its own, so that it works where a loop runs already (a notebook, a dask worker).
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
import threading
from collections.abc import Mapping

import httpx2

from etolib.sources.network import scope

# httpx2 writes each address at INFO, and an address may carry a key.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_BODY = 64 << 20  # byte; 45 years of hourly data are a tenth of it


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Return the certificates this process trusts; reading them takes some 30 ms, and each client would do it."""
    return httpx2.create_ssl_context()


class Elsewhere(Exception):
    """A provider that sends us to another host, which nobody has chosen to trust; its text is that address."""


async def _stay(answer: httpx2.Response) -> None:
    """Raise `Elsewhere` where an answer leads away from its host: the same name and port, or its port for TLS."""
    if not answer.has_redirect_location:
        return
    here = answer.request.url
    there = here.join(answer.headers["location"])
    tls = (here.scheme, here.port, there.scheme, there.port) == ("http", None, "https", None)
    if there.host != here.host or ((there.scheme, there.port) != (here.scheme, here.port) and not tls):
        raise Elsewhere(f"{there.scheme}://{there.host}" + (f":{there.port}" if there.port else ""))


class Net:
    """An asynchronous client on its own loop in its own thread; `get` blocks the calling thread only."""

    def __init__(self, user_agent: str, transport: httpx2.AsyncBaseTransport | None) -> None:
        self._loop = asyncio.new_event_loop()
        self._client: httpx2.AsyncClient | None = None
        self._user_agent = user_agent
        self._transport = transport
        self._thread = threading.Thread(target=self._loop.run_forever, name="etolib-net", daemon=True)
        self._thread.start()

    def get(
        self, url: str, headers: Mapping[str, str], *, total: float, connect: float, read: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body; TimeoutError after ``total`` seconds whatever the server does."""
        future = asyncio.run_coroutine_threadsafe(self._get(url, headers, total, connect, read), self._loop)
        try:
            return scope.result(future)
        except BaseException:  # cancelled or late: the download ends with whoever waits for it
            future.cancel()
            raise

    def close(self) -> None:
        """Close the connections and end the thread."""

        async def end() -> None:
            if self._client is not None:
                await self._client.aclose()
            self._loop.stop()

        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(end()))
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()

    async def _get(
        self, url: str, headers: Mapping[str, str], total: float, connect: float, read: float
    ) -> tuple[int, dict[str, str], bytes]:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                headers={"User-Agent": self._user_agent},
                transport=self._transport,
                verify=_certificates(),
                follow_redirects=True,
                max_redirects=3,
                event_hooks={"response": [_stay]},
                limits=httpx2.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=15),
            )
        timeout = httpx2.Timeout(read, connect=min(connect, total), pool=None)
        async with (
            asyncio.timeout(total),
            self._client.stream("GET", url, headers=dict(headers), timeout=timeout) as answer,
        ):
            parts, size = [], 0
            async for part in answer.aiter_bytes():
                size += len(part)
                if size > MAX_BODY:
                    raise httpx2.DecodingError(f"the body is longer than {MAX_BODY >> 20} MB")
                parts.append(part)
            return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, b"".join(parts)
