"""Try a source of one's own under the faults of public services, without a network: `trial`.

For the tests of a package that brings sources (docs/own_source.md). Nothing of etolib imports it.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import SourceError
from etolib.site import Period, Site
from etolib.sources.catalogue import SourceInfo, load
from etolib.sources.guard import Guard
from etolib.sources.network import client

Server = Callable[[str], bytes]
"""A simulator of a service: the address that is asked (path and query) -> the body of its genuine answer."""


@dataclass(frozen=True)
class Outcome:
    """What came of one fault.

    ``kind`` is ``data`` (all values as without the fault), ``partial`` (some are missing, the others as without, and a
    warning says so), the name of a `SourceError` with a suggestion, or what is wrong, with an exclamation mark.
    """

    fault: str
    kind: str
    text: str = ""

    @property
    def allowed(self) -> bool:
        """Whether a user may get this."""
        return not self.kind.endswith("!")


def trial(row: SourceInfo, server: Server, site: Site, period: Period) -> list[Outcome]:
    """Ask the provider of a row under every fault of `FAULTS`; return what came of each, the undisturbed answer first.

    Parameters
    ----------
    row : SourceInfo
        Its ``provider`` asks through `etolib.sources.network.client.fetch`.
    server : callable
        Answers in place of its service.
    site, period
        What is asked for; the answer must have values there.

    Raises
    ------
    SourceError
        Where there is no answer without a fault either.
    """
    with _behind(row, server, lambda genuine: httpx2.Response(200, content=genuine)) as provider:
        truth = _table(provider, site, period)
    outcomes = [Outcome("none", "data") if len(truth.columns) > 1 else Outcome("none", "no values!")]
    for name, fault in FAULTS.items():
        with _behind(row, server, fault) as provider:
            try:
                kind, text = compare(_table(provider, site, period), truth)
            except SourceError as error:
                named = error.suggestion and error.source
                kind, text = type(error).__name__ if named else "no suggestion or source!", error.message
            except Exception as error:  # what a person would get from this provider as a traceback
                kind, text = f"{type(error).__name__}!", str(error)
        outcomes.append(Outcome(name, kind, text))
    return outcomes


def _table(provider: Guard, site: Site, period: Period) -> pd.DataFrame:
    data = provider.fetch(site, period)
    data.frame.attrs = {"warnings": data.warnings, "stale": bool(data.meta["stale"])}
    return data.frame


@contextmanager
def _behind(row: SourceInfo, server: Server, fault: Callable[[bytes], httpx2.Response]) -> Iterator[Guard]:
    """Have the provider of a row whose answers a fault spoils, with an empty cache and waits that take no time."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return fault(server(request.url.raw_path.decode()))

    slept = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds

    with tempfile.TemporaryDirectory() as folder, config.set_options(contact="test@example.org"):
        door = client.Door(
            Path(folder), "etolib-trial", transport=httpx2.MockTransport(answer), sleep=sleep, jitter=lambda: 0.0,
            clock=lambda: time.time() + slept, monotonic=lambda: time.monotonic() + slept,
        )  # fmt: skip
        try:
            with client.use(door):
                yield Guard(row, load(row.provider)(row))
        finally:
            door.close()


def compare(frame: pd.DataFrame, truth: pd.DataFrame) -> tuple[str, str]:
    """Return ``data``, ``partial``, ``near``, ``stale`` or what is wrong with ``frame``, and a word on it.

    ``frame.attrs`` holds the ``warnings`` of the answer and whether it is ``stale``.
    """
    warnings = frame.attrs["warnings"]
    told = [text for text in warnings if text not in truth.attrs.get("warnings", ())]
    missing, near = 0, False
    for name in truth.columns:
        if name == "kind":
            if list(frame["kind"]) != list(truth["kind"]):
                return "WRONG kind!", ""
            continue
        if name not in frame:
            missing += int(truth[name].notna().sum())
            continue
        have, want = frame[name].to_numpy(dtype=float), truth[name].to_numpy(dtype=float)
        if len(have) != len(want):
            return "WRONG days!", f"{len(have)} instead of {len(want)}"
        there = np.isfinite(have)
        if not np.allclose(have[there], want[there], rtol=1e-9, atol=1e-9, equal_nan=True):
            if np.isnan(want[there]).any():
                return "WRONG number!", f"{name}: values on days that have none"
            # A station's day may be made of 21 to 23 hours, radiation be another satellite's, and then they say so.
            few = any("of 24 hours" in text or "stands in" in text for text in warnings)
            if not few or not np.allclose(have[there], want[there], rtol=0.1, atol=1.0):
                return "WRONG number!", f"{name}: {have[there & (have != want)][:3]}"
            near = True
        missing += int((np.isfinite(want) & ~there).sum())
    extra = set(frame.columns) - set(truth.columns)
    if extra:
        return "WRONG columns!", ", ".join(extra)
    if missing and not told:
        return "partial without a warning!", f"{missing} values missing"
    if frame.attrs["stale"]:
        return "stale", warnings[-1]
    if near:
        return "near", next(text for text in warnings if "of 24 hours" in text or "stands in" in text)
    return ("partial", f"{missing} values missing: {told[-1]}") if missing else ("data", "")


# --- the faults -----------------------------------------------------------------------------------------------------


def _status(status: int, body: bytes = b"", **headers: str) -> Callable[[bytes], httpx2.Response]:
    return lambda genuine: httpx2.Response(
        status, content=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def _body(change: Callable[[bytes], bytes]) -> Callable[[bytes], httpx2.Response]:
    return lambda genuine: httpx2.Response(200, content=change(genuine))


def _json(change: Callable[[Any], Any]) -> Callable[[bytes], httpx2.Response]:
    """Return a fault of the data of a JSON body; another body stays as it is."""

    def changed(genuine: bytes) -> bytes:
        try:
            return json.dumps(change(json.loads(genuine))).encode()
        except ValueError:
            return genuine

    return _body(changed)


def _leaves(change: Callable[[Any], Any], *kinds: type) -> Callable[[Any], Any]:
    """Return a change of every leaf of some types."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        return change(value) if isinstance(value, kinds) and not isinstance(value, bool) else value

    return walk


def _raise(error: type[httpx2.TransportError]) -> Callable[[bytes], httpx2.Response]:
    def fault(genuine: bytes) -> httpx2.Response:
        raise error("on purpose")

    return fault


_PAGE = b"<!DOCTYPE html><html><title>Log in</title></html>"

FAULTS: dict[str, Callable[[bytes], httpx2.Response]] = {
    **{str(status): _status(status) for status in (204, 304, 400, 401, 403, 404, 410, 422, 429, 500, 503)},
    "429_retry_after_long": _status(429, retry_after="86400"),
    "502_html": _status(502, _PAGE),
    "html_200": _status(200, _PAGE),
    "refused": _raise(httpx2.ConnectError),
    "silent": _raise(httpx2.ReadTimeout),
    "broken_off": _raise(httpx2.ReadError),
    "empty_body": _body(lambda genuine: b""),
    "half_body": _body(lambda genuine: genuine[: len(genuine) // 2]),
    "null_json": _body(lambda genuine: b"null"),
    "other_json": _body(lambda genuine: b'{"another": {"shape": [1, 2, 3]}}'),
    "nested_deeper": _json(lambda data: {"data": data}),
    "numbers_null": _json(_leaves(lambda value: None, int, float)),
    "numbers_minus_999": _json(_leaves(lambda value: -999.0, int, float)),
    "numbers_nan": _json(_leaves(lambda value: float("nan"), int, float)),
    "numbers_text": _json(_leaves(lambda value: "n/a", int, float)),
    "numbers_times_1000": _json(_leaves(lambda value: value * 1000.0, int, float)),
    "texts_changed": _json(_leaves(lambda value: "furlong", str)),
}
"""What may come in place of an answer, by name."""
