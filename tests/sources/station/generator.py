"""Files as people have them, by the thousand: ``python -m tests.sources.station.generator [COUNT] [SEED]``.

Simulated weather of eight climates and all seasons is written with names of six languages, units that stand in the
header, in a row, above the table or nowhere, in many layouts, among columns that resemble the wanted ones. The reader
must end in the right numbers, in a column left out with a sentence, in a question, or in a refusal that names the true
culprit: never in another number with nothing said.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

import etolib
from etolib.equations.air import atmospheric_pressure, saturation_vapour_pressure
from etolib.equations.humidity import dew_point, vapour_pressure_from_psychrometer
from etolib.equations.sun import daylight_hours, extraterrestrial_radiation
from etolib.errors import InputError
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology
from etolib.sources.station.units import QUANTITY
from tests.sources.station.phrases import CONFUSING, FOOTERS, NAMES, UNITS

SITES = (
    Site(52.4, 13.1, 35.0), Site(-15.8, -47.9, 1100.0), Site(33.07, -111.97, 361.0), Site(44.9, -93.2, 265.0),
    Site(1.35, 103.8, 20.0), Site(-33.9, 18.6, 60.0), Site(60.3, 25.0, 50.0), Site(28.6, 77.2, 215.0),
)  # fmt: skip
"""Berlin, Brasília, Arizona, Minneapolis, Singapore, the Cape, Helsinki, Delhi."""

US = {"temperature": "°F", "wind": "mph", "water": "in", "radiation": "Ly", "humidity": "%", "vapour pressure": "kPa",
      "duration": "h", "pressure": "inHg"}  # fmt: skip

CALLED = {"°F": "°C", "K": "°C", "W/m²": "MJ/m²", "J/cm²": "MJ/m²", "kJ/m²": "MJ/m²", "Ly": "MJ/m²", "fraction": "%",
          "hPa": "kPa", "min": "h", "s": "h", "km/day": "m/s"}  # fmt: skip
"""Units that are now and then called another, whose numbers then cannot be weather."""

LAYOUTS = (
    "iso",
    "iso",
    "iso time",
    "day first",
    "month first",
    "dots",
    "joined",
    "parts",
    "doy",
    "month name",
    "short year",
)


@lru_cache(maxsize=32)
def _usual(site: Site) -> pd.DataFrame:
    return Climatology().fetch(site, Period("2023-01-01", "2023-12-31")).frame.drop(columns="kind")


def weather(rng: np.random.Generator, site: Site, start: pd.Timestamp, days: int) -> pd.DataFrame:
    """Return simulated weather of a station: what is usual there, an offset of its own, and weather from day to day."""
    dates = pd.date_range(start, periods=days, name="date")
    rows = np.minimum(dates.day_of_year.to_numpy() - 1, 364)
    usual = {name: column.to_numpy()[rows] for name, column in _usual(site).items()}
    year = _usual(site)["tmean"]
    spread = 1.2 + 0.13 * float(year.max() - year.min())
    noise = np.empty(days)
    state = rng.normal()
    for day in range(days):
        state = 0.7 * state + np.sqrt(1 - 0.49) * rng.normal()
        noise[day] = state
    clear = np.clip(rng.beta(2.2, 1.6, days), 0.06, 0.97)
    ra = np.asarray(extraterrestrial_radiation(site.latitude, dates.day_of_year.to_numpy(float)))
    mean = usual["tmean"] + rng.normal(0, 1.5) + spread * noise
    span = np.maximum((usual["tmax"] - usual["tmin"]) * (0.6 + 0.75 * clear) * rng.uniform(0.85, 1.15), 1.5)
    mean -= max(0.0, float(np.median(mean + span / 2)) - 44.0)  # hotter months than any place has
    tmin, tmax = mean - span / 2, mean + span / 2
    wanted = usual["ea"] / np.asarray(saturation_vapour_pressure(usual["tmean"]))
    share = np.clip(wanted * (1.15 - 0.3 * clear) + rng.normal(0, 0.04, days), 0.12, 0.97)
    ea = np.minimum(share * np.asarray(saturation_vapour_pressure(mean)),
                    1.02 * np.asarray(saturation_vapour_pressure(tmin)))  # fmt: skip
    ratio = usual["rs"] / np.maximum(ra, 0.1)
    rs = ra * np.clip(ratio * (0.45 + clear * 0.95), 0.05, 0.77)
    tdry = mean + 0.2 * span
    high = np.asarray(saturation_vapour_pressure(tmax))
    low = np.asarray(saturation_vapour_pressure(tmin))
    rhmin, rhmax = np.clip(100 * ea / high, 4, 96), np.clip(100 * ea / low, 6, 100)
    length = np.asarray(daylight_hours(site.latitude, dates.day_of_year.to_numpy(float)))
    wind = float(usual["u2"].mean()) * np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.3, days))
    return pd.DataFrame(
        {
            "tmin": tmin, "tmax": tmax, "tmean": mean, "tdew": dew_point(np.asarray(ea)), "rhmin": rhmin,
            "rhmax": rhmax, "rhmean": (rhmin + rhmax) / 2, "ea": np.asarray(ea), "rs": rs,
            "tdry": tdry, "twet": wet_bulb(tdry, np.asarray(ea), site.elevation or 0.0),
            "u2": np.clip(wind, 0.4, 9.0),
            "precipitation": np.where(clear < 0.3, rng.gamma(0.8, 6, days), 0.0).round(1),
            "sunshine": np.clip((rs / np.maximum(ra, 0.1) - 0.25) * 2, 0, 1) * length,
            "pressure": 101.3 * np.exp(-(site.elevation or 0) / 8400) + rng.normal(0, 0.5, days),
        },
        index=dates,
    )  # fmt: skip


def wet_bulb(tdry: np.ndarray, ea: np.ndarray, elevation: float) -> np.ndarray:
    """Return the wet bulb of a psychrometer in a screen (FAO-56 Eqs. 15 and 16, solved by halving). [degC]"""
    pressure = np.asarray(atmospheric_pressure(elevation))
    low, high = tdry - 60.0, tdry.copy()
    for _ in range(45):
        middle = (low + high) / 2
        found = vapour_pressure_from_psychrometer(tdry, middle, pressure, ventilation="natural")
        low, high = np.where(found < ea, middle, low), np.where(found < ea, high, middle)
    return np.asarray((low + high) / 2)


@dataclass
class Written:
    """A file, and what is true of it.

    ``room`` is by variable how far a right value may lie from the truth (rounding); ``headers`` the name of the column
    of each variable; ``culprits`` the headers that make the file unreadable, where it was made so on purpose; ``open``
    the parameters that nobody could know from the file.
    """

    content: bytes
    site: Site | None
    truth: pd.DataFrame
    headers: dict[str, str]
    room: dict[str, float]
    culprits: tuple[str, ...] = ()
    open: set[str] = field(default_factory=set)
    story: str = ""


def write(number: int, seed: int = 1) -> Written:
    """Return one file of the series."""
    return _Writer(random.Random(f"{seed} {number}"), np.random.default_rng([seed, number])).file()


class _Writer:
    def __init__(self, chance: random.Random, rng: np.random.Generator) -> None:
        self.chance, self.rng = chance, rng
        self.language = chance.choice(list(NAMES))
        self.place = chance.choice(SITES)
        self.days = chance.randrange(20, 41)
        start = pd.Timestamp("2020-01-01") + pd.Timedelta(days=chance.randrange(1400))
        self.truth = weather(rng, self.place, start, self.days)
        self.arrays = {str(name): column.to_numpy() for name, column in self.truth.items()}
        self.us = self.language == "en" and chance.random() < 0.4
        self.units_stand = chance.choices(("header", "row", "preamble", "nowhere"), (6, 2, 1, 2))[0]
        self.style = chance.choice(("round", "square", "comma", "tail"))
        self.room: dict[str, float] = {}
        self.headers: dict[str, str] = {}
        self.open: set[str] = set()
        self.culprits: tuple[str, ...] = ()
        self.said: list[str] = []
        self.given = chance.random() < 0.75
        self.mistaken = self.units_stand == "header" and self.given and chance.random() < 0.1

    def file(self) -> Written:
        chance = self.chance
        delimiter = chance.choice((",", ",", ";", "\t", "|"))
        self.decimal = "," if delimiter in ";\t" and self.language != "en" and chance.random() < 0.7 else "."
        names, units, columns = self._dates()
        stems = len(names)
        wanted = ["tmin", "tmax", *chance.sample(
            ["tmean", "tdew", "rh", "rhmean", "ea", "u2", "rs", "precipitation", "sunshine", "pressure"],
            chance.randrange(1, 7))]  # fmt: skip
        wanted = [v for name in wanted for v in (("rhmax", "rhmin") if name == "rh" else (name,))]
        if random.Random(f"{self.arrays['tmin'][0]}").random() < 0.1:  # a series of its own: the other files stay
            wanted += ["tdry", "twet"]
            self.open.add("psychrometer")
        entries = [self._column(v) for v in wanted]
        if chance.random() < 0.02:
            entries = self._exchanged(entries)
        entries += [self._confusing() for _ in range(chance.choice((0, 1, 1, 2, 3, 5)))]
        if chance.random() < 0.08:
            entries.append(self._empty(chance.choice(wanted)))
        chance.shuffle(entries)
        seen: set[str] = set()
        for name, unit, cells in entries:
            if name in seen:
                continue
            seen.add(name)
            names, units, columns = [*names, name], [*units, unit], [*columns, cells]
        lines = [list(row) for row in zip(*columns, strict=True)]
        lines += self._footer(columns, stems)
        head = [names]
        if self.units_stand == "row":
            head.append(units)
        text = "\n".join(delimiter.join(self._quoted(cell, delimiter) for cell in row) for row in [*head, *lines])
        if chance.random() < 0.06:  # a sign at the end of every line
            text = "\n".join(line + delimiter for line in text.split("\n"))
        text = self._preamble(delimiter) + text + "\n"
        site = self.place if self.given else None
        encoding = chance.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"))
        story = (
            f"{self.language} {delimiter!r} {self.decimal!r} units {self.units_stand} {self.style} dates {self.layout}"
        )
        return Written(text.encode(encoding, "replace"), site, self.truth, self.headers, self.room, self.culprits,
                       self.open, story)  # fmt: skip

    def _quoted(self, cell: str, delimiter: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell

    def _dates(self) -> tuple[list[str], list[str], list[list[str]]]:
        chance, days = self.chance, self.truth.index
        layout = chance.choice(LAYOUTS)
        if self.language != "en" and layout in ("month first", "month name"):
            layout = "day first"
        self.layout = layout
        if layout == "parts":
            words = {
                "en": ("Year", "Month", "Day"),
                "pt": ("Ano", "Mês", "Dia"),
                "es": ("Año", "Mes", "Día"),
                "de": ("Jahr", "Monat", "Tag"),
                "fr": ("Année", "Mois", "Jour"),
                "it": ("Anno", "Mese", "Giorno"),
            }
            columns = [[str(x) for x in part] for part in (days.year, days.month, days.day)]
            return list(words[self.language]), ["", "", ""], columns  # fmt: skip
        if layout == "doy":
            return ["Year", "DOY"], ["", ""], [[str(y) for y in days.year], [str(d) for d in days.day_of_year]]
        form = {
            "iso": "%Y-%m-%d",
            "iso time": "%Y-%m-%dT00:00",
            "day first": "%d/%m/%Y",
            "month first": "%m/%d/%Y",
            "dots": "%d.%m.%Y",
            "joined": "%Y%m%d",
            "month name": "%d-%b-%Y",
            "short year": "%d/%m/%y",
        }[layout]
        name = "" if layout == "iso" and chance.random() < 0.15 else chance.choice(NAMES[self.language]["date"])
        return [name], [""], [list(days.strftime(form))]  # fmt: skip

    def _number(self, value: float, decimals: int) -> str:
        text = f"{value:.{decimals}f}"
        return text.replace(".", ",") if self.decimal == "," else text

    def _column(self, variable: str) -> tuple[str, str, list[str]]:
        chance = self.chance
        quantity = QUANTITY[variable]
        unit = US[quantity] if self.us else chance.choices(
            list(UNITS[quantity]), [6 if i == 0 else 1 for i in range(len(UNITS[quantity]))])[0]  # fmt: skip
        if quantity == "temperature" and not self.us:
            unit = self.__dict__.setdefault("temperature", unit)
        if quantity == "humidity":
            unit = self.__dict__.setdefault("humidity", unit)
        factor, offset, decimals, spellings = UNITS[quantity][unit]
        values = self.arrays[variable] * factor + offset
        room = 0.51 * 10.0**-decimals / factor
        name = chance.choice(NAMES[self.language][variable])
        while name in self.headers.values():
            name = chance.choice(NAMES[self.language][variable])
        spelled = chance.choice(spellings)
        if variable == "u2":
            name, values, room = self._wind(name, values, room)
        cells = [self._number(v, decimals) for v in values]
        missing = chance.choice(("", "NA", "-999", "---", "-9999", "null"))
        for i in range(self.days):
            if chance.random() < 0.02:
                cells[i] = missing
        if self.units_stand == "header":
            if called := self._mistake(variable, unit):
                spelled = called
                name = self._with_unit(name, spelled)
                self.culprits = (*self.culprits, name)
            else:
                name = self._with_unit(name, spelled)
        elif self.units_stand == "preamble":
            word = {"temperature": "temperature", "wind": "wind", "radiation": "radiation", "water": "rain",
                    "humidity": "humidity", "vapour pressure": "vapour pressure", "duration": "sunshine",
                    "pressure": "air pressure"}[quantity]  # fmt: skip
            self.said.append(f"{word} in {spelled}")
        self.headers[variable], self.room[variable] = name, room
        return name, spelled, cells

    def _mistake(self, variable: str, unit: str) -> str | None:
        """Return another unit to call a column by, where the file is one with mistakes; its numbers give it away."""
        quantity = QUANTITY[variable]
        if not self.mistaken or CALLED.get(unit) not in UNITS[quantity] or quantity == "water":
            return None
        return self.chance.choice(UNITS[quantity][CALLED[unit]][3])

    def _exchanged(self, entries: list[tuple[str, str, list[str]]]) -> list[tuple[str, str, list[str]]]:
        """Return the columns with the numbers of minimum and maximum under each other's name."""
        (low, unit, cells), (high, unit2, cells2), *rest = entries
        self.culprits = (low, high)
        return [(low, unit, cells2), (high, unit2, cells), *rest]

    def _wind(self, name: str, values: np.ndarray, room: float) -> tuple[str, np.ndarray, float]:
        height = self.chance.choice((2, 10, 3))
        lower = 4.87 / np.log(67.8 * height - 5.42)
        if self.chance.random() < 0.6:
            name += f" {height} m" if self.style != "round" else f" at {height}m"
        else:
            self.open.add("wind_height")
        return name, values / lower, room * lower

    def _with_unit(self, name: str, unit: str) -> str:
        if self.style == "round":
            return f"{name} ({unit})"
        if self.style == "square":
            return f"{name} [{unit}]"
        if self.style == "comma":
            return f"{name}, {unit} (LGR S/N: 10{self.chance.randrange(10**5)})"
        return f"{name}_{unit}" if len(unit) > 1 and " " not in unit else f"{name} ({unit})"

    def _confusing(self) -> tuple[str, str, list[str]]:
        kind = self.chance.choice(list(CONFUSING))
        name = self.chance.choice(CONFUSING[kind][self.language])
        truth = self.arrays
        es = (
            np.asarray(saturation_vapour_pressure(truth["tmin"]))
            + np.asarray(saturation_vapour_pressure(truth["tmax"]))
        ) / 2
        base = truth["rs"] * 0
        values = {
            "deficit": lambda: es - truth["ea"], "wet": lambda: truth["tmean"] - 3,
            "diffuse": lambda: truth["rs"] * 0.35, "photosynthetic": lambda: truth["rs"] * 0.45,
            "extraterrestrial": lambda: base + 30,
            "net": lambda: truth["rs"] * 0.55, "gust": lambda: truth["u2"] * 3,
            "direction": lambda: base + self.rng.integers(0, 360, self.days), "soil": lambda: truth["tmax"] * 0.6 + 6,
            "elsewhere": lambda: truth["tmax"] * 0.4 + 16, "moment": lambda: truth["rhmin"] * 0.9,
            "rain": lambda: base + self.rng.integers(0, 100, self.days), "sea": lambda: base + 1013,
            "quality": lambda: base + self.rng.integers(0, 3, self.days),
            "spread": lambda: truth["tmax"] - truth["tmin"],
        }[kind]()  # fmt: skip
        unit = name.split("(")[-1].split("[")[-1].strip(")]") if "(" in name or "[" in name else ""
        return name, unit, [self._number(v, 1) for v in values]

    def _empty(self, variable: str) -> tuple[str, str, list[str]]:
        name = self.chance.choice(NAMES[self.language][variable]) + " 2"
        return name, "", [self.chance.choice(("", "-999"))] * self.days

    def _footer(self, columns: list[list[str]], stems: int) -> list[list[str]]:
        if self.chance.random() > 0.12:
            return []
        word = self.chance.choice(FOOTERS[self.language])
        return [[word, *([""] * (stems - 1)), *(column[self.days // 2] for column in columns[stems:])]]

    def _preamble(self, delimiter: str) -> str:
        lines = []
        way = self.chance.random()
        if way < 0.06 and self.units_stand != "preamble":
            cells = [
                f"{self.place.latitude}",
                f"{self.place.longitude}",
                f"{self.place.elevation:.1f}",
                "Europe/Berlin",
            ]
            return f"latitude,longitude,elevation,timezone\n{','.join(cells)}\n\n" if delimiter == "," else ""
        if way < 0.25:
            lines += ["Station: Field 3", f"Latitude: {self.place.latitude}", f"Longitude: {self.place.longitude}",
                      f"Elevation: {self.place.elevation:.0f} m"]  # fmt: skip
        if self.units_stand == "preamble":
            lines.append("Units: " + ("; " if delimiter != ";" else " / ").join(dict.fromkeys(self.said)))
        sign = self.chance.choice(("", "", "# "))
        return "".join(sign + line + "\n" for line in lines)


KINDS = ("right", "column left out", "question", "refusal with a question", "refusal of the culprit")
WRONG = ("another number", "another quantity", "refused without cause", "left out without a word", "other days")


def outcome(written: Written) -> tuple[str, str]:
    """Return what became of a file, one of `KINDS` or `WRONG`, and the detail."""
    try:
        found = etolib.read_station(written.content, site=written.site)
    except InputError as error:
        return _refusal(written, str(error), {problem.thing for problem in error.problems})
    truth = written.truth
    if not found.frame.index.isin(truth.index).all() or len(found.frame) != len(truth):
        return "other days", f"{found.frame.index[0]} .. {found.frame.index[-1]}, {len(found.frame)} of {len(truth)}"
    asked = []
    for variable in found.frame.columns.drop("a_psy", errors="ignore"):
        if variable not in written.headers:
            return (
                "another quantity",
                f"{variable} from {[c.name for c in found.mapping.columns if c.variable == variable]}",
            )
        got, true = found.frame[variable].to_numpy(), truth[variable].to_numpy()
        both = np.isfinite(got)
        if both.mean() < 0.5:
            return "another number", f"{variable} is empty"
        room = written.room[variable] + 1e-6 + 0.002 * np.abs(true[both]) * (variable == "u2")
        if (np.abs(got[both] - true[both]) <= room).all():
            continue
        if variable not in found.guessed:
            unit = next(c.unit for c in found.mapping.columns if c.variable == variable)
            return "another number", f"{variable} {written.headers[variable]!r} taken in {unit}"
        asked.append(variable)
    said = " ".join([*found.warnings, *found.mapping.explain()])
    gone = [v for v in written.headers if v not in found.frame]
    if silent := [v for v in gone if written.headers[v] not in said]:
        return "left out without a word", str(silent)
    if asked or found.guessed:
        return "question", f"{asked} of {found.guessed}"
    return ("column left out", str([(v, written.headers[v]) for v in gone])) if gone else ("right", "")


def _refusal(written: Written, said: str, things: set[str]) -> tuple[str, str]:
    if any(header in said for header in written.culprits):
        return "refusal of the culprit", said
    parameters = {"units", "columns", "wind_height", "dates", "stamps", "time_zone", "site", "station", "psychrometer"}
    if parameters & {str(thing) for thing in things}:
        return "refusal with a question", said
    return "refused without cause", said


def count(number: int, seed: int = 1, first: int = 0) -> tuple[Counter[str], dict[str, list[str]]]:
    """Return how often the files of a series ended in each outcome, and which did in one that is wrong."""
    found: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for i in range(first, first + number):
        written = write(i, seed)
        kind, detail = outcome(written)
        found[kind] += 1
        examples.setdefault(kind, []).append(f"{i}: {written.story}: {detail}")
    return found, examples


def main() -> None:
    """Print the counts, and examples of what is wrong; exit status 1 where anything is."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    found, examples = count(number, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(f"| outcome | of {number} files |\n|---|---|")
    for kind in (*KINDS, *WRONG):
        print(f"| {kind} | {found[kind]} |")
    for kind in sys.argv[3:] or WRONG:
        for line in examples.get(kind, [])[: int(1e9 if sys.argv[3:] else 15)]:
            print(f"{kind}: {line}")
    sys.exit(any(found[kind] for kind in WRONG))


if __name__ == "__main__":
    main()
