"""A Zarr store behind an address, read through the one door to the network: cache, budgets, offline, plain errors.

Neither fsspec nor s3fs is needed where a bucket answers plain HTTP without an account.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from etolib.errors import InvalidRequest, NotCovered
from etolib.sources.network import client
from etolib.sources.network.budget import Budget

LIFETIME = 86400.0
"""How long what was read is kept. [s]"""

ABSENT = (403, 404)
"""How a bucket that does not list its keys says that it has not got one."""


class RemoteStore(Store):
    """A store of keys below an address, for reading.

    Parameters
    ----------
    address : str
        Without a slash at its end.
    source : str
        Named in errors.
    budget : Budget
        What the server allows.
    """

    supports_writes = False
    supports_deletes = False
    supports_listing = False

    def __init__(self, address: str, source: str, budget: Budget) -> None:
        super().__init__(read_only=True)
        self.address, self.source, self.budget = address, source, budget
        # zarr reads in a thread of its own: the settings of the one that opened the store go along.
        self._context = contextvars.copy_context()

    def read(self, key: str) -> client.Reply | None:
        """Return the answer to a key, None where the store has not got it; raises a `SourceError`."""
        try:
            return client.fetch(
                f"{self.address}/{key}", source=self.source, check=_metadata if "/.z" in f"/{key}" else _chunk,
                ttl=lambda data, headers: LIFETIME, not_covered=ABSENT, budget=self.budget, deadline=180.0,
                version="zarr-1",
            )  # fmt: skip
        except NotCovered:
            return None
        except InvalidRequest as error:
            if error.status in ABSENT:
                return None
            raise

    async def get(self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None) -> Buffer | None:
        """Return what stands under a key, or a part of it."""
        context = self._context.copy()
        reply = await asyncio.to_thread(functools.partial(context.run, self.read, key))
        if reply is None:
            return None
        return prototype.buffer.from_bytes(_part(reply.data, byte_range))

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Return parts of what stands under keys."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        """Return whether a key is there."""
        context = self._context.copy()
        return await asyncio.to_thread(functools.partial(context.run, self.read, key)) is not None

    async def set(self, key: str, value: Buffer) -> None:
        """Refuse: it is read only."""
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        """Refuse: it is read only."""
        raise NotImplementedError

    async def list(self) -> AsyncIterator[str]:
        """Yield nothing: a bucket does not tell its keys."""
        keys: tuple[str, ...] = ()
        for key in keys:
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Yield nothing, as `list`."""
        keys: tuple[str, ...] = ()
        for key in keys:
            yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Yield nothing, as `list`."""
        keys: tuple[str, ...] = ()
        for key in keys:
            yield key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteStore) and other.address == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_context"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _context=contextvars.copy_context())


def _metadata(body: bytes) -> bytes:
    """Return what describes arrays; ValueError where it is none: what is kept for a day is looked at first."""
    if not isinstance(json.loads(body, object_hook=_no_pickle), dict):
        raise ValueError("the metadata are no JSON object")
    return body


def _no_pickle(said: dict[str, Any]) -> dict[str, Any]:
    """Return a part of metadata; ValueError where chunks are to be unpickled, which would run what a server sends."""
    if said.get("id") == "pickle":
        raise ValueError("the metadata name pickle")
    return said


def _chunk(body: bytes) -> bytes:
    """Return a chunk; ValueError where it is empty or a page."""
    if not body or body.lstrip()[:1] == b"<":
        raise ValueError("this is no chunk")
    return body


def _part(body: bytes, byte_range: ByteRequest | None) -> bytes:
    if isinstance(byte_range, RangeByteRequest):
        return body[byte_range.start : byte_range.end]
    if isinstance(byte_range, OffsetByteRequest):
        return body[byte_range.offset :]
    if isinstance(byte_range, SuffixByteRequest):
        return body[-byte_range.suffix :]
    return body
