"""Report: one HTML file to read and print, with figure, months, every day, sources, warnings, script and citation.

It holds everything itself: no script runs and nothing is fetched.
"""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING, Any

from etolib.result.citation import header_lines, in_words
from etolib.result.columns import in_units, name_in, unit_of
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result

_STYLE = """
:root { color-scheme: light; }
body { font: 10.5pt/1.45 system-ui, sans-serif; color: #1d2b2c; max-width: 190mm; margin: 12mm auto; padding: 0 4mm; }
h1 { font-size: 16pt; margin: 0 0 2mm; } h2 { font-size: 12pt; margin: 7mm 0 2mm; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; font-variant-numeric: tabular-nums; }
th, td { padding: 0.6mm 1.4mm; border-bottom: 0.2mm solid #dfe5e3; text-align: right; vertical-align: top; }
th { text-align: right; border-bottom-color: #5b6b6c; } td.word, th.word { text-align: left; }
thead { display: table-header-group; } tr { break-inside: avoid; }
pre { white-space: pre-wrap; background: #f3f6f5; padding: 3mm; font-size: 8.5pt; }
ul { padding-left: 5mm; } p.small { color: #5b6b6c; font-size: 8.5pt; }
@media print {
  @page { size: A4; margin: 14mm; }
  body { margin: 0; max-width: none; padding: 0; }
  h2 { break-after: avoid; } svg, pre { break-inside: avoid; }
}
"""


def text(result: Result, units: str = METRIC) -> str:
    """Return the file as text, in a system of units."""
    about = header_lines(result, units)
    title = html.escape(f"ETo: {result.request}")
    warnings = "".join(f"<li>{html.escape(in_words(one))}</li>" for one in result.warnings)
    facts = "".join(f"<li>{html.escape(line)}</li>" for line in about[1:])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n'
        f"<h1>{title}</h1><p class='small'>{html.escape(about[0])}</p>\n"
        f"{_figure(result, units)}\n"
        f"<h2>Months</h2>{_table(months(result.table), 'months', units)}\n"
        + (f"<h2>Warnings</h2><ul>{warnings}</ul>\n" if warnings else "")
        + f"<h2>Origin</h2><ul>{facts}</ul>\n"
        f"<h2>Citation</h2><p>{html.escape(result.citation())}</p>\n"
        f"<h2>Python script</h2><pre>{html.escape(result.script(units))}</pre>\n"
        f"<h2>Days</h2>{_table(result.table, 'days', units)}\n</body></html>\n"
    )


def months(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a month: days of the period with ETo, mean [mm day-1] and sums [mm].

    A sum is of the days that have a value: ``days_with_eto`` beside ``days`` says how many are missing.
    """
    import pandas as pd

    groups = table.groupby(table["date"].dt.strftime("%Y-%m"), sort=True)
    return pd.DataFrame(
        {
            "days": groups["date"].size(),
            "days_with_eto": groups["eto"].count(),
            "eto_mean": groups["eto"].mean(),
            "eto_sum": groups["eto"].sum(min_count=1),
            "precipitation_sum": groups["precipitation"].sum(min_count=1),
        }
    ).reset_index(names="month")


def _figure(result: Result, units: str) -> str:
    """Return the figure as SVG for the page, without its XML head."""
    from etolib.result.figures import figure

    buffer = io.StringIO()
    figure(result.table, sources=result.source_eto, units=units).savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]


def _table(frame: pd.DataFrame, name: str, units: str) -> str:
    """Return a table of canonical units as HTML, in a system of units."""
    words = {column for column in frame.columns if frame[column].dtype.kind not in "if"}
    shown = in_units(frame, units)
    heads, decimals = [], []
    for column in frame.columns:
        found = unit_of(column, units)
        kind = ' class="word"' if column in words else ""
        unit = "" if found is None else f" [{found.text}]"
        heads.append(f"<th{kind}>{html.escape(name_in(column, units))}{html.escape(unit)}</th>")
        decimals.append(2 if found is None else found.decimals)
    rows = []
    for row in shown.itertuples(index=False):
        cells = zip(frame.columns, row, decimals, strict=True)
        rows.append("<tr>" + "".join(_cell(value, places, c in words) for c, value, places in cells) + "</tr>")
    return f'<table id="{name}"><thead><tr>{"".join(heads)}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _cell(value: Any, decimals: int, word: bool) -> str:
    """Return a cell; empty where absent."""
    import pandas as pd

    kind = ' class="word"' if word else ""
    if pd.isna(value):
        return f"<td{kind}></td>"
    if isinstance(value, pd.Timestamp):
        return f"<td{kind}>{value.date()}</td>"
    if isinstance(value, float):
        return f"<td>{value:.{decimals}f}</td>"
    return f"<td{kind}>{html.escape(str(value))}</td>"


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the file."""
    return text(result, units).encode()


FORMAT = Format("report", ".html", content, "text/html;charset=utf-8", in_units=content, needs=("matplotlib",))
