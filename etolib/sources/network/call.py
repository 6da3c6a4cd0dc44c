"""`Call`: one download under way, from the look in the cache to an answer or an error that says what happened.

Retried: broken transport, 429, 500, 502 to 504, a body that fails its check. Not retried: a host that refuses or does
not resolve or does not let itself be reached (no network: fail at once), any other 4xx, TLS errors, an HTML page where
data should be (a hotel's log-in page stays one).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import tenacity

from etolib import keys
from etolib.errors import (
    BadResponse,
    EtolibError,
    InvalidRequest,
    NotCovered,
    RateLimited,
    SourceError,
    SourceUnavailable,
)
from etolib.sources.network import counts, scope
from etolib.sources.network.address import kept, plain, reason_of, retry_after
from etolib.sources.network.budget import Budget, slot
from etolib.sources.network.cache import Entry
from etolib.sources.network.keeping import Differs, Ttl, revision, settle
from etolib.sources.network.wire import Elsewhere
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.sources.network.client import Door

E = TypeVar("E", bound=SourceError)

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
HOST_MARK = 30.0  # s; how long a host that let us wait in vain is left alone


@dataclass(frozen=True)
class Reply:
    """An answer that passed its check.

    Attributes
    ----------
    data : object
        What ``check`` made of the body.
    body : bytes
        The body itself.
    url : str
        Where it came from, without secrets.
    status : int
        HTTP status.
    fetched, expires : float
        POSIX times. [s]
    headers : dict
        The few headers that were kept, lower case.
    from_cache, stale : bool
        Whether it was on disk, and whether it is there past its time because the provider is down.
    error : Text, optional
        Why a stale answer is given.
    """

    data: Any
    body: bytes
    url: str
    status: int
    fetched: float
    expires: float
    headers: Mapping[str, str]
    from_cache: bool = False
    stale: bool = False
    error: Text | None = None

    @property
    def revised(self) -> dict[str, Any] | None:
        """What the provider changed since an earlier answer that was kept; None: nothing that is known."""
        return revision(self.headers)


class _Again(Exception):
    """A failed attempt that may be repeated, after ``wait`` seconds if the server said so."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


@dataclass
class Call:
    """One `etolib.sources.network.client.Door.fetch` under way."""

    door: Door
    url: str = field(repr=False)  # with the secrets
    shown: str
    key: str
    source: str
    ttl: Ttl
    check_body: Callable[[bytes], Any]
    connect: float
    read: float
    attempts: int
    waits: tuple[float, ...]
    budget: Budget | None
    weight: float
    limited_until: Callable[[bytes, float], float | None] | None
    not_covered: tuple[int, ...]
    headers: dict[str, str | keys.Secret]
    begun: float
    end: float
    deadline: float
    secrets: tuple[keys.Secret, ...] = ()
    differs: Differs | None = None

    def remaining(self) -> float:
        """Return the time left. [s]"""
        return self.end - self.door.monotonic()

    def check(self, body: bytes) -> Any:
        """Return what the caller makes of a body."""
        return checked(self.check_body, body)

    def reply(self, entry: Entry, data: Any, **marks: Any) -> Reply:
        """Return an entry as an answer."""
        return Reply(data, entry.body, entry.url, entry.status, entry.fetched, entry.expires, entry.headers, **marks)

    def look(self) -> tuple[Reply | None, Entry | None]:
        """Return a fresh answer from disk, or the expired entry."""
        now = self.door.clock()
        entry = self.door.cache.load(self.key, now)
        if entry is None or not entry.fetched - 86400 <= now < entry.expires:
            return None, entry
        try:
            return self.reply(entry, self.check(entry.body), from_cache=True), entry
        except (ValueError, EtolibError):
            return None, None

    def download(self, old: Entry | None) -> Reply:
        """Ask until there is an answer, a final error, or no time."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=self._wait,
            stop=self._stop,
            sleep=self.door.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, old)
        except _Again as last:
            if isinstance(last.error, RateLimited) and last.error.retry_at is None and last.wait is not None:
                last.error.retry_at = self.door.clock() + last.wait
            raise last.error from last.__cause__

    def _wait(self, state: tenacity.RetryCallState) -> float:
        assert state.outcome is not None
        error = state.outcome.exception()
        if isinstance(error, _Again) and error.wait is not None:
            return error.wait
        pause = self.waits[min(state.attempt_number, len(self.waits)) - 1] if self.waits else 0.0
        return pause * (1 + 0.25 * self.door.jitter())

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        # Never sleep only to find that there is no time left.
        return state.attempt_number >= self.attempts or state.upcoming_sleep >= self.remaining()

    def _attempt(self, old: Entry | None) -> Reply:
        self._spend()
        if self.budget is None:
            return self._ask(old)
        database = self.door.cache.database
        try:
            with slot(database, self.budget, until=self.end, monotonic=self.door.monotonic, sleep=self.door.sleep):
                return self._ask(old)
        except TimeoutError:
            raise self.too_late() from None

    def _spend(self) -> None:
        if self.budget is None:
            return
        patience = self.door.clock() + self.budget.wait
        while True:
            at = self.door.ledger.take(self.budget, self.weight, self.door.clock)
            if at is None:
                return
            now = self.door.clock()
            if at > patience or at - now >= self.remaining():
                raise RateLimited(self._used_up(at - now, now), retry_at=at, source=self.source, url=self.shown)
            self.door.sleep(max(0.0, at - now))

    def _used_up(self, wait: float, now: float) -> Text:
        """Return that the limit of requests is used up, with the provider's own words where it had some."""
        assert self.budget is not None
        sentence = say("limit_used_up", seconds=f"{wait:.0f}")
        if words := self.door.ledger.blocked_text(self.budget.name, now):
            sentence = say("limit_used_up_as_said", seconds=f"{wait:.0f}", error=words)
        return say("of_source", source=self.source, sentence=sentence)

    def _ask(self, old: Entry | None) -> Reply:
        if scope.cancelled():
            raise scope.Abandoned
        left = self.remaining()
        if left <= 0:
            raise self.too_late()
        headers = {k: v.reveal() if isinstance(v, keys.Secret) else v for k, v in self.headers.items()}
        if old is not None and "last-modified" in old.headers:
            headers["If-Modified-Since"] = old.headers["last-modified"]
        if old is not None and "etag" in old.headers:
            headers["If-None-Match"] = old.headers["etag"]
        asked = self.door.monotonic()
        counts.add(counts.ASKED, self.source)
        try:
            status, answered, body = self.door.network().get(
                self.url, headers, total=left, connect=self.connect, read=self.read
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._unreachable(error, self.door.monotonic() - asked) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            if self.remaining() <= 0 or isinstance(error, TimeoutError):
                raise self.too_late() from error
            raise _Again(self._error(SourceUnavailable, "no_answer_for", seconds=f"{self.read:g}")) from error
        except Elsewhere as error:
            raise self._error(SourceUnavailable, "redirected_elsewhere", address=str(error)[:100]) from None
        except httpx2.TooManyRedirects as error:
            raise self._error(BadResponse, "redirects_in_circles") from error
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            what = f"{type(error).__name__}: {error}"
            raise _Again(self._error(SourceUnavailable, "broke_off", error=what)) from error
        return self._classify(status, answered, keys.without(body, self.secrets), old)

    def _classify(self, status: int, headers: Mapping[str, str], body: bytes, old: Entry | None) -> Reply:
        now = self.door.clock()
        if status == 304 and old is not None:
            return self._keep(status, {**old.headers, **kept(headers)}, old.body, now, old)
        if status in (200, 203):
            return self._keep(status, kept(headers), body, now, old)
        reason = reason_of(body)
        answer = f"HTTP {status}: {reason}" if reason else f"HTTP {status}"
        details = {"status": status, "body": plain(body[:500].decode("utf-8", "replace"))}
        after = retry_after(headers.get("retry-after"), now)
        if status == 429:
            until = self.limited_until(body, now) if self.limited_until else None
            if until is None:
                until = now + after if after is not None else None
            error = self._error(RateLimited, "asks_to_wait", error=answer, details={"retry_at": until, **details})
            if until is not None and self.budget is not None:
                self.door.ledger.block(self.budget.name, until, reason or "HTTP 429", now)
            raise _Again(error, None if until is None else max(0.0, until - now))
        if status in RETRIED:
            raise _Again(self._error(SourceUnavailable, "failed_on_its_side", error=answer, details=details), after)
        if status in self.not_covered:
            details["suggestion"] = say("choose_another_source_here")
            raise self._error(NotCovered, "no_data_for_place", error=answer, details=details)
        if 400 <= status < 500:
            advice = "set_contact_to_be_let_in" if status == 403 else "check_the_request"
            details["suggestion"] = say("check_the_key" if self.secrets else advice)
            raise self._error(InvalidRequest, "refused_the_request", error=answer, details=details)
        if status >= 500:
            raise self._error(SourceUnavailable, "failed_on_its_side", error=answer, details=details)
        raise self._error(BadResponse, "unexpected_status", status=status, details=details)

    def _keep(self, status: int, headers: dict[str, str], body: bytes, now: float, old: Entry | None) -> Reply:
        details: dict[str, Any] = {"status": status, "body": plain(body[:500].decode("utf-8", "replace"))}
        try:
            data = self.check(body)
        except ValueError as error:
            wrong = self._error(BadResponse, "cannot_be_read", error=str(error)[:200], details=details)
            if body.lstrip()[:1] == b"<":
                raise wrong from error
            raise _Again(wrong) from error
        except SourceError as error:
            error.source, error.url, error.status = error.source or self.source, self.shown, status
            error.body = error.body or details["body"]
            raise
        lifetime, headers = settle(data, headers, self.ttl, self.differs, old, self.check)
        entry = Entry(self.shown, 200 if status == 304 else status, headers, body, now, now + lifetime)
        self.door.cache.store(self.key, entry, now)
        return self.reply(entry, data)

    def _unreachable(self, error: Exception, took: float) -> SourceUnavailable:
        host = urlsplit(self.url).netloc
        cause = error.__cause__ or error.__context__
        while cause is not None and not isinstance(cause, ssl.SSLError) and (cause.__cause__ or cause.__context__):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error).lower():
            details = {"retryable": False, "suggestion": say("check_clock_and_certificates")}
            found = self._error(SourceUnavailable, "could_not_be_trusted", error=str(error), details=details)
        elif isinstance(error, httpx2.ConnectTimeout):
            found = self._error(SourceUnavailable, "host_did_not_answer", host=host, seconds=f"{took:.0f}")
        else:
            found = self._error(SourceUnavailable, "no_connection_to_host", host=host, error=str(error))
        if took > 1.0:
            # A refusal costs nothing and may be asked again at once; a silence must not be paid for by each place.
            self.door.cache.mark_host(host, self.door.clock() + HOST_MARK, found.message)
        return found

    def too_late(self) -> SourceUnavailable:
        """Return the error of a download whose time is over."""
        return self._error(SourceUnavailable, "no_answer_within", seconds=f"{self.deadline:g}")

    def _error(self, kind: type[E], key: str, *, details: Mapping[str, Any] | None = None, **values: Any) -> E:
        """Return an error of this source: the text of a key with values, and the attributes of the error."""
        said = {name: plain(keys.scrub(value)) if isinstance(value, str) else value for name, value in values.items()}
        text = say(key, source=self.source, **said)
        return kind(text, source=self.source, url=self.shown, **(details or {}))


def checked(check: Callable[[bytes], Any], body: bytes) -> Any:
    """Return what ``check`` makes of a body; ValueError, or an `EtolibError`, where it is not what was promised."""
    try:
        return check(body)
    except (RecursionError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # A body of another shape than promised; what exactly broke is no help to the reader.
        raise ValueError(f"unexpected shape: {type(error).__name__}: {error}") from error
