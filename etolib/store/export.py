"""A store as one file: NetCDF, Parquet, CSV, GeoJSON; written lot by lot, so that memory is that of a lot."""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib import spreadsheets
from etolib._version import __version__
from etolib.equations.filling import ESTIMATED, FILLED, FLAGS, UNCONFIRMED
from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.result.citation import METHOD
from etolib.result.columns import DECIMALS, UNITS
from etolib.result.result import TABLE_COLUMNS
from etolib.sources import catalogue
from etolib.sources.row import KINDS
from etolib.store import layout
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

    from etolib.store.store import Store

_PLACE = ("place", "name", "latitude", "longitude", "elevation")
_MARKED = frozenset((*ESTIMATED, UNCONFIRMED))


def endings() -> tuple[str, ...]:
    """Return the endings of the files that can be written.

    >>> endings()
    ('.nc', '.parquet', '.csv', '.geojson')
    """
    return tuple(_WRITERS)


def save(store: Store, path: str | os.PathLike[str]) -> None:
    """Write what is in a store into one file, whole or not at all.

    Raises
    ------
    InputError
        Where no format has its ending, or it cannot be written.
    """
    target = Path(path)
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise InputError([Problem("output", str(path), say("must_end_in", endings=" ".join(endings())))])
    half = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:8]}{target.suffix}")
    try:
        write(store, half)
        os.replace(half, target)
    except OSError as error:
        rule = say("output_not_written", error=error.strerror or str(error))
        raise InputError([Problem("output", str(path), rule, say("choose_other_file"))]) from error
    finally:
        half.unlink(missing_ok=True)


def tables(store: Store) -> Iterator[pd.DataFrame]:
    """Yield the table of each lot: a row for each place and day, columns of `etolib.result.result.TABLE_COLUMNS`.

    The place stands in front: its number in the list, name, coordinates, elevation.
    """
    for number in store.finished():
        yield table(store, number)


def table(store: Store, number: int) -> pd.DataFrame:
    """Return the table of one lot; see `tables`."""
    import pandas as pd

    rows = store.order.positions(number)
    data = store.dataset().isel(place=slice(rows.start, rows.stop)).drop_vars([*layout.TEXTS, "elevation_asked"]).load()
    places, days = data.sizes["place"], data.sizes["time"]
    columns: dict[str, Any] = {name: np.repeat(data[name].to_numpy(), days) for name in _PLACE}
    columns["name"] = columns["name"].astype(object)
    columns["date"] = np.tile(data["time"].to_numpy(), places)
    for name in layout.NUMBERS:
        columns[name] = data[name].to_numpy().ravel()
    columns["quality"] = _names(data["quality"], [None, "LOW", "MEDIUM", "HIGH"])
    columns["kind"] = _names(data["kind"], [None, *KINDS])
    columns["source"] = _joined(data["source"].to_numpy().ravel(), store.sources)
    columns["flags"] = _flags({name: data[f"{name}_flag"].to_numpy().ravel() for name in FILLED}, columns["eto"])
    return pd.DataFrame(columns)[[*_PLACE, *TABLE_COLUMNS]]


def _names(codes: Any, names: list[str | None]) -> np.ndarray:
    found: np.ndarray = np.array(names, object)[codes.to_numpy().ravel()]
    return found


def _joined(masks: np.ndarray, sources: tuple[str, ...]) -> np.ndarray:
    """Return the names of sources of each mask, joined by ``+`` as in a table."""
    found, inverse = np.unique(masks, return_inverse=True)
    texts = ["+".join(sorted(name for i, name in enumerate(sources) if mask >> i & 1)) or None for mask in found]
    joined: np.ndarray = np.array(texts, object)[inverse]
    return joined


def _flags(codes: Mapping[str, np.ndarray], eto: np.ndarray) -> np.ndarray:
    """Return what was estimated or is unconfirmed on each day, in the words of `etolib.result.grading`."""
    order = ("tmin", "tmax", "ea", "rs", "u2")
    every = np.stack([codes[name] for name in order], axis=1)
    found, inverse = np.unique(every, axis=0, return_inverse=True)
    texts = [
        "; ".join(f"{name}: {FLAGS[code]}" for name, code in zip(order, row, strict=True) if FLAGS[code] in _MARKED)
        for row in found
    ]
    return np.where(np.isnan(eto) & (every == 0).all(axis=1), "", np.array(texts, object)[inverse.ravel()])


def header_lines(store: Store) -> list[str]:
    """Return what a file says before its rows: what, when, how, from whom."""
    masks = store.used()
    used = [name for i, name in enumerate(store.sources) if masks >> i & 1 and name in catalogue.names()]
    order = store.order
    lines = [
        f"Reference evapotranspiration (ETo), FAO-56 Penman-Monteith, etolib {__version__}",
        f"places: {len(order.sites)}; period: {order.period}; day: local solar day of each place",
        f"sources asked: {order.sources if isinstance(order.sources, str) else ', '.join(order.sources)}",
        f"method: {METHOD}",
    ]
    for name in used:
        row = catalogue.find(name)
        lines.append(f"source {name}: {row.attribution}; licence: {catalogue.words(row.licence)}")
    states = store.states()
    for code in (layout.FAILED, layout.PARTIAL, layout.TO_DO):
        if count := int((states == code).sum()):
            lines.append(f"places {layout.STATES[code]}: {count}")
    units = ", ".join(f"{name} [{UNITS[name]}]" for name in layout.NUMBERS)
    return [" ".join(line.split()) for line in [*lines, f"units: {units}; empty = absent"]]


def _csv(store: Store, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(spreadsheets.comments(header_lines(store)))
        decimals = {name: DECIMALS[name] for name in layout.NUMBERS}
        head = True
        for one in tables(store):
            named = one.assign(name=one["name"].map(spreadsheets.cell, na_action="ignore"))
            named.round(decimals).to_csv(file, index=False, header=head, date_format="%Y-%m-%d", lineterminator="\n")
            head = False


def _parquet(store: Store, path: Path) -> None:
    with needed():
        import pyarrow as pa
        import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    types = dict.fromkeys((*layout.NUMBERS, "latitude", "longitude", "elevation"), number)
    types |= dict.fromkeys(("name", "quality", "source", "kind", "flags"), text)
    types |= {"place": pa.int32(), "date": pa.timestamp("ms")}
    about = {"etolib": "\n".join(header_lines(store))}
    schema = pa.schema([(name, types[name]) for name in (*_PLACE, *TABLE_COLUMNS)], metadata=about)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for one in tables(store):
            writer.write_table(pa.Table.from_pandas(one, schema=schema, preserve_index=False))


def _netcdf(store: Store, path: Path) -> None:
    with needed("grid"):
        import dask

    data = store.dataset().drop_vars(layout.TEXTS)
    data.attrs = {**data.attrs, "comment": "\n".join(header_lines(store))}
    chunk = (min(store.order.lot, len(store.order.sites)), data.sizes["time"])
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in data.variables.items():
        if variable.dims == ("place", "time"):
            encoding[str(name)] = {"zlib": True, "complevel": 4, "chunksizes": chunk}
        if variable.dtype.kind == "i" or name in ("latitude", "longitude"):
            # Of codes 0 says that there is no value; a coordinate is never missing.
            encoding.setdefault(str(name), {})["_FillValue"] = None
    encoding["time"] = {"units": "days since 1970-01-01", "dtype": "int32"}
    data["name"] = data["name"].load().astype(object)
    with dask.config.set(scheduler="synchronous"):  # chunk by chunk
        data.drop_encoding().to_netcdf(path, engine="h5netcdf", encoding=encoding)
    _add_texts(store, path)


def _add_texts(store: Store, path: Path) -> None:
    """Add the texts of the places, lot by lot: xarray would load them all to find out how long they are."""
    with needed():
        import h5netcdf
    import h5py

    source, chunk = store.dataset(), (min(store.order.lot, len(store)),)
    with h5netcdf.File(path, "a") as file:
        for name in layout.TEXTS:
            made = file.create_variable(name, ("place",), h5py.string_dtype(), chunks=chunk)
            made.attrs["long_name"] = source[name].attrs["long_name"]
            for number in store.finished():
                rows = store.order.positions(number)
                made[rows.start : rows.stop] = source[name][rows.start : rows.stop].to_numpy().astype(object)


def _geojson(store: Store, path: Path) -> None:
    """A point for each place with the means and sums of the period, for maps."""
    with path.open("w", encoding="utf-8") as file:
        about = json.dumps(header_lines(store), ensure_ascii=False)
        file.write(f'{{"type": "FeatureCollection", "etolib": {about}, "features": [\n')
        between = ""
        for number in store.finished():
            rows = store.order.positions(number)
            data = store.dataset().isel(place=slice(rows.start, rows.stop)).load()
            eto, rain = data["eto"].to_numpy(), data["precipitation"].to_numpy()
            for i, position in enumerate(rows):
                file.write(between + json.dumps(_feature(data, i, position, eto[i], rain[i]), ensure_ascii=False))
                between = ",\n"
        file.write("\n]}\n")


def _feature(data: Any, i: int, position: int, eto: np.ndarray, rain: np.ndarray) -> dict[str, Any]:
    height = float(data["elevation"][i])
    place = [float(data["longitude"][i]), float(data["latitude"][i])]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place if math.isnan(height) else [*place, height]},
        "properties": {
            "place": position,
            "name": str(data["name"][i].item()) or None,
            "state": layout.STATES[int(data["state"][i])],
            "days": int(np.isfinite(eto).sum()),
            "eto_mean": None if np.isnan(eto).all() else round(float(np.nanmean(eto)), 3),
            "eto_sum": None if np.isnan(eto).any() else round(float(eto.sum()), 2),
            "precipitation_sum": None if np.isnan(rain).any() else round(float(rain.sum()), 1),
        },
    }


_WRITERS: Mapping[str, Callable[[Store, Path], None]] = {
    ".nc": _netcdf,
    ".parquet": _parquet,
    ".csv": _csv,
    ".geojson": _geojson,
}
