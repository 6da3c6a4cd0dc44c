"""Write the tables of the fusion: ``python tools/write_validation.py --data DIR``.

Into ``docs/validation/tables``, and for `etolib.validation.accuracy.stored` beside that module.

DIR is laid out as `etolib.validation.places` reads it. In the terminal: ``etolib validate --data DIR``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from etolib.validation.accuracy import STORED, Accuracy, validate
from etolib.validation.protocols import PROTOCOLS

ROOT = Path(__file__).resolve().parent.parent

COMMAND = "python tools/write_validation.py --data DIR"
SCORES = {"r2": "R2", "kge": "KGE", "nse": "NSE", "mae": "MAE", "rmse": "RMSE", "pbias": "PBIAS %"}


def number(value: Any, digits: int) -> str:
    """Return a number with so many digits, nothing for NaN; text as it is."""
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def markdown(table: pd.DataFrame, digits: dict[str, int]) -> str:
    """Return a table as Markdown, three digits where nothing else is said."""
    rows = [[number(value, digits.get(str(name), 3)) for name, value in row.items()] for _, row in table.iterrows()]
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *rows]
    head, rule, *body = lines
    return "\n".join([f"| {' | '.join(head)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in body)])


def accuracy(found: Accuracy) -> str:
    """Return the means over the cities by protocol and method."""
    names = {
        "protocol": "protocol", "method": "method", "r2": "R2", "kge": "KGE 2009", "kge2012": "KGE 2012", "nse": "NSE",
        "mae": "MAE", "rmse": "RMSE", "pbias": "PBIAS %", "coverage": "coverage %", "width": "width",
    }  # fmt: skip
    return markdown(found.summary[list(names)].rename(columns=names), {"PBIAS %": 2, "coverage %": 1, "width": 2})


def cities(found: Accuracy) -> str:
    """Return the scores of each city, one table for each protocol."""
    names = {"city": "city", **SCORES, "coverage": "coverage %", "width": "width", "best_raw_rmse": "best raw RMSE"}
    parts = []
    for protocol in PROTOCOLS:
        rows = found.places[found.places["protocol"] == protocol][list(names)].rename(columns=names)
        parts.append(f"{protocol}:\n\n{markdown(rows, {'PBIAS %': 1, 'coverage %': 1, 'width': 2})}")
    return "\n\n".join(parts)


def intervals(found: Accuracy) -> str:
    """Return coverage and width by season and decile, a column for each protocol."""
    cell = found.coverage.assign(
        cell=[f"{c:.1f} ({w:.2f})" for c, w in zip(found.coverage["coverage"], found.coverage["width"], strict=True)]
    )
    table = cell.pivot(index="group", columns="protocol", values="cell").loc[cell["group"].unique(), list(PROTOCOLS)]
    return markdown(table.reset_index(), {})


def trials(found: Accuracy) -> str:
    """Return what becomes of the accuracy when something is wrong."""
    table = found.trials
    rmse = [number(r, 3) or number(v, 2) for r, v in zip(table["rmse"], table["value"], strict=True)]
    shown = table.assign(rmse=rmse)[["trial", "protocol", "rmse", "clean_rmse", "found"]]
    return markdown(shown.rename(columns={"rmse": "RMSE", "clean_rmse": "with nothing wrong"}), {})


def targets(found: Accuracy) -> str:
    """Return each target and whether it is met."""
    table = found.checks.assign(met=found.checks["met"].map({True: "yes", False: "no"}))
    return markdown(table.rename(columns={"low": "from", "high": "to"}), {"from": 2, "to": 2})


def pages(found: Accuracy) -> dict[str, str]:
    """Return the text of each page by its name."""
    interval_title = "95 % interval by season and by decile of the reference: coverage % (width mm/day)"
    parts = {
        "accuracy": ("Accuracy, means over the cities", accuracy(found)),
        "cities": ("City by city", cities(found)),
        "intervals": (interval_title, intervals(found)),
        "trials": ("When something is wrong", trials(found)),
        "targets": ("Targets", targets(found)),
        "constants": (
            "How the constants were chosen",
            "\n".join(f"- `{name}`: {text}" for name, text in found.constants.items()),
        ),
    }
    return {name: f"# {title}\n\nMade by `{COMMAND}`.\n\n{text}\n" for name, (title, text) in parts.items()}


def main() -> None:
    """Write all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "validation" / "tables")
    given = parser.parse_args()
    found = validate(given.data)
    STORED.write_text(found.to_json() + "\n")
    for name, text in pages(found).items():
        (given.output / f"{name}.md").write_text(text)


if __name__ == "__main__":
    main()
