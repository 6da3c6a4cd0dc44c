"""How long an answer is kept, and what is noted with it where it differs from the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError

if TYPE_CHECKING:
    from etolib.sources.network.cache import Entry

REVISED = "etolib-revised"
"""Under which the note of a revision stands among an answer's headers in the cache; no server can set it."""

Differs = Callable[[Any, Any, float], Mapping[str, Any] | None]
"""``(before, after, fetched)`` -> how two answers to the same question differ, JSON-able; None where they agree, empty
where they differ and nobody needs to hear of it. ``fetched`` is the time of the first. [POSIX s]"""


@dataclass(frozen=True)
class Lifetime:
    """How long an answer is kept: ``first``, and each time the same comes again twice as long, ``longest`` at most.

    >>> Lifetime(60.0, 300.0).after(None), Lifetime(60.0, 300.0).after(120.0), Lifetime(60.0, 300.0).after(240.0)
    (60.0, 240.0, 300.0)
    """

    first: float
    longest: float = 0.0

    def after(self, before: float | None) -> float:
        """Return the lifetime [s] of an answer that equals one that was kept for ``before``; None: it is new."""
        if before is None or self.longest <= self.first:
            return self.first
        return max(self.first, min(self.longest, 2 * before))


Ttl = Callable[[Any, Mapping[str, str]], "float | Lifetime"]
"""``(data, headers)`` -> how long an answer is kept. [s]"""


def settle(
    data: Any,
    headers: Mapping[str, str],
    ttl: Ttl,
    differs: Differs | None,
    old: Entry | None,
    check: Callable[[bytes], Any],
) -> tuple[float, dict[str, str]]:
    """Return the lifetime [s] of an answer and its headers with the note of what it changed.

    The note of an earlier change stays while nothing else changes.
    """
    noted = {name: value for name, value in headers.items() if name != REVISED}
    before: float | None = None
    if differs is not None and old is not None:
        try:
            found = differs(check(old.body), data, old.fetched)
        except (ValueError, EtolibError):  # of another version of the client, or damaged
            old = None
        else:
            if found:
                noted[REVISED] = json.dumps(dict(found), ensure_ascii=False)
            else:
                before = old.expires - old.fetched if found is None else None
                if REVISED in old.headers:
                    noted[REVISED] = old.headers[REVISED]
    lasting = ttl(data, headers)
    return max(0.0, lasting.after(before) if isinstance(lasting, Lifetime) else lasting), noted


def revision(headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the note of the last change of an answer, None where it never changed while it was kept.

    >>> revision({REVISED: '{"days": 2}'}), revision({})
    ({'days': 2}, None)
    """
    note = headers.get(REVISED)
    if note is None:
        return None
    try:
        found = json.loads(note)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
