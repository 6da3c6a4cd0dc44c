"""A widget of the front end alone in a browser: no server, no kernel, its model played by a few lines of script."""

from __future__ import annotations

import base64
import re
from importlib import resources
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from etolib import Period, Site
from etolib.widgets import daily

SEASON = 2.2


def result(days: int, *, first: str = "2024-01-01", forecast: int = 6, seed: int = 3) -> Any:
    """Return what `daily.pack` reads of a result: three sources, a gap, a forecast at the end, flags."""
    dates = pd.date_range(first, periods=days)
    chance = np.random.default_rng(seed)
    course = 4.6 + SEASON * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 10) / 365.25)
    eto = np.clip(course + chance.normal(0, 0.7, days), 0.3, None)
    each = {name: eto + chance.normal(off, 0.25, days) for name, off in
            (("nasa_power", 0.1), ("open_meteo_archive", -0.1), ("station", 0.05))}  # fmt: skip
    width = np.linspace(0.5, 0.7, days) + (np.arange(days) >= days - forecast) * np.linspace(0, 1.2, days)
    table = pd.DataFrame({"date": dates, "eto": eto, "eto_lower": eto - width, "eto_upper": eto + width})
    table["precipitation"] = np.where(chance.random(days) < 0.3, chance.gamma(1.2, 9, days), 0.0)
    table["kind"] = np.where(np.arange(days) >= days - forecast, "forecast", "observed")
    table["quality"] = np.where(
        table["kind"] == "forecast", "MEDIUM", np.where(chance.random(days) < 0.9, "HIGH", "LOW")
    )
    table["source"] = np.where(table["kind"] == "forecast", "open_meteo_forecast", "nasa_power+open_meteo_archive")
    table["flags"] = np.where(table["quality"] == "LOW", "rs: estimated_hargreaves; u2: default_wind", "")
    gap = slice(days // 3, days // 3 + 3)
    depths = ["eto", "eto_lower", "eto_upper", "precipitation"]
    table.loc[table.index[gap], depths] = np.nan
    table.loc[table.index[gap], ["kind", "quality", "source"]] = None
    source_eto = pd.DataFrame(each, index=pd.DatetimeIndex(dates, name="date"))
    source_eto.iloc[gap] = np.nan
    source_eto.iloc[days - forecast :, 0] = np.nan
    return SimpleNamespace(
        table=table, source_eto=source_eto, site=Site(-9.39, -40.5, name="Petrolina"),
        period=Period(dates[0].date(), dates[-1].date()),
    )  # fmt: skip


FRAME = """
<!doctype html><html><head><meta charset="utf-8"><style>STYLE</style><style>CSS</style></head>
<body style="margin:0"><div class="etolib-page THEME" style="padding:16px"><div class="etolib-panel etolib-results">
<div id="widget" style="WHERE"></div></div></div></body></html>
"""
MODEL = """
async ([esm, state]) => {
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const listeners = {};
  const values = {};
  window.saved = {};
  const model = {
    get: (name) => values[name], set: (name, value) => { values[name] = value; window.saved[name] = value; },
    save_changes: () => {},
    on: (event, act) => (listeners[event] ??= []).push(act),
    off: (event, act) => { listeners[event] = (listeners[event] ?? []).filter((one) => one !== act); },
  };
  window.ready = (next) => ({ meta: next.meta, data: bytes(next.data) });
  window.give = (next) => {
    Object.assign(values, next);
    for (const name of ['meta', 'data']) (listeners[`change:${name}`] ?? []).forEach((act) => act());
  };
  window.give(window.ready(state));
  const { default: widget } = await import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })));
  window.end = widget.render({ model, el: document.getElementById('widget') });
}
"""


def state(widget: Any) -> dict[str, Any]:
    """Return what a widget sends to the browser."""
    return {"meta": widget.meta, "data": base64.b64encode(widget.data).decode()}


def iso(day: float) -> str:
    """Return a day counted from 1970-01-01 as an ISO date."""
    return str(np.datetime64(int(day), "D"))


def show(page: Any, widget: Any, *, dark: bool = False, style: str = "") -> None:
    """Show a widget (`Chart`, `DayTable`) in a page."""
    sheet = resources.files("etolib.widgets").joinpath("style.css").read_text(encoding="utf-8")
    parts = {"STYLE": sheet, "CSS": widget._css, "THEME": "etolib-dark" if dark else "", "WHERE": style}
    page.set_content(re.sub("|".join(parts), lambda found: parts[found[0]], FRAME))
    page.evaluate(MODEL, [widget._esm, state(widget)])


def give(page: Any, widget: Any) -> None:
    """Send the state of a widget to the one that is shown."""
    page.evaluate("(state) => window.give(window.ready(state))", state(widget))


def packed(days: int, **how: Any) -> dict[str, Any]:
    """Return a made-up result as chart and table get it."""
    return daily.pack(result(days, **how))
