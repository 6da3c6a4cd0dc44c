"""The own station file: uploaded, read on a worker, shown for confirmation, and then a source like any other.

What comes in is distrusted: the content is never looked at here and never named a path, the file name is only shown.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets

from etolib.errors import EtolibError
from etolib.sources.station.units import QUANTITY, UNITS
from etolib.widgets import wording
from etolib.widgets.form import marked
from etolib.widgets.form_model import FormModel, shown_name
from etolib.widgets.markup import station as markup
from etolib.widgets.markup.base import label
from etolib.widgets.questions import Answer, Questions
from etolib.widgets.wording import say, variable

MAX_MB = 20
"""Largest file taken: a hundred years of days are some 5 MB."""

_FORMATS = ".csv,.tsv,.txt,.dat,.json,.xlsx,.tnx,.tmp,.plu,.eto,.pen,.cli"
_PARTS = ("date", "year", "month", "day", "doy", "station")


@dataclass
class Upload:
    """A file as it came, and what the person says of it.

    Attributes
    ----------
    name : str
        As the browser gave it: shown, and nothing else.
    content : bytes
        Compressed by zlib: it may travel several times.
    known : dict
        What the person says of columns, see `etolib.sources.station.columns.Known`.
    station : str, optional
        Which of several stations.
    """

    name: str
    content: bytes
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    station: str | None = None


class OwnStation:
    """Row of the own file in the form.

    Parameters
    ----------
    model : FormModel
        Its ``station`` is set where a file can be used and is ticked.
    guard : callable
        Wraps callbacks.
    read : callable
        Called with an `Upload`; has it read on a worker and hands what was found to `show`.
    """

    def __init__(self, model: FormModel, guard: Callable[..., Any], read: Callable[[Upload], None]) -> None:
        self.model, self._guard, self._read = model, guard, read
        self.upload: Upload | None = None
        self.found: Mapping[str, Any] | None = None
        self._said: tuple[str, dict[str, Any]] | None = None  # key and values of a sentence of the page's own
        self._filling = False
        self._rows: dict[str, _Row] = {}
        self._others: Mapping[str, Mapping[str, Any]] = {}  # what other sources say of the days of the file
        self.questions = Questions(guard, self.answer)

        self.title = widgets.HTML()
        self.choose = marked(widgets.FileUpload(accept=_FORMATS, multiple=False, icon=""), "etolib-upload")
        self.hint = marked(widgets.HTML(), "etolib-muted", "etolib-station-hint")
        head = marked(widgets.Box([self.title, self.choose, self.hint]), "etolib-section-head")

        self.use = marked(widgets.Checkbox(value=True, indent=False), "etolib-station-use")
        self.facts = marked(widgets.HTML(), "etolib-muted", "etolib-station-facts")
        self.dates = marked(widgets.Button(), "etolib-station-dates", "etolib-plain")
        self.unfold = marked(widgets.ToggleButton(value=True), "etolib-station-unfold", "etolib-plain")
        self.remove = marked(widgets.Button(), "etolib-station-remove", "etolib-plain")
        self.line = marked(
            widgets.Box([self.use, self.facts, self.dates, self.unfold, self.remove]), "etolib-station-line"
        )
        self.problem = marked(widgets.HTML(), "etolib-station-problem")
        self.which = marked(widgets.Dropdown(), "etolib-station-which", "etolib-field")
        self.columns = marked(widgets.VBox(), "etolib-station-columns")
        self.more_column = marked(widgets.Dropdown(), "etolib-field")
        self.more_variable = marked(widgets.Dropdown(), "etolib-field")
        self.more = marked(widgets.Box([self.more_column, self.more_variable]), "etolib-station-more")
        self.notes = marked(widgets.HTML(), "etolib-muted", "etolib-station-notes")
        self.details = marked(widgets.VBox([self.columns, self.more, self.notes]), "etolib-station-details")
        self.widget = marked(
            widgets.VBox([head, self.line, self.problem, self.which, self.questions.widget, self.details]),
            "etolib-section",
            "etolib-station",
        )

        model.observe(guard(lambda change: self._lay_out()), "asked_station")
        self.choose.observe(guard(self._came), "value")
        self.use.observe(guard(lambda change: self._offer()), "value")
        self.unfold.observe(guard(lambda change: self._lay_out()), "value")
        self.which.observe(guard(self._which_chosen), "value")
        self.more_variable.observe(guard(self._more_chosen), "value")
        self.dates.on_click(guard(lambda _: self._take_dates()))
        self.remove.on_click(guard(lambda _: self.clear()))
        self.translate(model.language)

    # --- what a person does -------------------------------------------------------------------------------------------

    def _came(self, change: Mapping[str, Any]) -> None:
        """Take a file; the widget is emptied at once, so that the kernel holds it once and it can be chosen again."""
        if not change["new"]:
            return
        file = change["new"][0]
        content, name = bytes(file["content"]), shown_name(str(file["name"]))
        self.choose.value = ()
        self.clear()
        if len(content) > MAX_MB << 20:
            self._say("station_large", name=name, size=f"{len(content) / (1 << 20):.0f}", limit=MAX_MB)
            return
        self.upload = Upload(name, zlib.compress(content, 1))
        self._ask()

    @property
    def name(self) -> str:
        """Name of the file that is here, or that somebody is asked to choose again; empty where there is none."""
        if self.upload is not None:
            return self.upload.name
        if self._said is not None and self._said[0] == "station_lost":
            return str(self._said[1]["name"])
        return str(self.found["name"]) if self.found is not None else ""

    def lost(self, name: str) -> None:
        """Say that a file was here before the page was loaded anew."""
        self._say("station_lost", name=shown_name(name))

    def restore(self, found: Mapping[str, Any]) -> None:
        """Take a file out of a result that was calculated with it (`etolib.widgets.remote.own_file`)."""
        self.clear()
        self.found = found
        self._offer()

    def clear(self) -> None:
        """Forget the file."""
        self.upload, self.found, self._said = None, None, None
        self._filling = True
        try:
            self.use.value, self.unfold.value = True, True
        finally:
            self._filling = False
        self._offer()

    def _ask(self) -> None:
        """Have the file read again, with what the person says of it; a task takes nothing until it is."""
        assert self.upload is not None
        self._say("station_reading", name=self.upload.name)
        self.model.station = None
        self._read(self.upload)

    def say_of(self, column: str, **what: Any) -> None:
        """Take a correction of one column and read the file again."""
        if self.upload is not None:
            known = self.upload.known | {column: self.upload.known.get(column, {}) | what}
            self.upload = Upload(self.upload.name, self.upload.content, known, self.upload.station)
            self._ask()

    def answer(self, parameter: str, column: str | None, answer: Answer) -> None:
        """Take the answer to a question and read the file again."""
        if parameter == "units" and column is not None:
            self.say_of(column, unit=answer)
        elif parameter == "wind_height" and column is not None:
            self.say_of(column, height=float(answer))
        elif parameter == "columns" and self.found is not None:
            variable = next((c["variable"] for c in self.found["columns"] if c["name"] == column), None)
            self.say_of(str(answer), variable=variable or str(answer))
        elif parameter == "station" and self.upload is not None:
            self.upload = Upload(self.upload.name, self.upload.content, self.upload.known, str(answer))
            self._ask()
        else:
            self.say_of("", **{"format" if parameter == "dates" else parameter: answer})

    def _which_chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling and self.upload is not None and change["new"]:
            self.upload = Upload(self.upload.name, self.upload.content, self.upload.known, change["new"])
            self._ask()

    def _more_chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling and change["new"] and self.more_column.value:
            self.say_of(self.more_column.value, variable=change["new"])

    def _take_dates(self) -> None:
        facts = (self.found or {}).get("facts")
        if facts and facts["first"]:
            self.model.period = f"{facts['first']}/{facts['last']}"

    # --- what was found -----------------------------------------------------------------------------------------------

    def show(self, upload: Upload, found: Mapping[str, Any]) -> None:
        """Show what the worker found in a file; an answer for an older question is left alone."""
        if upload is self.upload:
            self.found, self._said, self._others = found, None, {}
            self._offer()

    def compare(self, upload: Upload, others: Mapping[str, Mapping[str, Any]]) -> None:
        """Draw what other sources say beside the questions."""
        if upload is self.upload:
            self._others = others
            self._lay_out()

    def failed(self, upload: Upload, error: EtolibError) -> None:
        """Say that nobody could read the file for now."""
        if upload is self.upload:
            self._say("station_unread", name=upload.name, error=error.message)

    def _say(self, key: str, **values: Any) -> None:
        self._said = (key, values)
        self._lay_out()

    def _offer(self) -> None:
        """Give the model the file where it can be used and is ticked."""
        if not self._filling:
            packed = (self.found or {}).get("packed")
            self.model.station = packed if self.use.value else None
            self._lay_out()

    def _lay_out(self) -> None:
        """Draw everything from ``found``."""
        language, found = self.model.language, self.found
        self.problem.value = ""
        nothing = self.upload is None and found is None and self._said is None
        if nothing and self.model.asked_station:
            wanted = say(language, "station_of_link", name=self.model.asked_station)
            self.problem.value = markup.station_sentence("note", wanted)
        elif self._said is not None:
            key, values = self._said
            level = {"station_reading": "busy", "station_lost": "note"}.get(key, "bad")
            self.problem.value = markup.station_sentence(level, say(language, key, **values))
        elif found is not None and found.get("restored"):
            kept = say(language, "station_restored", name=found["name"])
            self.problem.value = markup.station_sentence("note", kept)
        elif found is not None and found["problem"]:
            several = len(found["stations"]) > 1 and not (self.upload and self.upload.station)
            after = say(language, "station_which_next") if several else None
            self.problem.value = markup.station_problem(language, found["name"], found["problem"], after)
        usable = found is not None and found["packed"] is not None
        _hide(self.line, nothing)
        _hide(self.use, not usable)
        _hide(self.facts, found is None)
        _hide(self.dates, not usable or not found["facts"]["first"])  # type: ignore[index]
        _hide(self.unfold, found is None or not found["columns"])
        _hide(self.details, found is None or not found["columns"] or not self.unfold.value)
        _hide(self.which, found is None or len(found["stations"]) < 2)
        asked = [] if found is None else found["questions"]
        self.questions.show(language, asked, self._others)
        if found is not None:
            self._fill(found)

    def _fill(self, found: Mapping[str, Any]) -> None:
        language = self.model.language
        self._filling = True
        try:
            self.use.description = found["name"]
            self.facts.value = markup.station_facts(language, found)
            self.notes.value = markup.station_notes(language, found)
            self.which.options = [(say(language, "station_which_none"), ""), *((s, s) for s in found["stations"])]
            wanted = None if self.upload is None else self.upload.station
            self.which.value = wanted if wanted in found["stations"] else ""
            used = [column for column in found["columns"] if column["variable"]]
            not_used = say(language, "station_not_used")
            spare = [column["name"] for column in found["columns"] if not column["variable"] and column["name"]]
            for column in used:
                row = self._rows.get(column["name"])
                if row is None:
                    row = self._rows[column["name"]] = _Row(column["name"], self)
                row.fill(language, column)
            rows = [self._rows[column["name"]].widget for column in used]
            if rows != list(self.columns.children):  # a new list would rebuild what is there, the focus with it
                self.columns.children = rows
            _hide(self.more, not spare)
            self.more_column.options = [(f"{name} ({not_used})", name) for name in spare]
            self.more_column.value = spare[0] if spare else None
            self.more_variable.options = _variables(language, None, first=say(language, "station_use_as"))
            self.more_variable.value = ""
        finally:
            self._filling = False

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.title.value = f"<h2>{label(language, 'station')}</h2>"
        # The widget adds a count of files to its label; the style sheet shows the tooltip instead.
        self.choose.description = self.choose.tooltip = say(language, "station_choose")
        self.hint.value = label(language, "station_hint", limit=MAX_MB)
        self.dates.description = say(language, "station_dates")
        self.unfold.description = say(language, "station_columns")
        self.remove.description = say(language, "station_remove")
        self.which.description = say(language, "station_which")
        self.more_column.description = say(language, "station_more")
        self.more_variable.description = say(language, "station_variable")
        self._lay_out()


class _Row:
    """One column of the file: its name, what it is taken for, its unit; the height of a wind."""

    def __init__(self, name: str, owner: OwnStation) -> None:
        self.name, self._owner = name, owner
        self._filling = False
        self.title = marked(widgets.HTML(), "etolib-station-name")
        self.variable = marked(widgets.Dropdown(), "etolib-field", "etolib-station-variable")
        self.unit = marked(widgets.Dropdown(), "etolib-field", "etolib-station-unit")
        self.height: Any = None  # made for a wind only: each widget is a message to the browser, and files are wide
        self.widget = marked(widgets.Box([self.title, self.variable, self.unit]), "etolib-station-row")
        for field_, what in ((self.variable, "variable"), (self.unit, "unit")):
            field_.observe(owner._guard(self._changed(what)), "value")

    def _changed(self, what: str) -> Callable[[Mapping[str, Any]], None]:
        def changed(change: Mapping[str, Any]) -> None:
            if not self._filling and change["new"] is not None:
                date_format = what == "unit" and self.variable.value == "date"
                self._owner.say_of(self.name, **{"format" if date_format else what: change["new"]})

        return changed

    def fill(self, language: str, column: Mapping[str, Any]) -> None:
        variable = column["variable"]
        self._filling = True
        try:
            self.title.value = markup.station_column(language, self.name, column["reason"])
            self.variable.options = _variables(language, variable)
            self.variable.value = variable
            units = _units(language, variable, column["unit"], column["format"])
            self.unit.options = units
            self.unit.value = column["unit"] or column["format"] or None
            # Kept in its place while empty: the columns below and above shall not move.
            (self.unit.remove_class if units else self.unit.add_class)("etolib-vacant")
            self._fill_height(language, column["height"] if variable == "u2" else None)
            self.variable.description = f"{self.name}: {say(language, 'station_variable')}"
            self.unit.description = f"{self.name}: {say(language, 'station_unit')}"
        finally:
            self._filling = False

    def _fill_height(self, language: str, height: float | None) -> None:
        if height and self.height is None:
            field_ = widgets.BoundedFloatText(value=height, min=0.1, max=200.0, step=0.1)
            self.height = marked(field_, "etolib-field", "etolib-station-height")
            self.height.observe(self._owner._guard(self._changed("height")), "value")
            self.widget.children = (*self.widget.children, self.height)
        if self.height is not None:
            self.height.value = height or self.height.value
            self.height.description = self.height.tooltip = say(language, "station_height")
            _hide(self.height, not height)


def _variables(language: str, chosen: str | None, first: str | None = None) -> list[tuple[str, str]]:
    """Return what a column can be, in words; ``first`` is the word for nothing."""
    names = [*QUANTITY, *_PARTS]
    if chosen and chosen not in names:
        names.append(chosen)
    return [
        (first or say(language, "station_not_used"), ""),
        *((variable(language, name), name) for name in names),
    ]


def _units(language: str, variable: str, unit: str | None, date_format: str | None) -> list[tuple[str, str]]:
    """Return the units a column can have; for a date its two readings."""
    if date_format and "%" in date_format:
        forms = [date_format]
        if re.match(r"%[dm]([/-])%[dm]\1%[yY]$", date_format):
            forms.append(date_format.translate(str.maketrans("dm", "md")))
        return [(markup.date_words(form), form) for form in sorted(forms)]
    known = UNITS.get(QUANTITY.get(variable, ""), {})
    return [(wording.unit(language, name), name) for name in known] if unit in known else []


def _hide(widget: widgets.DOMWidget, hidden: bool) -> None:
    widget.layout.display = "none" if hidden else None
