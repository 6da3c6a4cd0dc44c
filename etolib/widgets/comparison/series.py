"""The series of a comparison: what workers packed, put on the same days; numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.result.together import figures
from etolib.widgets.daily import QUALITIES

QUANTITIES = ("eto", "rain", "balance")
STEPS = ("day", "week", "month", "sum")
"""Days as they are, the mean of the seven days that end on each, means of calendar months, sums since the first day."""

KINDS = ("observed", "forecast", "climatology")


@dataclass(frozen=True)
class Series:
    """The days of one place.

    Parameters
    ----------
    number : int
        Of its place.
    label : str
    rows : dict
        As `etolib.widgets.comparison.answers.ask` names them: ndarrays of shape (days,).
    answer : mapping
        The whole answer.
    """

    number: int
    label: str
    rows: Mapping[str, np.ndarray]
    answer: Mapping[str, Any]

    @classmethod
    def of(cls, number: int, label: str, answer: Mapping[str, Any]) -> Series:
        """Return what a worker has packed."""
        block = np.frombuffer(answer["data"], dtype="<f8").reshape(len(answer["rows"]), -1)
        return cls(number, label, dict(zip(answer["rows"], block, strict=True)), answer)

    @property
    def day(self) -> np.ndarray:
        """Days since 1970-01-01."""
        days: np.ndarray = self.rows["day"].astype(int)
        return days

    def values(self, quantity: str, *, exact: bool) -> np.ndarray:
        """Return a quantity of each day [mm day-1]; ``exact``: with every digit, else as files have it."""
        if quantity == "balance":
            balance: np.ndarray = self.rows["exact_precipitation"] - self.rows["exact_eto"]
            return balance if exact else np.round(balance, 2)
        name = {"eto": "eto", "rain": "precipitation"}[quantity]
        values: np.ndarray = self.rows[f"exact_{name}" if exact else name]
        return values

    def kind(self) -> np.ndarray:
        """Return the kind of each day by its place in `KINDS`; NaN where absent."""
        codes = [float(KINDS.index(kind)) if kind in KINDS else np.nan for kind in self.answer["kinds"]]
        mine = self.rows["kind"]
        return np.array([np.nan if code != code else codes[int(code)] for code in mine])

    def count(self, kind: str) -> int:
        """Return how many days are of a kind."""
        return int((self.kind() == KINDS.index(kind)).sum())

    @property
    def missing(self) -> int:
        """Days without an ETo."""
        return int(np.isnan(self.rows["eto"]).sum())

    def place(self) -> figures.Place:
        """Return the place as `figures` takes it, with every digit."""
        levels = [None if code != code else QUALITIES[int(code)] for code in self.rows["quality"]]
        eto, rain = self.values("eto", exact=True), self.values("rain", exact=True)
        return figures.Place(self.label, self.day, eto, rain, levels)


def drawn(series: Sequence[Series], quantity: str, step: str) -> dict[str, np.ndarray]:
    """Return the rows that chart and table show, all on the same days.

    Returns
    -------
    dict
        ``day``: days since 1970-01-01, for months their first; ``kind``: place in `KINDS` where every place that has
        the day agrees that it is no observation; ``place:<number>`` of each [mm day-1, sums mm], rounded as files are;
        ``lower:<number>``, ``upper:<number>``: the interval of daily ETo.
    """
    days = figures.all_days([one.day for one in series])
    found: dict[str, np.ndarray] = {"day": days.astype(float)}
    kinds = np.array([figures.on_days(one.day, one.kind(), days) for one in series]).reshape(len(series), -1)
    least = np.fmin.reduce(kinds, axis=0) if len(kinds) else np.empty(0)  # an observed one makes the day observed
    if step == "month":
        found = {"day": figures.months(days)[0].astype(float)}
        of = figures.months(days)[1]
        found["kind"] = np.full(len(found["day"]), np.nan)
        np.fmin.at(found["kind"], of, least)
    else:
        found["kind"] = least
    for one in series:
        values = figures.on_days(one.day, one.values(quantity, exact=step != "day"), days)
        if step == "week":
            values = figures.running(values)
        elif step == "sum":
            values = figures.cumulative(values)
        elif step == "month":
            values = figures.monthly(days, values)[1]
        found[f"place:{one.number}"] = np.round(values, 2)
        if quantity == "eto" and step == "day":
            for limit in ("lower", "upper"):
                found[f"{limit}:{one.number}"] = figures.on_days(one.day, one.rows[f"eto_{limit}"], days)
    return found
