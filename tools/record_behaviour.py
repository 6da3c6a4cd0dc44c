"""Record what etolib answers, to the last bit, and compare two such records: for changes that must change nothing.

    python -m tools.record_behaviour record FOLDER [--only PREFIX]
    python -m tools.record_behaviour compare FOLDER_A FOLDER_B

``record`` asks some two hundred requests (replayed cities, simulated weather, own stations, faults, jobs on dask, the
command line, every equation) and writes one JSON file each: field -> value. Numbers stand there as Python prints them,
which reads back to the same bits. Arrays lie beside it in an ``npz``, their SHA-256 in the JSON. Left out, because
they differ from run to run: the time of day, task ids, ports, folders, whether an answer came from the cache, the
versions of etolib and Python.

``compare`` prints one line for each field that differs and a summary; its exit status is 1 where anything differs.

Only names that are public are used, and the simulator of the tests, whatever its package is called. Needs the shared
data (``ETOLIB_SHARED``); takes about two minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import functools
import hashlib
import importlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import dask.array as da  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import xarray as xr  # noqa: E402

import etolib  # noqa: E402
from etolib import archive, reference  # noqa: E402

SHARED = Path(os.environ.get("ETOLIB_SHARED") or ROOT.parent / "shared")
SIMULATED_TODAY, REPLAYED_TODAY = "2024-07-01", "2020-06-30"
NOON = 1719835200.0  # 2024-07-01T12:00Z: the simulator's clock for HTTP dates
CONTACT = "record@example.org"
ROWS = 100_000
SHORT_DEADLINE = "4"  # s; a fault that is retried is retried once

Fields = dict[str, Any]
Arrays = dict[str, np.ndarray]
Answer = tuple[str, Fields, Arrays]


# --- what differs from run to run ---------------------------------------------------------------------------------

FOLDERS: dict[str, str] = {str(ROOT): "ROOT", str(SHARED): "SHARED"}
"""Absolute paths, and what stands for them in the record."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
_REPLACED = [
    (re.compile(r"(?:127\.0\.0\.1|localhost):\d+"), "HOST"),
    (re.compile(r"\b(eto|ahead)-[0-9a-f]{32}\b"), r"\1-ID"),
    (re.compile(r"another \d+ s\b"), "another N s"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "ADDRESS"),
    (re.compile(r"(etolib(?:\"?: \"|, version |[ /]))" + re.escape(etolib.__version__)), r"\1VERSION"),
    (re.compile(r'("python": )"[^"]*"'), r'\1"PYTHON"'),
    (re.compile(r'("from_cache": )(?:true|false)'), r'\1"CACHE"'),
]
_OF_THE_RUN = {"from_cache": "CACHE", "python": "PYTHON"}
"""Entries of a provenance that belong to the run, not to the answer."""


def _without_present(match: re.Match[str]) -> str:
    """Return TIME for a time of today; the simulated ones, years away, stay."""
    moment = dt.datetime.fromisoformat(match[0].replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return "TIME" if abs(dt.datetime.now(dt.UTC) - moment) < dt.timedelta(days=1) else match[0]


def clean(text: str) -> str:
    """Return text without what belongs to the run."""
    for folder, name in FOLDERS.items():
        text = text.replace(folder, name)
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return _TIME.sub(_without_present, text)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, with all its bits; text is cleaned."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        return plain(value.item())
    if value is pd.NaT or value is pd.NA:
        return str(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _OF_THE_RUN.get(str(k)) or plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": [plain(v) for v in value.ravel()]}
    if isinstance(value, Exception):
        return error_fields(value)
    return clean(repr(value) if not isinstance(value, (Path, np.datetime64)) else str(value))


def lines(text: str) -> list[str]:
    """Return cleaned text by lines, so that a difference is found in one."""
    return clean(text).split("\n")


# --- what an answer is made of ------------------------------------------------------------------------------------


def frame_fields(name: str, frame: pd.DataFrame) -> Fields:
    """Return a table: names, types, index, and a field for each column."""
    return {
        f"{name}.columns": [str(c) for c in frame.columns],
        f"{name}.dtypes": [str(t) for t in frame.dtypes],
        f"{name}.index": [str(frame.index.name), str(frame.index.dtype), [plain(v) for v in frame.index]],
        **{f"{name}.{c}": [plain(v) for v in frame[c].tolist()] for c in frame.columns},
    }


def grid_fields(name: str, data: xr.Dataset) -> Fields:
    """Return a dataset: attributes, dimensions, and a field for each variable."""
    fields: Fields = {f"{name}.attrs": plain(data.attrs), f"{name}.sizes": {str(k): v for k, v in data.sizes.items()}}
    for label, variable in data.variables.items():
        kept = ("units", "calendar", "dtype", "zlib", "complevel", "_FillValue", "scale_factor")
        fields[f"{name}.{label}"] = {
            "dims": list(variable.dims),
            "attrs": plain(variable.attrs),
            "encoding": {k: plain(variable.encoding[k]) for k in kept if k in variable.encoding},
            "values": plain(np.asarray(variable.values)),
        }
    return fields


def error_fields(error: BaseException) -> Fields:
    """Return everything an error tells."""
    fields: Fields = {
        "error": type(error).__name__,
        "bases": [c.__name__ for c in type(error).__mro__],
        "text": lines(str(error)),
    }
    for name in ("message", "suggestion", "source", "retryable", "url", "status", "body", "asked", "allowed", "stage"):
        if hasattr(error, name):
            fields[name] = plain(getattr(error, name))
    if hasattr(error, "to_dict"):
        fields["to_dict"] = plain(error.to_dict())
    if hasattr(error, "problems"):
        fields["problems"] = [plain([str(p), p.thing, repr(p.value), p.rule, p.suggestion]) for p in error.problems]
    if hasattr(error, "causes"):
        fields["causes"] = [error_fields(cause) for cause in error.causes]
    return fields


def result_fields(result: Any, *, files: bool = True) -> Fields:
    """Return everything a `Result` tells; with ``files`` also what stands in its NetCDF and Excel files."""
    site = result.site
    fields: Fields = {
        "site": [site.latitude, site.longitude, site.elevation, site.name, site.utc_offset, str(site), repr(site)],
        "period": [str(result.period), len(result.period)],
        "request": plain(result.request),
        "warnings": plain(list(result.warnings)),
    }
    for name in ("table", "source_eto", "flags", "input_sources", "weights"):
        fields |= frame_fields(name, getattr(result, name))
    fields |= {f"provenance.{key}": value for key, value in plain(result.provenance).items()}
    fields |= {"script": lines(result.script()), "link": result.link(), "citation": clean(result.citation())}
    fields |= {"messages": plain(result.messages()), "html": lines(result._repr_html_())}
    days = result.table.loc[result.table["eto"].notna(), "date"]
    for day in dict.fromkeys((days.iloc[0], days.iloc[len(days) // 2])):
        terms = attempt(lambda day=day: result.terms(day))
        fields |= {f"terms.{day.date()}.{k}": v for k, v in terms.items()}
    fields |= {"csv": lines(result.to_csv()), "json": lines(result.to_json())}
    return fields | (file_fields(result) if files else {})


def file_fields(result: Any) -> Fields:
    """Return what stands in the NetCDF file and the Excel workbook of a result, and that files are the text."""
    import openpyxl

    fields: Fields = {}
    with tempfile.TemporaryDirectory() as folder:
        result.to_netcdf(Path(folder, "eto.nc"))
        with xr.open_dataset(Path(folder, "eto.nc"), engine="h5netcdf") as data:
            fields |= grid_fields("netcdf", data)
        result.to_excel(Path(folder, "eto.xlsx"))
        for sheet in openpyxl.load_workbook(Path(folder, "eto.xlsx")).worksheets:
            fields[f"excel.{sheet.title}.values"] = [[plain(v) for v in row] for row in sheet.values]
            fields[f"excel.{sheet.title}.formats"] = [
                [(cell.number_format, cell.font.bold) for cell in row] for row in sheet.iter_rows(max_row=3)
            ]
            fields[f"excel.{sheet.title}.frozen"] = str(sheet.freeze_panes)
        result.to_csv(Path(folder, "eto.csv"))
        result.to_json(Path(folder, "eto.json"))
        fields["files"] = {
            "csv": Path(folder, "eto.csv").read_text(encoding="utf-8") == result.to_csv(),
            "json": Path(folder, "eto.json").read_text(encoding="utf-8") == result.to_json(),
            "left": sorted(p.name for p in Path(folder).iterdir()),
        }
    return fields


def station_fields(station: Any) -> Fields:
    """Return what was read from an own station file."""
    site = station.site
    return {
        **frame_fields("station.frame", station.frame),
        "station.site": None if site is None else [site.latitude, site.longitude, site.elevation, site.name],
        "station.monthly": station.monthly,
        "station.filename": station.filename,
        "station.warnings": plain(list(station.warnings)),
    }


def any_fields(value: Any, *, files: bool = True) -> Fields:
    """Return the fields of whatever came back."""
    kind = type(value).__name__
    fields: Fields = {"type": kind}
    if kind == "Result":
        return fields | result_fields(value, files=files)
    if kind == "StationFile":
        return fields | station_fields(value)
    if isinstance(value, pd.DataFrame):
        return fields | frame_fields("frame", value)
    if isinstance(value, xr.Dataset):
        return fields | grid_fields("grid", value.load())
    return fields | {"value": plain(value)}


def attempt(what: Callable[[], Any], tell: Callable[[Any], Fields] = any_fields) -> Fields:
    """Return the fields of a result, or those of the error raised instead."""
    try:
        value = what()
    except Exception as error:
        return {f"error.{name}": part for name, part in error_fields(error).items()}
    return tell(value)


# --- the world the requests are asked in --------------------------------------------------------------------------


class World:
    """Two weather servers (simulated weather, and a replay of real cities), a folder, and a dask client if wanted."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        for name in list(os.environ):
            if (name.startswith("ETOLIB_") and name != "ETOLIB_SHARED") or name == "DASK_SCHEDULER_ADDRESS":
                del os.environ[name]
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="etolib-record-")))
        FOLDERS[str(self.folder)] = "FOLDER"
        os.environ["ETOLIB_CACHE_DIR"] = str(self.folder / "cache")  # never that of the user
        make = _simulator().WeatherServer
        self.simulated = stack.enter_context(make(today=SIMULATED_TODAY, seconds=lambda: NOON))
        self.replayed = stack.enter_context(make(SHARED / "data" / "validation", REPLAYED_TODAY, seconds=lambda: NOON))
        self._stack = stack
        self._count = itertools.count()

    @functools.cached_property
    def client(self) -> Any:
        """A client of two worker processes."""
        from distributed import Client, LocalCluster

        cluster = self._stack.enter_context(
            LocalCluster(n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address=":0", silence_logs=50)
        )
        return self._stack.enter_context(Client(cluster, set_as_default=False))

    def new_folder(self) -> Path:
        """Return a folder nobody has used: each request has a cache of its own, so that their order does not count."""
        folder = self.folder / f"n{next(self._count)}"
        folder.mkdir()
        return folder

    @contextlib.contextmanager
    def settings(self, server: Any, **more: Any) -> Iterator[None]:
        """Lead etolib to a server, with an empty cache; remove faults and calls afterwards."""
        roots = {k.removeprefix("ETOLIB_").lower(): v for k, v in server.environment().items()}
        server.clear()
        server.forget()
        with etolib.set_options(**roots | {"cache_dir": self.new_folder()} | more):
            yield
        server.clear()
        server.forget()

    def environment(self, server: Any, **more: str) -> dict[str, str]:
        """Return the environment of a command that is to meet a server."""
        own = {"ETOLIB_CACHE_DIR": str(self.new_folder()), "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
        return {**os.environ, **server.environment(), **own, **more}

    def ask(
        self,
        name: str,
        *request: Any,
        server: Any = None,
        faults: Sequence[tuple[Any, ...]] = (),
        settings: Mapping[str, Any] | None = None,
        files: bool = True,
        **options: Any,
    ) -> Answer:
        """Compute a request in this process; return what came back and what the providers were asked."""
        server = server or self.simulated
        with self.settings(server, **settings or {}):
            for service, fault, *rest in faults:
                server.fault(service, fault, **(rest[0] if rest else {}))
            fields = attempt(lambda: etolib.compute(*request, **options), functools.partial(any_fields, files=files))
            fields["calls"] = calls(server)
        return name, fields, {}


def _simulator() -> Any:
    """Return the package of the weather server."""
    for name in ("tests.simulator", "tests.weatherserver"):
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    raise ModuleNotFoundError("neither tests.simulator nor tests.weatherserver is there")


def calls(server: Any) -> list[str]:
    """Return what was asked of the providers, in alphabetical order: downloads run side by side."""
    told = []
    for call in server.calls():
        agent = call.headers.get("user-agent", "")
        told.append(clean(f"{call.provider} {call.method} {call.path}?{call.query} [{call.fault or ''}] {agent}"))
    return sorted(told)


def cities() -> pd.DataFrame:
    """Return the replayed places: those of the validation data that have a file."""
    table = pd.read_csv(SHARED / "data" / "validation" / "cities.csv").set_index("city")
    return table[[(SHARED / "data" / "validation" / "cities" / f"{name}.parquet").exists() for name in table.index]]


PIRACICABA = etolib.Site(-22.7, -47.6)
MARCH = "2024-03-01/2024-03-31"


# --- requests -----------------------------------------------------------------------------------------------------


def replayed(world: World) -> Iterator[Answer]:
    """Real cities: every one for two months, some for long, with every combination of sources that has data."""
    places = {name: etolib.Site(row.lat, row.lon) for name, row in cities().iterrows()}
    ask = functools.partial(world.ask, server=world.replayed)
    for name, site in places.items():
        yield ask(f"replay.{name}.season", site, "2019-11-15/2020-01-15", files=False)
    for name in ("Barreiras_BA", "Porto_Nacional_TO", "Tasso_Fragoso_MA"):
        yield ask(f"replay.{name}.year", places[name], "2019-06-01/2020-05-31")
    yield ask("replay.Barreiras_BA.ten_years", places["Barreiras_BA"], "2005-01-01/2014-12-31")
    site = places["Barreiras_BA"]
    named = etolib.Site(site.latitude, site.longitude, elevation=442.0, name="Barreiras, BA")
    for sources in (
        ["nasa_power"],
        ["open_meteo_archive"],
        ["nasa_power", "open_meteo_archive"],
        "open_meteo_archive, nasa_power, climatology",
        ["climatology"],
        ["open_meteo_forecast"],
        ["open_meteo_historical_forecast"],
        ["open_meteo_forecast", "nasa_power"],
    ):
        label = sources.replace(", ", "+") if isinstance(sources, str) else "+".join(sources)
        yield ask(f"replay.sources.{label}", named, "2020-04-01/2020-05-15", sources)
    yield ask("replay.newest", site, "2020-06-10/2020-07-04")
    yield ask("replay.one_day", named, "2020-02-29")
    yield ask("replay.month", named, "2020-02")
    yield ask("replay.last_30_days", named, "last-30-days")
    yield ask("replay.before_the_record", site, "1980-12-15/1981-01-15")


def places(world: World) -> Iterator[Answer]:
    """Simulated weather at places that differ: national services, deserts, poles, islands, the date line."""
    contact = {"contact": CONTACT}
    spots: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "brazil": (PIRACICABA, MARCH, {}),
        "brazil_named": (etolib.Site(-22.7, -47.6, name="Sítio São João; 'A'"), MARCH, {}),
        "brazil_year": (PIRACICABA, "2023", {}),
        "usa": (etolib.Site(40.0, -105.3), "2024-06-20/2024-07-06", contact),
        "usa_without_contact": (etolib.Site(40.0, -105.3), "2024-06-20/2024-07-06", {}),
        "usa_hawaii": (etolib.Site(20.8, -156.3), "last-7-days", contact),
        "nordic": (etolib.Site(60.17, 24.9), "2024-06-20/2024-07-06", contact),
        "nordic_history": (etolib.Site(69.6, 18.9), "2023-12-15/2024-01-05", contact),
        "sahara": (etolib.Site(23.0, 5.0), "2024-06-01/2024-06-30", {}),
        "himalaya": (etolib.Site(28.0, 86.9, elevation=5300), MARCH, {}),
        "sea": (etolib.Site(-30, -30), MARCH, {}),
        "south_pole": (etolib.Site(-90, 0), "2024-01-01/2024-01-10", {}),
        "north_pole_night": (etolib.Site(82.5, -62.3), "2023-12-20/2023-12-31", {}),
        "date_line_west": (etolib.Site(-16.8, 179.9), "2024-01-01/2024-01-10", {}),
        "date_line_east": (etolib.Site(-16.8, -180), "2024-01-01/2024-01-10", {}),
        "island": (etolib.Site(-27.1, -109.35), MARCH, {}),
        "dead_sea": (etolib.Site(31.5, 35.48, elevation=-430), MARCH, {}),
        "europe": (etolib.Site(48.75, 8.917), "2024-02-20/2024-03-10", {}),
    }
    for name, (site, period, settings) in spots.items():
        yield world.ask(f"place.{name}", site, period, settings=settings)
    sources = ["nasa_power", "open_meteo_archive"]
    yield world.ask("place.sea_named_sources", etolib.Site(-30, -30), MARCH, sources)
    usa = ["nws_stations", "nws_forecast", "open_meteo_forecast"]
    yield world.ask("place.usa_named", etolib.Site(40.0, -105.3), "2024-06-27/2024-07-04", usa, settings=contact)
    yield world.ask("place.usa_stations", etolib.Site(40.0, -105.3), "2024-06-27/2024-06-30", usa[:1], settings=contact)
    nordic = ["met_norway"]
    yield world.ask("place.nordic_named", etolib.Site(60.17, 24.9), "2024-07-02/2024-07-05", nordic, settings=contact)
    yield world.ask("place.nordic_no_contact", etolib.Site(60.17, 24.9), "2024-07-02/2024-07-05", nordic)


def forecasts(world: World) -> Iterator[Answer]:
    """Days to come, and days past and to come."""
    for name, site in {"brazil": PIRACICABA, "usa": etolib.Site(40.0, -105.3), "nordic": etolib.Site(60, 10)}.items():
        yield world.ask(f"forecast.{name}", site, "next-6-days", settings={"contact": CONTACT})
    for period in ("today", "yesterday", "last-30-days", "2024-06-20/2024-07-07", "2024-07-10/2024-07-31"):
        yield world.ask(f"forecast.{period.replace('/', '_')}", PIRACICABA, period)
    yield world.ask("forecast.far", PIRACICABA, "2031-01-01/2031-01-31")


def offline(world: World) -> Iterator[Answer]:
    """The embedded climatology, with no network."""
    spots = {
        "brazil": PIRACICABA,
        "sahara": etolib.Site(23.0, 5.0),
        "siberia": etolib.Site(62.0, 129.7, elevation=100),
        "andes": etolib.Site(-16.5, -68.15, elevation=3640, name="La Paz"),
        "england": etolib.Site(51.5, -0.1),
        "antarctica": etolib.Site(-75, 0),
        "pole": etolib.Site(90, 0),
        "sea": etolib.Site(0, -30),
        "island": etolib.Site(-27.1, -109.35),
        "date_line": etolib.Site(66.0, -179.9),
    }
    for name, site in spots.items():
        yield world.ask(f"offline.{name}", site, "2024-01-01/2024-03-31", settings={"offline": True})
    for krs in ("interior", "coast", "island"):
        yield world.ask(f"offline.krs_{krs}", PIRACICABA, "2024-02", settings={"offline": True}, krs=krs)
    yield world.ask("offline.named_source", PIRACICABA, "2024-02", ["nasa_power"], settings={"offline": True})
    yield world.ask("offline.leap_years", PIRACICABA, "1999-12-01/2000-03-05", settings={"offline": True})


def _own(name: str, days: slice) -> pd.DataFrame:
    table = pd.read_parquet(SHARED / "data" / "stations" / f"{name}.parquet")
    return table.set_index("date").loc[days]


def american_file() -> bytes:
    """Maricopa 2019 in the units of the USA."""
    table = _own("Maricopa_AZ", slice("2019-01-01", "2019-04-30"))
    return (
        pd.DataFrame(
            {
                "Date": pd.DatetimeIndex(table.index).strftime("%m/%d/%Y"),
                "Max Air Temp (F)": (table["tmax"] * 9 / 5 + 32).round(2).to_numpy(),
                "Min Air Temp (F)": (table["tmin"] * 9 / 5 + 32).round(2).to_numpy(),
                "Max Rel Hum (%)": table["rhmax"].to_numpy(),
                "Min Rel Hum (%)": table["rhmin"].to_numpy(),
                "Wind 3m (mph)": (table["wind_3m"] / 0.44704).round(3).to_numpy(),
                "Sol Rad (Ly/day)": (table["rs"] / 0.04184).round(2).to_numpy(),
                "Precip (in)": (table["precipitation"] / 25.4).round(4).to_numpy(),
            }
        )
        .to_csv(index=False)
        .encode()
    )


def german_file() -> bytes:
    """Stuttgart-Hohenheim 2019 with German words and commas."""
    table = _own("UHIH", slice("2019-03-01", "2019-06-30"))
    return (
        pd.DataFrame(
            {
                "Datum": pd.DatetimeIndex(table.index).strftime("%d.%m.%Y"),
                "Tageshöchsttemperatur (°C)": table["tmax"].to_numpy(),
                "Lufttemperatur Minimum (°C)": table["tmin"].to_numpy(),
                "Windgeschwindigkeit 2 m (m/s)": table["u2"].to_numpy(),
                "Globalstrahlung (MJ/m²)": table["rs"].to_numpy(),
            }
        )
        .to_csv(index=False, sep=";", decimal=",")
        .encode("cp1252")
    )


def portuguese_file() -> bytes:
    """São Carlos 2018 with a head, Portuguese words and commas."""
    table = _own("EMSC", slice("2018-01-01", "2018-04-30"))
    head = "Estação: EMSC\nLatitude: -21,783\nLongitude: -47,833\nAltitude: 860\n"
    columns = pd.DataFrame(
        {
            "Data": pd.DatetimeIndex(table.index).strftime("%d/%m/%Y"),
            "Temperatura Máxima (°C)": table["tmax"].to_numpy(),
            "Temperatura Mínima (°C)": table["tmin"].to_numpy(),
            "Vento a 2 m (m/s)": table["u2"].round(2).to_numpy(),
            "Radiação Solar (MJ/m²)": table["rs"].to_numpy(),
        }
    )
    return (head + columns.to_csv(index=False, sep=";", decimal=",")).encode("cp1252")


def climwat_file() -> bytes:
    """Monthly means of Piracicaba."""
    rows = [f"{18 - abs(m - 6) * 0.1:.1f} 29.0 70 75 6.5 20.1 4.2" for m in range(12)]
    return ('"Brazil","PIRACICABA",550,22.7,"S",47.6,"W"\n' + "\n".join(rows)).encode()


def canonical_file(seed: int = 1, days: int = 40, columns: str = "tmax tmin rhmean u2 rs precipitation") -> bytes:
    """Made-up weather from 15 December 2023 on, under our own names, with two holes."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "tmax": 28 + rng.normal(0, 2, days),
            "tmin": 18 + rng.normal(0, 1, days),
            "rhmean": 65 + rng.normal(0, 5, days),
            "u2": 1.5 + rng.random(days),
            "rs": 20 + rng.normal(0, 3, days),
            "precipitation": rng.gamma(0.3, 5, days),
        },
        index=pd.date_range("2023-12-15", periods=days, name="date"),
    ).round(1)
    table.iloc[[5, 17], 2:4] = np.nan
    return table[columns.split()].to_csv().encode()


AQUACROP = b"""Brussels : daily data
     1  : Daily records (1=daily, 2=10-daily and 3=monthly data)
    28  : First day of record (1, 11 or 21 for 10-day or 1 for months)
     2  : First month of record
  2024  : First year of record (1901 if not linked to a specific year)

  Tmin (C)   TMax (C)
=======================
      -1.4       4.1
       0.0       5.0
       1.5       6.2
"""


def stations(world: World) -> Iterator[Answer]:
    """Own files: read, used alone, with sources, and as teachers."""
    site = etolib.Site(-22.7, -47.6, 550)
    files: dict[str, tuple[bytes, Any, str]] = {
        "canonical": (canonical_file(), site, "2023-12-20/2024-01-30"),
        "temperatures": (canonical_file(columns="tmax tmin"), site, "2023-12-20/2024-01-10"),
        "american": (american_file(), etolib.Site(33.069, -111.97, 361), "2019-02-01/2019-05-10"),
        "german": (german_file(), etolib.Site(48.75, 8.917, 475), "2019-04-01/2019-07-10"),
        "portuguese": (portuguese_file(), None, "2018-03-01/2018-05-10"),
        "climwat": (climwat_file(), None, "2024-01-01/2024-01-20"),
        "aquacrop": (AQUACROP, etolib.Site(50.8, 4.36, 100), "2024-02-28/2024-03-01"),
    }
    for name, (content, place, period) in files.items():
        told = attempt(lambda c=content, n=name, p=place: etolib.read_station(c, filename=f"{n}.csv", site=p))
        yield f"station.read.{name}", told, {}
        if "error.error" in told:
            continue
        station = etolib.read_station(content, filename=f"{name}.csv", site=place)
        place = place or station.site
        yield world.ask(f"station.auto.{name}", place, period, station=station)
        yield world.ask(f"station.alone.{name}", place, period, ["station"], station=station)
        with_climatology = ["station", "climatology"]
        yield world.ask(f"station.climatology.{name}", place, period, with_climatology, station=station, files=False)
    for path in sorted((SHARED / "cases").iterdir()):
        place = etolib.Site(47.5, -122.3, 60)
        told = attempt(lambda path=path, place=place: etolib.read_station(path, site=place))
        yield f"station.case.{path.stem}", told, {}
        yield f"station.case_without_site.{path.stem}", attempt(lambda path=path: etolib.read_station(path)), {}
        if "error.error" not in told:
            own = etolib.read_station(path, site=place)
            days = f"{own.frame.index[0].date()}/{own.frame.index[-1].date()}"
            yield world.ask(f"station.case_alone.{path.stem}", place, days, ["station"], station=own, files=False)
    for krs in ("coast", "island"):
        own = etolib.read_station(canonical_file(columns="tmax tmin"), filename="t.csv", site=site)
        yield world.ask(f"station.krs_{krs}", site, "2023-12-20/2024-01-10", ["station"], station=own, krs=krs)
    yield from _teachers(world, site)
    bad = {
        "empty": b"",
        "no_table": b"<html><p>hello, world</p></html>",
        "no_excel": b"PK\x03\x04broken",
        "no_header": b"2024-01-01,3,4\n2024-01-02,3,4\n",
        "wrong_unit": canonical_file().replace(b"tmax", b"tmax_F"),
        "no_tmin": b"date,tmax\n2024-02-28,30\n",
        "bad_date": b"date,tmax,tmin\n2024-02-28,30,20\n2024-02-30,30,21\n2024-03-01,31,19\n",
        "twice": b"date,tmax,tmin\n2024-02-28,30,20\n2024-02-28,31,20\n",
        "two_stations": b"station,date,tmax,tmin\nA,2024-02-28,30,20\nB,2024-02-28,31,20\n",
    }
    for name, content in bad.items():
        yield f"station.bad.{name}", attempt(lambda c=content: etolib.read_station(c, filename="farm.csv")), {}
    yield "station.bad.absent", attempt(lambda: etolib.read_station(world.folder / "nothing.csv")), {}


def _teachers(world: World, site: Any) -> Iterator[Answer]:
    """A station as the simulated archive, but with less wind: what it has is used, and its lesson afterwards."""
    with world.settings(world.simulated):
        table = etolib.compute(site, "2024-01-01/2024-04-30", ["open_meteo_archive"]).table
    columns = ["date", "tmin", "tmax", "ea", "u2", "rs"]
    for name, factor, count in (("calm", 0.4, 121), ("windy", 1.7, 90), ("short", 0.4, 50)):
        content = table[columns].assign(u2=table["u2"] * factor).tail(count).to_csv(index=False).encode()
        own = etolib.read_station(content, filename="own.csv", site=site)
        yield world.ask(f"station.teaches.{name}", site, "2024-04-25/2024-05-31", station=own)
        named = ["station", "open_meteo_archive"]
        yield world.ask(f"station.teaches_named.{name}", site, "2024-04-25/2024-05-31", named, station=own)
    yield world.ask("station.teaches.forecast", site, "2024-06-25/2024-07-06", station=own)


def faults(world: World) -> Iterator[Answer]:
    """Providers that fail, in their several ways."""
    short = {"deadline": SHORT_DEADLINE}
    ask = functools.partial(world.ask, files=False)
    for service in ("nasa_power", "open_meteo_archive"):
        for fault in (
            "404_html", "broken_json", "429_daily", "500", "empty_body", "html_200",
            "other_json", "null_json", "all_missing", "absurd_values", "tail_missing", "missing_dates",
            "duplicated_dates", "unsorted_dates", "wrong_unit", "text_values", "nan_token", "refuse", "close",
        ):  # fmt: skip
            yield ask(f"fault.{service}.{fault}", PIRACICABA, MARCH, faults=[(service, fault)], settings=short)
    # Of Open-Meteo only the limit of the day: where its limit of the minute ends depends on the second of the asking.
    long = [("nasa_power", "429_retry_after_long")]
    yield ask("fault.nasa_power.429_retry_after_long", PIRACICABA, MARCH, faults=long, settings=short)
    once = [("nasa_power", "503", {"times": 1}), ("open_meteo_archive", "broken_json", {"times": 1})]
    yield ask("fault.once_each", PIRACICABA, MARCH, faults=once)
    yield ask("fault.hang", PIRACICABA, MARCH, faults=[("nasa_power", "hang")], settings=short)
    refuse, limited = [("all", "refuse")], [("all", "429_daily")]
    both = ["open_meteo_archive", "nasa_power"]
    yield ask("fault.all_down", PIRACICABA, MARCH, faults=refuse)
    yield ask("fault.all_down_named", PIRACICABA, MARCH, both, faults=refuse)
    yield ask("fault.all_down_one_named", PIRACICABA, MARCH, ["nasa_power"], faults=refuse)
    yield ask("fault.all_limited", PIRACICABA, MARCH, both, faults=limited, settings=short)
    no_height = [("open_meteo_elevation", "refuse")]
    yield ask("fault.first_elevation_down", PIRACICABA, MARCH, faults=no_height)
    no_height += [("opentopodata", "refuse")]
    yield ask("fault.elevation_down", PIRACICABA, MARCH, faults=no_height)
    new = "2024-06-28/2024-07-04"
    named = short | {"contact": CONTACT}
    usa, nordic = etolib.Site(40.0, -105.3), etolib.Site(60.17, 24.9)
    yield ask("fault.met_norway_403", nordic, new, faults=[("met_norway", "403")], settings=named)
    # One of the two sources of the NWS: they share an answer, and whoever asked first is named in its error.
    for name, fault in (("old_grid", "503_grid_expired"), ("down", "refuse")):
        sources = ["nws_forecast", "open_meteo_forecast"]
        yield ask(f"fault.nws_{name}", usa, new, sources, faults=[("nws", fault)], settings=named)
    yield ask("fault.forecast_down", PIRACICABA, new, faults=[("open_meteo_forecast", "refuse")])
    yield ask("fault.before_all", PIRACICABA, "1950-01", ["nasa_power"])
    yield ask("fault.before_most", PIRACICABA, "1950-01")


def wrong(world: World) -> Iterator[Answer]:
    """Requests that cannot be used."""
    site, day = PIRACICABA, "2024-03-01"
    table = pd.DataFrame({"tmin": [10.0], "tmax": [20.0]}, index=pd.to_datetime([day]))
    high = etolib.Site(-22.7, -47.6, 500)
    requests: dict[str, Callable[[], Any]] = {
        "site_latitude": lambda: etolib.Site(150, float("nan")),
        "site_all": lambda: etolib.Site("x", None, 99999, "a\x07b"),
        "site_name": lambda: etolib.Site(0, 0, name="x" * 201),
        "site_tuple": lambda: etolib.compute((1, 2), MARCH),
        "site_wrapped": lambda: repr(etolib.Site(-22.7, 312.4)),
        "period_text": lambda: etolib.compute(site, "soon"),
        "period_order": lambda: etolib.Period("2024-03-05", "2024-03-01"),
        "period_dates": lambda: etolib.Period("2024-02-30", 7),
        "period_long": lambda: etolib.Period("1700-01-01", "2024-01-01"),
        "period_month": lambda: etolib.Period.parse("2024-13"),
        "period_relative": lambda: etolib.Period.parse("last-0-days"),
        "source_unknown": lambda: etolib.compute(site, day, "nasa_pwer"),
        "source_none": lambda: etolib.compute(site, day, []),
        "source_types": lambda: etolib.compute(site, day, ["nasa_power", 7]),
        "source_station": lambda: etolib.compute(site, day, ["station"]),
        "option_krs": lambda: etolib.compute(site, day, krs="hill"),
        "option_unknown": lambda: etolib.compute(site, day, "era5", colour=1, krs=2),
        "setting_unknown": lambda: etolib.set_options(colour=1),
        "setting_today": lambda: _with({"today": "soon"}, lambda: etolib.compute(site, "today")),
        "setting_url": lambda: _with({"nasa_power_url": "ftp://x"}, lambda: etolib.compute(site, MARCH, "nasa_power")),
        "setting_deadline": lambda: _with({"deadline": "-1"}, lambda: etolib.compute(site, MARCH, "nasa_power")),
        "terms_outside": lambda: etolib.compute(site, day, ["climatology"]).terms("2023-01-01"),
        "terms_no_date": lambda: etolib.compute(site, day, ["climatology"]).terms("soon"),
        "eto_method": lambda: etolib.eto(table, high, method="penman"),
        "eto_site": lambda: etolib.eto(table, site),
        "eto_no_site": lambda: etolib.eto(table),
        "eto_data": lambda: etolib.eto([1, 2], high),
        "eto_units": lambda: etolib.eto(table, high, units={"tmax": "furlong", "colour": "m", "rs": "W m-2"}),
        "eto_krs": lambda: etolib.eto(table, high, krs="hill", dew_point_offset=-20),
        "eto_index": lambda: etolib.eto(table.reset_index(drop=True).set_axis(["x"]), high),
        "eto_text": lambda: etolib.eto(table.assign(rs="much"), high),
        "eto_fahrenheit": lambda: etolib.eto(table + 60, high),
        "eto_no_tmax": lambda: etolib.eto(table[["tmin"]], high),
        "fao56_many": lambda: etolib.eto_fao56(
            tmin=300, tmax=310, ea=1200, rs=250, u2=-1, latitude=99, elevation=1e5, day_of_year=0
        ),
        "fao56_order": lambda: etolib.eto_fao56(
            tmin=20, tmax=10, ea=1, rs=20, u2=2, latitude=0, elevation=0, day_of_year=1
        ),
        "fao56_convention": lambda: etolib.eto_fao56(
            tmin=10, tmax=20, ea=1, rs=20, u2=2, latitude=0, elevation=0, day_of_year=1, convention="fao24"
        ),
        "asce_surface": lambda: etolib.eto_asce(
            tmin=10, tmax=20, ea=1, rs=20, u2=2, latitude=0, elevation=0, day_of_year=1, surface="wet"
        ),
        "hourly_surface": lambda: etolib.eto_hourly(
            temperature=20, ea=1, rs=2, u2=2, latitude=0, longitude=0, elevation=0, day_of_year=1, hour=12.5,
            utc_offset=0, convention="fao56", surface="tall",
        ),
        "hargreaves": lambda: etolib.eto_hargreaves(tmin=99, tmax=-99, latitude=91, day_of_year=367),
        "turc": lambda: etolib.eto_turc(tmin=10, tmax=20, rs=2000, rhmean=0.5),
        "makkink": lambda: etolib.eto_makkink(tmin="x", tmax=20, rs=20, elevation=0),
        "priestley_taylor": lambda: etolib.eto_priestley_taylor(
            tmin=10, tmax=20, ea=99, rs=20, latitude=0, elevation=0, day_of_year=1
        ),
        "shapes": lambda: etolib.eto_hargreaves(tmin=np.zeros(3), tmax=np.zeros(4), latitude=0, day_of_year=1),
        "archive_source": lambda: archive.open_archive(world.folder / "nowhere.zarr"),
        "archive_target": lambda: archive.eto_archive(xr.Dataset(), world.folder),
        "many_none": lambda: etolib.submit_many([], MARCH, client=world.client),
        "submit_site": lambda: etolib.submit("here", MARCH, client=world.client, timeout=-1),
        "submit_source": lambda: etolib.submit(site, MARCH, "era5", client=world.client),
        "attach_text": lambda: etolib.attach("nonsense", client=world.client),
        "attach_unknown": lambda: etolib.attach("eto-unknown", client=world.client),
        "connect": lambda: etolib.connect("tcp://127.0.0.1:1", timeout=0.5),
        "connect_nowhere": lambda: etolib.connect(),
        "attribute": lambda: etolib.nothing,
    }  # fmt: skip
    for name, request in requests.items():
        with world.settings(world.simulated):
            yield f"wrong.{name}", attempt(request), {}


def _with(settings: Mapping[str, Any], what: Callable[[], Any]) -> Any:
    with etolib.set_options(**settings):
        return what()


# --- jobs on dask -------------------------------------------------------------------------------------------------


def wait_until(happened: Callable[[], Any], seconds: float = 30) -> None:
    """Return as soon as something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen")
        time.sleep(0.02)


ENDS = ("SUCCESS", "ERROR", "TIMEOUT", "CANCELLED")


def story(job: Any) -> Fields:
    """Return the messages of a job that has ended: of the whole, and of each source, which run side by side."""
    wait_until(lambda: job.messages() and job.messages()[-1]["type"] in ENDS)
    told = job.messages()
    streams: dict[str, list[Any]] = {}
    for message in told:
        source = message["data"].get("source") if message["type"] == "PROGRESS" else None
        streams.setdefault(f"story.{source or 'whole'}", []).append([message["type"], plain(message["data"])])
    running = [message["seq"] for message in told if message["type"] == "PROGRESS"]
    return {
        **streams,
        "story.count": len(told),
        "story.seq_counts_up": running == list(range(1, len(running) + 1)) and told[-1]["seq"] > len(running),
        "story.keys": sorted({key for message in told for key in message}),
        "story.ids_are_the_tasks": {message["task_id"] for message in told} == {job.task_id},
        "status": job.status,
        "text": clean(repr(job)),
    }


def jobs(world: World) -> Iterator[Answer]:
    """Tasks on worker processes: what they tell while they run, and how they end."""
    client, server = world.client, world.simulated

    def run(name: str, *request: Any, given: Sequence[tuple[Any, ...]] = (), **options: Any) -> Answer:
        with world.settings(server, contact=CONTACT, deadline=SHORT_DEADLINE):
            for service, fault, *rest in given:
                server.fault(service, fault, **(rest[0] if rest else {}))
            job = etolib.submit(*request, client=client, **options)
            heard: list[Any] = []
            job.on_message(heard.append)
            fields = attempt(lambda: job.result(60))
            fields |= story(job) | {"calls": calls(server)}
            wait_until(lambda: len(heard) >= len(job.messages()))
            fields["heard_is_told"] = heard == job.messages()
            again = etolib.attach(job.task_id, client=client)
            fields |= {f"attached.{k}": v for k, v in story(again).items()}
            job.forget()
        return f"job.{name}", fields, {}

    yield run("brazil", PIRACICABA, MARCH)
    yield run("usa_mixed", etolib.Site(40.0, -105.3), "2024-06-20/2024-07-06")
    yield run("nordic_mixed", etolib.Site(60.17, 24.9), "2024-06-20/2024-07-06")
    yield run("named", PIRACICABA, MARCH, ["nasa_power"])
    yield run("far", PIRACICABA, "2024-07-10/2024-07-31")
    yield run("one_down", PIRACICABA, MARCH, given=[("nasa_power", "404_html")])
    yield run("all_down", PIRACICABA, MARCH, given=[("all", "refuse")])
    yield run("all_down_named", PIRACICABA, MARCH, ["nasa_power"], given=[("all", "refuse")])
    yield run("sea", etolib.Site(-30, -30), MARCH)
    own = etolib.read_station(canonical_file(days=70), filename="own.csv", site=etolib.Site(-22.7, -47.6, 550))
    yield run("station", etolib.Site(-22.7, -47.6, 550), "2024-02-10/2024-03-10", station=own)
    yield run("krs", etolib.Site(-22.7, -47.6, 550), "2024-02-10/2024-02-20", ["station"], station=own, krs="coast")
    yield run("timeout", PIRACICABA, MARCH, ["nasa_power"], given=[("nasa_power", "hang")], timeout=1.0)
    with world.settings(server):
        server.fault("nasa_power", "hang")
        job = etolib.submit(PIRACICABA, MARCH, ["nasa_power"], client=client)
        wait_until(lambda: any(m["data"].get("source") == "nasa_power" for m in job.messages()))
        for service in ("nasa_power", "open_meteo_elevation"):  # none must come later, among those of the next request
            server.wait_for_calls(1, service)
        fields = {"cancel": job.cancel(), "cancel_again": job.cancel(), **attempt(lambda: job.result(10)), **story(job)}
        yield "job.cancelled", fields, {}
    yield from _many(world)


def _many(world: World) -> Iterator[Answer]:
    """Twenty places at once, of which one lies at sea."""
    spread = np.random.default_rng(3).uniform(-0.3, 0.3, (14, 2))
    sites = [etolib.Site(round(-22.5 + a, 4), round(-47.5 + b, 4), name=f"farm {i}") for i, (a, b) in enumerate(spread)]
    sites += [etolib.Site(*place) for place in ((47, 8), (47.1, 8.1), (-30, -30), (23, 5), (60.2, 24.9, 20), (-3, -60))]
    server = world.simulated
    with world.settings(server):
        batch = etolib.submit_many(sites, "2024-02-20/2024-02-29", client=world.client)
        outcome = batch.result(120)
        stories = [story(job) for job in batch.jobs]
        asked = calls(server)
        for i, (found, told) in enumerate(zip(outcome, stories, strict=True)):
            fields = {f"error.{k}": v for k, v in error_fields(found).items()} if isinstance(found, Exception) else None
            yield f"many.place_{i:02}", (fields or result_fields(found, files=i % 7 == 0)) | told, {}
        done = sorted(batch.task_ids.index(job.task_id) for job in batch)
        yield "many.batch", {"len": len(batch), "status": batch.status, "yielded": done, "calls": asked}, {}
        batch = etolib.submit_many(sites[:3], "2024-02-20/2024-02-22", ["climatology"], client=world.client)
        fields = {
            f"{i}.{k}": v for i, r in enumerate(batch.result(60)) for k, v in result_fields(r, files=False).items()
        }
        yield "many.climatology", fields, {}


# --- the command line ---------------------------------------------------------------------------------------------


def command_line(world: World) -> Iterator[Answer]:
    """`python -m etolib`: exit status, both outputs, and the files written."""
    place = ["--lat", "-22.7", "--lon", "-47.6"]
    dates = ["--start", "2024-03-01", "--end", "2024-03-05"]
    compute = ["compute", *place, *dates]
    folder, pack = world.new_folder(), world.folder / "pack"
    fuse = ["fuse", "--data", str(pack), "--protocol"]
    own = folder / "own.csv"
    own.write_bytes(canonical_file(days=70))
    (folder / "wrong.csv").write_bytes(b"date,tmax\n2024-02-28,30\n")
    commands: dict[str, tuple[list[str], dict[str, Any]]] = {
        "version": (["--version"], {}),
        "help": (["--help"], {}),
        "help_compute": (["compute", "--help"], {}),
        "help_others": (["serve", "--help"], {}),
        "help_lab": (["lab", "--help"], {}),
        "help_fuse": (["fuse", "--help"], {}),
        "help_validate": (["validate", "--help"], {}),
        "sources": (["sources"], {}),
        "compute": (compute, {}),
        "compute_named": ([*compute, "--sources", "nasa_power, climatology", "--elevation", "500", "--name", "A"], {}),
        "compute_typed": (["compute", "--lat", "22°42'S", "--lon", "47,6 O", *dates], {}),
        "compute_csv": ([*compute, "-o", str(folder / "a.csv")], {}),
        "compute_json": ([*compute, "-o", str(folder / "a.json")], {}),
        "compute_nc": ([*compute, "-o", str(folder / "a.nc")], {}),
        "compute_xlsx": ([*compute, "-o", str(folder / "a.xlsx")], {}),
        "compute_offline": ([*compute, "--krs", "coast"], {"ETOLIB_OFFLINE": "1"}),
        "compute_forecast": (["compute", *place, "--start", "2024-06-28", "--end", "2024-07-12"], {}),
        "compute_station": ([*compute, "--station", str(own)], {}),
        "compute_wrong_station": ([*compute, "--station", str(folder / "wrong.csv")], {}),
        "all_down": ([*compute, "--sources", "nasa_power"], {"fault": "refuse"}),
        "all_down_auto": (compute, {"fault": "refuse"}),
        "sea": (["compute", "--lat", "-30", "--lon", "-30", *dates], {}),
        "bad_place": (["compute", "--lat", "150", "--lon", "x", "--start", "2024-03-05", "--end", "2024-03-01"], {}),
        "bad_sources": ([*compute, "--sources", "nasa,era"], {}),
        "bad_ending": ([*compute, "-o", "eto.doc"], {}),
        "bad_folder": ([*compute, "-o", "no/such/folder/eto.csv"], {}),
        "bad_krs": ([*compute, "--krs", "hill"], {}),
        "bad_elevation": ([*compute, "--elevation", "high"], {}),
        "bad_dates": (["compute", *place, "--start", "", "--end", "2024-02-30"], {}),
        "bad_setting": (compute, {"ETOLIB_TODAY": "soon", "ETOLIB_NWS_URL": "x"}),
        "bad_option": ([*compute, "--colour", "red"], {}),
        "bad_command": (["nonsense"], {}),
        "missing_option": (["compute", "--lat", "1"], {}),
        "serve_workers": (["serve", "--workers", "0"], {}),
        "fuse": ([*fuse, "S", "-o", str(folder / "s.parquet")], {}),
        "fuse_t2005": ([*fuse, "T2005", "--cities", "Barreiras_BA", "-o", str(folder / "t.parquet")], {}),
        "fuse_unknown": ([*fuse, "S", "--cities", "X", "-o", str(folder / "x.parquet")], {}),
        "fuse_nowhere": (["fuse", "--data", "no", "--protocol", "S", "-o", str(folder / "x.parquet")], {}),
    }  # fmt: skip
    _pack(pack)
    for name, (words, more) in commands.items():
        world.simulated.clear()
        world.simulated.forget()
        if fault := more.pop("fault", None):
            world.simulated.fault("all", fault)
        before = set(folder.iterdir())
        done = subprocess.run(
            [sys.executable, "-m", "etolib", *words],
            env=world.environment(world.simulated, **more), cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        fields = {"status": done.returncode, "stdout": lines(done.stdout), "stderr": lines(done.stderr)}
        for path in sorted(set(folder.iterdir()) - before):
            fields |= {f"file.{path.name}.{k}": v for k, v in _file(path).items()}
        yield f"cli.{name}", fields | {"calls": calls(world.simulated)}, {}
    world.simulated.clear()


def _pack(folder: Path) -> None:
    """Write a small folder like the validation data: two cities."""
    (folder / "cities").mkdir(parents=True)
    names = ["Barreiras_BA", "Porto_Nacional_TO"]
    table = pd.read_csv(SHARED / "data" / "validation" / "cities.csv")
    table[table["city"].isin(names)].to_csv(folder / "cities.csv", index=False)
    for name in names:
        shutil.copy(SHARED / "data" / "validation" / "cities" / f"{name}.parquet", folder / "cities")


def _file(path: Path) -> Fields:
    """Return what stands in a file that a command wrote."""
    if path.suffix == ".parquet":
        return frame_fields("rows", pd.read_parquet(path))
    if path.suffix == ".nc":
        with xr.open_dataset(path, engine="h5netcdf") as data:
            return grid_fields("netcdf", data)
    if path.suffix == ".xlsx":
        sheets = pd.read_excel(path, sheet_name=None, header=None)
        return {k: v for name, sheet in sheets.items() for k, v in frame_fields(name, sheet).items()}
    return {"text": lines(path.read_text(encoding="utf-8"))}


# --- equations ----------------------------------------------------------------------------------------------------


def weather_rows(count: int = ROWS, seed: int = 20240701) -> Arrays:
    """Return days of every climate, with some holes; polar night and calm included."""
    rng = np.random.default_rng(seed)
    tmin = rng.uniform(-45, 30, count)
    rows = {
        "tmin": tmin,
        "tmax": tmin + rng.uniform(0, 25, count),
        "ea": rng.uniform(0.01, 3.2, count),
        "rs": rng.uniform(0, 35, count),
        "u2": rng.gamma(2.0, 1.2, count).clip(0, 30),
        "rhmean": rng.uniform(2, 100, count),
    }
    for values in rows.values():
        values[rng.random(count) < 0.004] = np.nan
    rows["u2"][rng.random(count) < 0.01] = 0.0
    rows["latitude"] = rng.uniform(-90, 90, count)
    rows["elevation"] = rng.uniform(-430, 5000, count)
    rows["day_of_year"] = rng.integers(1, 367, count).astype(float)
    return rows


def hourly_rows(hours: int = 2000, places: int = ROWS // 2000, seed: int = 7) -> Arrays:
    """Return hours of fifty places, time along the first axis."""
    rng = np.random.default_rng(seed)
    shape = (hours, places)
    at = np.arange(hours)[:, None]
    latitude, longitude = rng.uniform(-75, 75, places), rng.uniform(-179, 179, places)
    clock = np.broadcast_to(at % 24 + 0.5, shape).astype(float)
    rows = {
        "temperature": 15 + 10 * np.sin((clock - 9) * np.pi / 12) + rng.normal(0, 2, shape),
        "ea": rng.uniform(0.3, 2.0, shape),
        "rs": np.maximum(0, np.sin((clock - 6) * np.pi / 12)) * rng.uniform(0.3, 3.4, shape),
        "u2": rng.gamma(2.0, 1.2, shape),
    }
    for values in rows.values():
        values[rng.random(shape) < 0.004] = np.nan
    return rows | {
        "latitude": latitude,
        "longitude": longitude,
        "elevation": rng.uniform(-100, 4000, places),
        "day_of_year": np.broadcast_to((at // 24) % 365 + 1.0, shape).astype(float),
        "hour": clock,
        "utc_offset": np.floor(longitude / 15 + 0.5),
    }


PM = ("tmin", "tmax", "ea", "rs", "u2", "latitude", "elevation", "day_of_year")
DAILY: dict[str, tuple[Callable[..., Any], tuple[str, ...], dict[str, Any]]] = {
    "fao56": (etolib.eto_fao56, PM, {}),
    "fao56_convention_fao56": (etolib.eto_fao56, PM, {"convention": "fao56"}),
    "fao56_convention_asce2005": (etolib.eto_fao56, PM, {"convention": "asce2005"}),
    "fao56_heat_flux": (etolib.eto_fao56, PM, {"g": 0.5}),
    "asce_short": (etolib.eto_asce, PM, {"surface": "short"}),
    "asce_tall": (etolib.eto_asce, PM, {"surface": "tall"}),
    "hargreaves": (etolib.eto_hargreaves, ("tmin", "tmax", "latitude", "day_of_year"), {}),
    "priestley_taylor": (
        etolib.eto_priestley_taylor,
        ("tmin", "tmax", "ea", "rs", "latitude", "elevation", "day_of_year"),
        {},
    ),
    "makkink": (etolib.eto_makkink, ("tmin", "tmax", "rs", "elevation"), {}),
    "turc": (etolib.eto_turc, ("tmin", "tmax", "rs", "rhmean"), {}),
}
SURFACES = (("fao56", "short"), ("asce2005", "short"), ("asce2005", "tall"))


def equations(world: World) -> Iterator[Answer]:
    """Every equation, on many rows and on few, as every kind."""
    rows = weather_rows()
    single = {name: values.astype(np.float32) for name, values in rows.items()}
    few = {name: values[:300] for name, values in rows.items()}
    for name, (equation, names, options) in DAILY.items():
        arrays = {}
        for kind, given in (("float64", rows), ("float32", single), ("few", few)):
            arrays[kind] = np.asarray(equation(**{n: given[n] for n in names}, **options))
        mixed = {n: single[n] if n in rows and n not in ("latitude", "elevation") else rows[n] for n in names}
        arrays["float32_weather"] = np.asarray(equation(**mixed, **options))
        square = {n: rows[n][:40_000].reshape(200, 200) for n in names}
        arrays["two_dimensions"] = np.asarray(equation(**square, **options))
        yield f"equation.{name}", _kinds(equation, {n: few[n] for n in names}, options), arrays
    for convention, surface in SURFACES:
        given = {n: rows[n] for n in PM}
        terms = reference.daily_terms(**given, convention=convention, surface=surface)
        yield f"equation.daily_terms.{convention}_{surface}", {"names": list(terms)}, _as_arrays(terms)
    pressure = np.linspace(55.0, 104.0, ROWS)
    terms = reference.daily_terms(**{n: rows[n] for n in PM}, pressure=pressure, g=0.3)
    yield "equation.daily_terms.pressure", {"names": list(terms)}, _as_arrays(terms)
    hours = hourly_rows()
    across = {k: v.T if v.ndim > 1 else v[:, None] for k, v in hours.items()}
    for convention, surface in SURFACES:
        name, how = f"{convention}_{surface}", {"convention": convention, "surface": surface}
        terms = reference.hourly_terms(**hours, **how)
        yield f"equation.hourly_terms.{name}", {"names": list(terms)}, _as_arrays(terms)
        arrays = {
            "float64": etolib.eto_hourly(**hours, **how),
            "float32": etolib.eto_hourly(**{k: v.astype(np.float32) for k, v in hours.items()}, **how),
            "relative_shortwave": etolib.eto_hourly(**hours, **how, relative_shortwave=0.7),
            "axis_1": etolib.eto_hourly(**across, **how, axis=1),
        }
        one = {k: float(v[13] if v.ndim == 1 else v[13, 13]) for k, v in hours.items()}
        yield f"equation.hourly.{name}", {"scalar": plain(etolib.eto_hourly(**one, **how))}, _as_arrays(arrays)
    yield "equation.names", {"terms": plain(reference.TERMS), "methods": list(reference.METHODS)}, {}


def _as_arrays(values: Mapping[str, Any]) -> Arrays:
    return {name: np.asarray(value) for name, value in values.items()}


def _kinds(equation: Callable[..., Any], given: Arrays, options: Mapping[str, Any]) -> Fields:
    """Return what an equation makes of numbers, Series, DataArrays and dask."""
    grid = {n: xr.DataArray(v.reshape(30, 10), dims=("time", "place")) for n, v in given.items()}
    days = pd.date_range("2024-01-01", periods=300)
    forms: dict[str, dict[str, Any]] = {
        "number": {n: float(v[7]) for n, v in given.items()},
        "whole_numbers": {n: int(v[7]) for n, v in given.items()} | {"tmin": 3, "tmax": 17},
        "series": {n: pd.Series(v, index=days, name=n) for n, v in given.items()},
        "data_array": grid,
        "dask_array": {n: da.from_array(v, chunks=90) for n, v in given.items()},
        "data_array_on_dask": {n: v.chunk({"time": 8}) for n, v in grid.items()},
        "mixed": {n: v[:5] if n in ("tmin", "tmax") else float(v[7]) for n, v in given.items()},
    }
    fields: Fields = {}
    for name, form in forms.items():
        fields |= {f"{name}.{k}": v for k, v in attempt(lambda form=form: equation(**form, **options), _kind).items()}
    return fields


def _kind(value: Any) -> Fields:
    """Return type, labels and numbers of one kind of result."""
    fields: Fields = {"type": type(value).__name__}
    if isinstance(value, xr.DataArray):
        fields |= {"dims": list(value.dims), "attrs": plain(value.attrs), "name": value.name}
    if isinstance(value, pd.Series):
        fields |= {"name": value.name, "index": str(value.index.dtype), "attrs": plain(value.attrs)}
    if getattr(value, "chunks", None):
        fields["chunks"] = plain(value.chunks)
    return fields | {"values": plain(np.asarray(value))}


# --- tables and grids ---------------------------------------------------------------------------------------------


def gappy_table(count: int = 4000, seed: int = 11) -> pd.DataFrame:
    """Return eleven years of a place with holes in every column, short and long."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2010-01-01", periods=count, name="date")
    season = np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 200) / 365.25)
    tmin = 8 + 8 * season + rng.normal(0, 3, count)
    table = pd.DataFrame(
        {
            "tmin": tmin,
            "tmax": tmin + rng.uniform(2, 16, count),
            "ea": rng.uniform(0.4, 1.6, count),
            "tdew": tmin - rng.uniform(0, 6, count),
            "rhmin": rng.uniform(20, 60, count),
            "rhmax": rng.uniform(61, 100, count),
            "rhmean": rng.uniform(40, 90, count),
            "rs": (14 + 9 * season) * rng.uniform(0.4, 1.2, count),
            "sunshine": (5 + 2 * season) * rng.uniform(0, 1, count),
            "u2": rng.gamma(2, 1, count),
            "pressure": rng.normal(98, 0.8, count),
        },
        index=days,
    )
    for name, share in zip(table, (0.01, 0.01, 0.7, 0.6, 0.5, 0.4, 0.5, 0.5, 0.5, 0.4, 0.3), strict=True):
        table.loc[rng.random(count) < share, name] = np.nan
    return table


METHODS = ("fao56", "asce2005", "asce2005_tall", "hargreaves", "priestley_taylor", "makkink", "turc")


def table_fields(result: Any) -> tuple[Fields, Arrays]:
    """Return an `EtoResult` of a table; numbers as arrays, they are many."""
    arrays = {"eto": result.eto.to_numpy()}
    arrays |= {f"inputs.{n}": result.inputs[n].to_numpy() for n in result.inputs}
    terms = result.terms()
    arrays |= {f"terms.{n}": terms[n].to_numpy() for n in terms}
    fields = {
        "method": result.method,
        "place": [result.latitude, result.elevation],
        "warnings": plain(list(result.warnings)),
        "eto": [result.eto.name, str(result.eto.dtype), str(result.eto.index.dtype), str(result.eto.index.name)],
        **{f"flags.{n}": result.flags[n].tolist() for n in result.flags},
        **frame_fields("day", result.terms(result.inputs.index[777])),
    }
    return fields, arrays


def tables(world: World) -> Iterator[Answer]:
    """`etolib.eto` on tables with gaps: every method, and every option."""
    table = gappy_table()
    site = etolib.Site(45.7, 4.9, elevation=200)
    for method in METHODS:
        yield f"table.{method}", *table_fields(etolib.eto(table, site, method=method))
    for name, options in {
        "coast": {"krs": "coast"},
        "island": {"krs": "island"},
        "krs_number": {"krs": 0.175},
        "dew_point_offset": {"dew_point_offset": 2.5},
        "pressure": {"use_pressure": True},
        "pressure_asce": {"use_pressure": True, "method": "asce2005_tall"},
    }.items():
        yield f"table.option.{name}", *table_fields(etolib.eto(table, site, **options))
    other = table.assign(tmax=table["tmax"] * 1.8 + 32, rs=table["rs"] / 0.0864, pressure=table["pressure"] * 10)
    units = {"tmax": "degF", "rs": "W m-2", "pressure": "hPa"}
    yield "table.units", *table_fields(etolib.eto(other, site, units=units, use_pressure=True))
    yield "table.column_date", *table_fields(etolib.eto(table.reset_index(), site))
    yield "table.temperatures", *table_fields(etolib.eto(table[["tmin", "tmax"]], site))
    yield "table.arctic", *table_fields(etolib.eto(table, etolib.Site(78.2, 15.6, elevation=10)))


def gappy_grid(dtype: str = "float64") -> xr.Dataset:
    """Return forty days on a small grid, with holes."""
    rng = np.random.default_rng(5)
    shape, dims = (40, 4, 6), ("time", "latitude", "longitude")
    data = {
        "tmin": rng.uniform(0, 12, shape),
        "tmax": rng.uniform(13, 30, shape),
        "ea": rng.uniform(0.4, 1.2, shape),
        "rhmean": rng.uniform(40, 90, shape),
        "rs": rng.uniform(5, 20, shape),
        "u2": rng.uniform(0.5, 6, shape),
        "pressure": rng.uniform(90, 100, shape),
    }
    for values in data.values():
        values[rng.random(shape) < 0.05] = np.nan
    grid = xr.Dataset(
        {name: (dims, values.astype(dtype)) for name, values in data.items()},
        coords={
            "time": pd.date_range("2024-02-25", periods=40),
            "latitude": np.linspace(-60, 60, 4),
            "longitude": np.arange(6.0),
        },
        attrs={"title": "made up"},
    )
    grid["elevation"] = (dims[1:], rng.uniform(0, 2000, shape[1:]))
    return grid


def eto_grid_fields(result: Any) -> tuple[Fields, Arrays]:
    """Return an `EtoResult` of a grid."""
    fields: Fields = {"method": result.method, "lazy": result.eto.chunks is not None, "warnings": list(result.warnings)}
    for part in ("eto", "flags", "inputs"):
        data = getattr(result, part)
        fields |= grid_fields(part, (data.to_dataset(name="eto") if part == "eto" else data).compute())
    fields |= {f"terms.{k}": v for k, v in grid_fields("all", result.terms().compute()).items()}
    fields |= {f"terms.{k}": v for k, v in grid_fields("day", result.terms("2024-02-29").compute()).items()}
    return fields, {}


def grids(world: World) -> Iterator[Answer]:
    """`etolib.eto` on datasets, on dask or not, and archives."""
    grid = gappy_grid()
    for method in METHODS:
        yield f"grid.{method}", *eto_grid_fields(etolib.eto(grid, method=method))
    yield "grid.dask", *eto_grid_fields(etolib.eto(grid.chunk({"time": 9, "longitude": 4})))
    yield "grid.float32", *eto_grid_fields(etolib.eto(gappy_grid("float32")))
    yield "grid.pressure", *eto_grid_fields(etolib.eto(grid, use_pressure=True, krs="coast"))
    kelvin = grid.assign(tmax=(grid["tmax"] + 273.15).assign_attrs(units="K"))
    yield "grid.units", *eto_grid_fields(etolib.eto(kelvin))
    place = grid.drop_vars("elevation").isel(latitude=1, longitude=0, drop=True)
    yield "grid.one_place", *eto_grid_fields(etolib.eto(place, etolib.Site(-20.0, 0.0, elevation=300)))
    yield "grid.no_elevation", attempt(lambda: etolib.eto(grid.drop_vars("elevation"))), {}
    folder = world.new_folder()
    stored = folder / "weather.zarr"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grid.chunk({"time": 16, "longitude": 4}).to_zarr(stored, consolidated=False)
        grid.to_netcdf(folder / "weather.nc", engine="h5netcdf")
        made = archive.simulate_archive(folder / "made.zarr", days=12, grid=(6, 8), chunk=(5, 4, 5))
        yield "archive.simulated", grid_fields("grid", made.load()), {}
        for name, options in {
            "zarr": {"source": stored},
            "zarr_tall": {"source": stored, "method": "asce2005_tall"},
            "chunks": {"source": stored, "chunks": {"time": 10}},
            "netcdf": {"source": folder / "weather.nc", "chunks": {"time": 7}},
            "no_flags": {"source": stored, "with_flags": False, "use_pressure": True},
            "of_simulated": {"source": folder / "made.zarr"},
            "one_place": {"source": place.chunk({"time": 11}), "site": etolib.Site(-20.0, 0.0, elevation=300)},
        }.items():
            source = options.pop("source")
            done = archive.eto_archive(source, folder / f"{name}.zarr", **options)
            fields = {"chunks": {str(k): list(v) for k, v in done.chunks.items()}, **grid_fields("grid", done.load())}
            yield f"archive.{name}", fields, {}


def others(world: World) -> Iterator[Answer]:
    """What is left: the list of sources, the public names."""
    for today in (SIMULATED_TODAY, REPLAYED_TODAY):
        with etolib.set_options(today=today):
            yield f"other.sources_{today}", attempt(etolib.sources), {}
    yield "other.names", {"all": sorted(etolib.__all__), "reference": sorted(reference.__all__)}, {}
    site, seen = PIRACICABA, world.simulated
    with world.settings(seen):
        first = etolib.compute(site, MARCH)
        count = len(seen.calls())
        second = etolib.compute(site, MARCH)
        fields = result_fields(second)
        fields |= {"asked_nobody": len(seen.calls()) == count, "same": first.table.equals(second.table)}
        yield "other.from_the_cache", fields, {}
        seen.fault("all", "refuse")
        yield "other.kept_answers", attempt(lambda: etolib.compute(site, "2024-03-05/2024-03-20")), {}


GROUPS: dict[str, Callable[[World], Iterator[Answer]]] = {
    "replay": replayed,
    "place": places,
    "forecast": forecasts,
    "offline": offline,
    "station": stations,
    "fault": faults,
    "wrong": wrong,
    "job": jobs,
    "cli": command_line,
    "equation": equations,
    "table": tables,
    "grid": grids,
    "other": others,
}


# --- write and compare --------------------------------------------------------------------------------------------


def write(folder: Path, name: str, fields: Fields, arrays: Arrays) -> None:
    """Write one request: ``<name>.json``, and ``<name>.npz`` where it has arrays."""
    for label, values in arrays.items():
        digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
        fields[f"array.{label}"] = {"dtype": str(values.dtype), "shape": list(values.shape), "sha256": digest}
    path = folder / f"{name}.json"
    if path.exists():
        raise ValueError(f"two requests are called {name}")
    path.write_text(json.dumps(fields, indent=0, ensure_ascii=False), encoding="utf-8")
    if arrays:
        np.savez(folder / f"{name}.npz", **arrays)


def record(folder: Path, only: str) -> int:
    """Ask everything; return the number of requests."""
    if not (SHARED / "data" / "validation").is_dir():
        raise SystemExit(f"{SHARED} is not the shared data folder: set ETOLIB_SHARED")
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    count = size = 0
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        world = World(stack)
        for group, requests in GROUPS.items():
            if not group.startswith(only):
                continue
            at = time.monotonic()
            for name, fields, arrays in requests(world):
                write(folder, name, fields, arrays)
                count, size = count + 1, size + len(fields)
            print(f"{group:10}{time.monotonic() - at:7.1f} s", file=sys.stderr)
    print(f"{count} requests, {size} fields in {time.monotonic() - begun:.0f} s: {folder}")
    return count


def first_difference(old: Any, new: Any, where: str = "") -> tuple[str, Any, Any] | None:
    """Return the place and both values of the first difference, None where there is none; NaN equals NaN."""
    if isinstance(old, dict) and isinstance(new, dict):
        if list(old) != list(new) and set(old) == set(new):
            return f"{where} (order)", list(old), list(new)
        keys = [*old, *(key for key in new if key not in old)]
        pairs = ((f"{where}.{key}", old.get(key, "ABSENT"), new.get(key, "ABSENT")) for key in keys)
    elif isinstance(old, list) and isinstance(new, list):
        both = itertools.zip_longest(old, new, fillvalue="ABSENT")
        pairs = ((f"{where}[{i}]", a, b) for i, (a, b) in enumerate(both))
    else:
        # As text: 1 is not 1.0, 0.0 is not -0.0, NaN is NaN.
        same = type(old) is type(new) and json.dumps(old) == json.dumps(new)
        return None if same else (where, old, new)
    return next((found for place, a, b in pairs if (found := first_difference(a, b, place))), None)


def array_difference(old: Path, new: Path, label: str) -> tuple[str, Any, Any]:
    """Return where two arrays of the same shape differ first, with how many cells do."""
    with np.load(old) as a, np.load(new) as b:
        first, second = np.ascontiguousarray(a[label]).ravel(), np.ascontiguousarray(b[label]).ravel()
        shape = a[label].shape
    bits = f"u{first.dtype.itemsize}"
    differ = np.flatnonzero(first.view(bits) != second.view(bits))
    at = int(differ[0])
    place = f"{[int(i) for i in np.unravel_index(at, shape or (1,))]}, {len(differ)} of {first.size} cells"
    return place, first[at].item(), second[at].item()


def shown(value: Any) -> str:
    """Return a value for a line of the comparison; numbers with their bits."""
    text = f"{value!r} ({value.hex()})" if isinstance(value, float) else repr(value)
    return text if len(text) <= 300 else text[:300] + "..."


def compare(old: Path, new: Path) -> int:
    """Print what differs between two records; return the number of fields that do."""
    names = sorted({path.stem for folder in (old, new) for path in folder.glob("*.json")})
    equal = differ = 0
    for name in names:
        paths = [folder / f"{name}.json" for folder in (old, new)]
        if absent := [path for path in paths if not path.exists()]:
            print(f"{name}: only in {(new if absent[0].parent == old else old)}")
            differ += 1
            continue
        texts = [path.read_text(encoding="utf-8") for path in paths]
        first, second = map(json.loads, texts)
        if texts[0] == texts[1]:
            equal += len(first)
            continue
        for field in dict.fromkeys([*first, *second]):
            found = first_difference(first.get(field, "ABSENT"), second.get(field, "ABSENT"))
            if found is None:
                equal += 1
                continue
            differ += 1
            if found[0] == ".sha256":
                arrays = [path.with_suffix(".npz") for path in paths]
                found = array_difference(arrays[0], arrays[1], field.removeprefix("array."))
            print(f"{name}: {field}{found[0]}: {shown(found[1])} -> {shown(found[2])}")
    print(f"{len(names)} requests, {equal} fields equal, {differ} differ")
    return differ


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.record_behaviour", description=(__doc__ or "").split("\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, folders in (("record", ("folder",)), ("compare", ("folder_a", "folder_b"))):
        command = commands.add_parser(name)
        for folder in folders:
            command.add_argument(folder, type=Path)
        if name == "record":
            command.add_argument("--only", default="", help=f"one group: {', '.join(GROUPS)}")
    chosen = parser.parse_args()
    if chosen.command == "record":
        record(chosen.folder, chosen.only)
    else:
        sys.exit(1 if compare(chosen.folder_a, chosen.folder_b) else 0)


if __name__ == "__main__":
    main()
