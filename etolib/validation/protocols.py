"""The protocols: what a fusion may learn from, and which days are scored.

| name   | learns from                                                     | scored     |
|--------|-----------------------------------------------------------------|------------|
| T2005  | the place's own reference up to 2005-12-31                       | 2006-2020  |
| S      | the reference of the other places, all years                    | all years  |
| S200   | as S, without places nearer than 200 km                         | all years  |
| ST2005 | as S, reference up to 2005-12-31                                | 2006-2020  |
| G      | no reference                                                    | all years  |

A hidden reference value is set to NaN before anything else happens, so what comes out cannot depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etolib.errors import InputError, Problem
from etolib.words import say

LAST_LEARNT = np.datetime64("2005-12-31")
"""Last day learnt from in T2005 and ST2005."""


@dataclass(frozen=True)
class Protocol:
    """What may be learnt."""

    name: str
    own: bool
    others: bool
    nearest_km: float
    until: np.datetime64 | None

    @property
    def scored_from(self) -> np.datetime64 | None:
        """First day that is scored, None for all."""
        return None if self.until is None else self.until + np.timedelta64(1, "D")


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("T2005", own=True, others=False, nearest_km=0.0, until=LAST_LEARNT),
        Protocol("S", own=False, others=True, nearest_km=0.0, until=None),
        Protocol("S200", own=False, others=True, nearest_km=200.0, until=None),
        Protocol("ST2005", own=False, others=True, nearest_km=0.0, until=LAST_LEARNT),
        Protocol("G", own=False, others=False, nearest_km=0.0, until=None),
    )
}
"""Protocols by name."""


def by_name(name: str) -> Protocol:
    """Return a protocol by name, or raise `InputError`."""
    if name not in PROTOCOLS:
        raise InputError([Problem("protocol", name, say("must_be_one_of", names=list(PROTOCOLS)))])
    return PROTOCOLS[name]
