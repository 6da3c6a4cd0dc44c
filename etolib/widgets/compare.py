"""Comparing: the ETo of a result and of its sources beside a reference, on the days both have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
import numpy as np

from etolib import words
from etolib.scores import agreement, compared_csv, monthly_bias
from etolib.sources.catalogue import STATION
from etolib.unit_systems import METRIC
from etolib.widgets.form import marked
from etolib.widgets.markup import compare as markup
from etolib.widgets.markup.compare import Pair
from etolib.widgets.tabs.tab import Guard, Other
from etolib.widgets.wording import say

FUSED = "eto"
"""The row of a block that is the result itself."""

_OWN = f"source:{STATION}"


@dataclass(frozen=True)
class Days:
    """The daily series of one result.

    Parameters
    ----------
    day : ndarray of int, shape (days,)
        Days since 1970-01-01.
    usual : ndarray of bool, shape (days,)
        Whether the day is climatology.
    series : dict
        By the name of the row: ETo of a day, NaN where absent. [mm day-1]
    name : str
        Place and period.
    answer : mapping
        What the worker has packed.
    equations : dict or None
        By the name of the row: the same by other equations, from the inputs of the result [mm day-1]; None where nobody
        has asked for them.
    printed : dict
        By the name of the row: where the equation is printed, and for which surface.
    published : dict or None
        By the name of the row: what services publish themselves [mm day-1]; None where nobody has asked for it.
    """

    day: np.ndarray
    usual: np.ndarray
    series: Mapping[str, np.ndarray]
    name: str
    answer: Mapping[str, Any]
    equations: Mapping[str, np.ndarray] | None
    printed: Mapping[str, markup.Printed]
    published: Mapping[str, np.ndarray] | None

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Days:
        """Return what a worker has packed (`etolib.widgets.tabs.compare.ask`)."""
        block = np.frombuffer(answer["data"], dtype="<f8").reshape(len(answer["rows"]), -1)
        rows = dict(zip(answer["rows"], block, strict=True))
        day, usual = rows.pop("day").astype(int), rows.pop("usual") > 0
        told = answer["equations"]
        equations = {row: rows.pop(row) for row in answer["rows"] if row.startswith(markup.EQUATION)}
        printed = {f"{markup.EQUATION}{name}": (one[0], one[1]) for name, one in (told or {}).items()}
        published = {row: rows.pop(row) for row in answer["rows"] if row.startswith(markup.PUBLISHED)}
        name = f"{answer['place']} · {answer['period']}"
        shown = None if answer["published"] is None else published
        return cls(day, usual, rows, name, answer, None if told is None else equations, printed, shown)

    def on(self, day: np.ndarray, row: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a series on other days [mm day-1], and whether each is climatology."""
        _, mine, theirs = np.intersect1d(self.day, day, return_indices=True)
        eto, usual = np.full(len(day), np.nan), np.zeros(len(day), dtype=bool)
        eto[theirs], usual[theirs] = self.series[row][mine], self.usual[mine]
        return eto, usual


class CompareView:
    """The series of a result beside one of them, or beside another result of the page.

    Parameters
    ----------
    guard : callable
        Wraps callbacks: see `etolib.widgets.tabs.Guard`.

    Attributes
    ----------
    ask : callable
        See `etolib.widgets.tabs.Asking`: asks for the other equations, and for what services publish themselves.
    pairs : list of Pair
        What is shown: a series each, with its scores.
    """

    ask: Callable[[Mapping[str, Any]], None]

    def __init__(self, guard: Guard) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._answer: Mapping[str, Any] | None = None
        self._days: Days | None = None
        self._others: dict[str, Days] = {}
        self._task: str | None = None
        self._asked: Mapping[str, Any] | None = None  # the answer to which more was asked for
        self._missing: tuple[str, ...] = ()  # what that was
        self._error = ""
        self._filling = False
        self.pairs: list[Pair] = []
        self.reference: Any = marked(widgets.Dropdown(), "etolib-compare-with", "etolib-field")
        self.shown: Any = marked(widgets.Dropdown(), "etolib-compare-shown", "etolib-field")
        self.equations: Any = marked(widgets.Checkbox(indent=False), "etolib-compare-equations")
        self.published: Any = marked(widgets.Checkbox(indent=False), "etolib-compare-published")
        self.said = marked(widgets.HTML(), "etolib-compare-said")
        self.scores = marked(widgets.HTML(), "etolib-compare-scores")
        self.scatter = marked(widgets.HTML(), "etolib-compare-scatter")
        self.months = marked(widgets.HTML(), "etolib-compare-months")
        asked = [self.reference, self.shown, self.equations, self.published]
        fields = marked(widgets.Box(asked), "etolib-compare-fields")
        self.widget = marked(
            widgets.VBox([fields, self.said, self.scores, self.scatter, self.months]), "etolib-compare"
        )
        self.reference.observe(guard(self._chosen), "value")
        self.shown.observe(guard(self._drawn), "value")
        for box in (self.equations, self.published):
            box.observe(guard(self._widened), "value")

    def offer(self, others: Sequence[Other]) -> None:
        """Take note of the other results of the page; what is shown follows with `show`."""
        self._others = {one.key: Days.of(one.answer) for one in others}

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show a result; the same one keeps what was chosen."""
        self._language, self._units = language, units
        if answer is None:
            return
        same = self._answer is not None and task_id == self._task
        if answer is not self._answer:
            self._answer, self._days, self._task, self._error = answer, Days.of(answer), task_id, ""
        self._offer_references(self.reference.value if same else None)
        self._widen()
        self._compare()

    def failed(self, error: str) -> None:
        """Say that what was asked for could not be had; ticking the box asks for it again."""
        self._error, self._asked = error, None
        self._filling = True
        try:
            for name, box in self._boxes().items():
                box.value = box.value and name not in self._missing
        finally:
            self._filling = False
        self._compare()

    # --- what is compared ---------------------------------------------------------------------------------------------

    def _references(self) -> Iterable[tuple[str, str]]:
        """Return what can be compared with: its title, and its row or the key of another result."""
        assert self._days is not None
        if len(self._days.series) > 1 or self.equations.value or self._beside:
            if _OWN in self._days.series:
                yield markup.title(self._language, _OWN), _OWN
            yield markup.title(self._language, FUSED), FUSED
        named: Counter[str] = Counter()
        for key, other in self._others.items():
            if np.isfinite(other.on(self._days.day, FUSED)[0]).any():
                named[other.name] += 1
                times = named[other.name]
                yield (other.name if times == 1 else f"{other.name} ({times})"), key

    def _offer_references(self, chosen: str | None) -> None:
        options = [*self._references()]
        keys = [key for _, key in options]
        self._fill(self.reference, options, chosen if chosen in keys else next(iter(keys), None))
        self.reference.description = say(self._language, "compare_with")
        self.reference.layout.display = None if options else "none"

    def _fill(self, field: Any, options: list[tuple[str, str]], value: str | None) -> None:
        self._filling = True
        try:
            if list(field.options) != options:
                field.options = options
            field.value = value
        finally:
            self._filling = False

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            self._compare()

    def _widened(self, change: Mapping[str, Any]) -> None:
        if self._days is not None and not self._filling:
            self._error = ""
            self._offer_references(self.reference.value)
            self._widen()
            self._compare()

    def _widen(self) -> None:
        """Ask for what is wanted beside the sources and not there, and with it for what is there."""
        days = self._days
        assert days is not None
        there = {"equations": days.equations is not None, "published": days.published is not None}
        missing = tuple(name for name, box in self._boxes().items() if box.value and not there[name])
        if missing and self._asked is not self._answer:
            self._asked, self._missing = self._answer, missing
            self.ask({name: there[name] or name in missing for name in there})

    @property
    def _beside(self) -> bool:
        """Whether what services publish themselves is wanted, and can be had for this result."""
        return self.published.value and "published" in self._boxes()

    def _boxes(self) -> dict[str, Any]:
        """Return the boxes that can be ticked for this result, by what they ask for."""
        offered = self._days is not None and self._days.answer["offered"]
        return {"equations": self.equations} | ({"published": self.published} if offered else {})

    def _drawn(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            self._draw()

    def _compare(self) -> None:
        """Score every series against what is chosen."""
        days, chosen = self._days, self.reference.value
        assert days is not None
        self.pairs = []
        usual = 0
        if chosen is not None:
            other = self._others.get(chosen)
            truth, typical = other.on(days.day, FUSED) if other else (days.series[chosen], np.zeros(0, dtype=bool))
            # Of days of the own station the result is the station: against it, it would score itself.
            left_out = {chosen} | ({FUSED} if chosen == _OWN else set())
            month = days.day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
            shown = {**days.series, **((self.equations.value and days.equations) or {})}
            shown |= (self._beside and days.published) or {}
            self.pairs = [
                Pair(row, eto, truth, agreement(eto, truth), *monthly_bias(eto, truth, month), days.printed.get(row))
                for row, eto in shown.items()
                if row not in left_out
            ]
            if other:
                both = np.isfinite(days.series[FUSED]) & np.isfinite(truth)
                usual = int((both & (days.usual | typical)).sum())
        options = [(pair.title(self._language), pair.row) for pair in self.pairs]
        kept = self.shown.value if self.shown.value in [row for _, row in options] else None
        self._fill(self.shown, options, kept or (options[0][1] if options else None))
        self.shown.description = say(self._language, "compare_shown")
        self.equations.description = say(self._language, "compare_equations")
        none = days.equations == {} or not np.isfinite(days.series[FUSED]).any()
        self.equations.layout.display = "none" if none else None
        self.published.description = say(self._language, "compare_published")
        self.published.layout.display = None if "published" in self._boxes() else "none"
        self.shown.layout.display = None if len(options) > 1 else "none"
        self.said.value = self._sentences(usual)
        self._draw()

    def _sentences(self, usual: int) -> str:
        """Return what a reader must know of these numbers, or why there are none."""
        assert self._days is not None
        language, chosen = self._language, self.reference.value
        sources = len(self._days.series) - 1
        said = []
        if self.equations.value:
            waiting = self._days.equations is None
            said.append(say(language, "compare_equations_asking" if waiting else "compare_equations_said"))
        if self._beside:
            waiting = self._days.published is None
            said.append(say(language, "compare_published_asking" if waiting else "compare_published_said"))
        if self._error:
            what = "published" if "published" in self._missing else "equations"
            said.append(say(language, f"compare_{what}_failed", error=self._error))
        if not sources:
            said += [] if self.equations.value or self._beside else [say(language, "compare_nothing")]
        elif chosen == FUSED:
            said.append(say(language, "compare_one" if sources == 1 else "compare_part"))
        elif chosen == _OWN:
            said.append(say(language, "compare_own" if sources > 1 else "compare_own_alone"))
        if chosen in self._others:
            said += markup.between(language, self._days.answer, self._others[chosen].answer, self._units)
        if usual:
            said.append(say(language, "compare_usual", count=usual))
        said += markup.few(language, self.pairs)
        if chosen not in self._others:
            known = any(key in self._others for _, key in self.reference.options)
            said.append(say(language, "compare_others" if known else "compare_others_none"))
        return markup.sentences(said)

    # --- how it looks -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        language, units, pairs = self._language, self._units, self.pairs
        self.scores.value = self.scatter.value = self.months.value = ""
        if not pairs:
            return
        name = next(title for title, key in self.reference.options if key == self.reference.value)
        self.scores.value = markup.scores(language, pairs, name, units)
        drawn = next(pair for pair in pairs if pair.row == self.shown.value)
        self.scatter.value = markup.scatter(language, drawn, name, units)
        assert self._days is not None
        file = compared_csv(self._days.day, pairs[0].reference, name, {pair.row: pair.eto for pair in pairs}, units)
        link = markup.download(language, self._days.answer["file"], file)
        self.months.value = markup.months(language, pairs, units) + link
