"""The report of an own station's record: as text, and as one HTML file that can be sent to somebody."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etolib._version import __version__
from etolib.extras import needed
from etolib.validation.own_record import (
    LONG_YEARS,
    NOTHING_LEARNT,
    ROOM,
    SEASONAL,
    SHORT_STRETCH,
    TAUGHT,
    OwnStudy,
)
from etolib.words import Text, render, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = {
    "n": ("days", "{:.0f}"),
    "pbias": ("bias [%]", "{:+.1f}"),
    "mae": ("MAE [mm/day]", "{:.2f}"),
    "rmse": ("RMSE [mm/day]", "{:.2f}"),
    "r2": ("R2", "{:.3f}"),
    "kge": ("KGE", "{:.3f}"),
    "nse": ("NSE", "{:.3f}"),
    "coverage": ("95 % interval holds [%]", "{:.1f}"),
    "width": ("its width [mm/day]", "{:.2f}"),
}
"""Scores of a report: heading and form."""

MONTHS = ("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D")

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2b2c; background: #fff; margin: 2rem auto; max-width: 64rem;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #dfe5e3; white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; max-width: 8rem; }
th:first-child, td:first-child { text-align: left; } tr.best td { background: #e6f4f1; }
img { max-width: 100%; height: auto; } small { color: #5b6b6c; }
"""


def table(study: OwnStudy) -> pd.DataFrame:
    """Return the scores as text, one row for each candidate, best RMSE first."""
    ordered = study.scores.sort_values("rmse")
    columns = {}
    for name, (heading, form) in SHOWN.items():
        values = ordered.get(name, pd.Series(np.nan, index=ordered.index))
        columns[heading] = ["" if pd.isna(value) else form.format(value) for value in values]
    return pd.DataFrame(columns, index=ordered.index)


def months(study: OwnStudy) -> pd.DataFrame:
    """Return the mean difference to the station by month as text. [mm day-1]"""
    ordered = study.scores.sort_values("rmse")
    found = {
        f"{number:02d}": ["" if pd.isna(v) else f"{v:+.2f}" for v in ordered[f"bias_{number}"]]
        for number in range(1, 13)
    }
    return pd.DataFrame(found, index=ordered.index)


def heading(study: OwnStudy) -> list[Text]:
    """Return what was scored, and how, in sentences."""
    days = study.series.index
    years = len(days) >= LONG_YEARS * 365
    stretch = say("whole_years") if years else say("stretches_of_days", number=SHORT_STRETCH)
    first, last = (str(day.date()) for day in (days[0], days[-1]))
    count = int(study.series["station"].notna().sum())
    return [
        say("own_record_scored", name=study.name, place=str(study.site), count=count, first=first, last=last),
        say("parts_hidden_in_turn", total=int(study.hidden.max()) + 1, stretch=stretch, room=ROOM),
    ]


def to_text(study: OwnStudy) -> str:
    """Return the report as text for a terminal."""
    parts = [
        *(render("en", line) for line in heading(study)),
        "",
        *(f"- {render('en', note)}" for note in study.notes),
        "",
        table(study).to_string(),
        "",
        "Mean difference to the station by month [mm/day]",
        months(study).to_string(),
    ]
    return "\n".join(parts)


def to_html(study: OwnStudy) -> str:
    """Return the report as one HTML page without anything from elsewhere."""
    title = f"ETo sources against the station {study.name}"
    notes = "".join(f"<li>{html.escape(render('en', note))}</li>" for note in study.notes)
    said = "".join(f"<p>{html.escape(render('en', line))}</p>" for line in heading(study))
    pictures = "".join(
        f'<h2>{html.escape(words)}</h2><img alt="{html.escape(words)}" src="data:image/png;base64,{_png(drawn)}">'
        for words, drawn in (
            ("Station and fusion, day by day", scatter(study)),
            ("The year, by month", course(study)),
        )
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>{html.escape(title)}</h1>{said}<ul>{notes}</ul>"
        f'<h2>Scores</h2><div class="wide">{_rows(table(study))}</div>'
        f'<h2>Mean difference to the station by month [mm/day]</h2><div class="wide">{_rows(months(study))}</div>'
        f"{pictures}<p><small>etolib {html.escape(__version__)}. Scores: RMSE and MAE are errors of single days; "
        "bias is positive where the source is too high; KGE after Gupta et al. (2009), NSE after Nash and Sutcliffe "
        "(1970).</small></p></body></html>"
    )


def _rows(shown: pd.DataFrame) -> str:
    """Return a table as HTML, its first row marked."""
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in ["", *shown.columns])
    body = "".join(
        f"<tr{' class=best' if at == 0 else ''}><td>{html.escape(str(name))}</td>"
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for at, (name, row) in enumerate(zip(shown.index, shown.to_numpy(), strict=True))
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def scatter(study: OwnStudy) -> Figure:
    """Draw the days: station across, the fusion without and with what the station teaches upwards."""
    canvas = canvas_of(9.0, 4.5)
    truth = study.series["station"].to_numpy(float)
    top = float(np.nanmax(study.series[["station", NOTHING_LEARNT, TAUGHT]].to_numpy(float), initial=1.0)) * 1.04
    for at, name in enumerate((NOTHING_LEARNT, TAUGHT), start=1):
        axes = canvas.add_subplot(1, 2, at)
        axes.plot([0, top], [0, top], color="#5b6b6c", linewidth=0.9)
        axes.plot(truth, study.series[name].to_numpy(float), ".", color="#0f766e", markersize=2.5, alpha=0.35)
        axes.set(xlim=(0, top), ylim=(0, top), aspect="equal", title=name, xlabel="station [mm/day]")
        axes.set_ylabel("ETo [mm/day]" if at == 1 else "")
        axes.spines[["top", "right"]].set_visible(False)
    return canvas


def course(study: OwnStudy) -> Figure:
    """Draw the mean of each month: the station, and every candidate but the station's own means."""
    canvas = canvas_of(9.0, 4.0)
    axes = canvas.add_subplot()
    there = study.series[study.series["station"].notna()]
    means = there.groupby(pd.DatetimeIndex(there.index).month).mean().reindex(range(1, 13))
    for name, values in means.items():
        if name == SEASONAL:
            continue
        strong = name == "station"
        axes.plot(values.index, values, marker="o", markersize=4, linewidth=2.6 if strong else 1.3, label=str(name),
                  color="#1d2b2c" if strong else None, zorder=3 if strong else 2)  # fmt: skip
    axes.set_xticks(range(1, 13), MONTHS)
    axes.set_ylabel("ETo [mm/day]")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    return canvas


def canvas_of(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches, registered nowhere."""
    with needed():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

    canvas = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(canvas)
    return canvas


def _png(drawn: Figure) -> str:
    content = io.BytesIO()
    drawn.savefig(content, format="png", dpi=110)
    return base64.b64encode(content.getvalue()).decode()


WRITERS: Mapping[str, Callable[[OwnStudy], str]] = {
    ".html": to_html,
    ".json": OwnStudy.to_json,
    ".csv": lambda study: study.series.to_csv(float_format="%.3f"),
}
"""What makes the text of a report, by the ending of its file."""
