"""Real places of every region: what is planned, why, and what answered, as a page to read.

``python -m tests.sources.real_places`` asks the simulator and writes docs/real_places.md.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import etolib
from etolib import config
from etolib.sources import catalogue, plan
from etolib.words import render
from tests.simulator import WeatherServer
from tests.sources import matrix

PAGE = Path(__file__).parents[2] / "docs" / "real_places.md"
TODAY = dt.date(2024, 1, 15)
PERIOD = etolib.Period("2023-12-20", "2024-01-20")
PLACES = {
    "United States": etolib.Site(41.59, -93.62, 290.0, name="Des Moines, Iowa"),
    "Australia": etolib.Site(-32.24, 148.6, 275.0, name="Dubbo, New South Wales"),
    "Germany": etolib.Site(52.52, 13.41, 40.0, name="Berlin"),
    "Nordic countries": etolib.Site(59.91, 10.75, 20.0, name="Oslo"),
    "60 to 66 N in winter": etolib.Site(65.58, 22.15, 10.0, name="Luleå"),
    "Brazil": etolib.Site(-22.71, -47.65, 550.0, name="Piracicaba"),
    "Sahara": etolib.Site(22.79, 5.53, 1370.0, name="Tamanrasset"),
    "Siberia": etolib.Site(62.03, 129.73, 100.0, name="Yakutsk"),
    "A small island": etolib.Site(-27.15, -109.43, 50.0, name="Rapa Nui (Easter Island)"),
}
LANGUAGES = ("en", "pt", "es")


@contextlib.contextmanager
def asked() -> Iterator[None]:
    """Ask the simulator, with a contact and with an e-mail or key for what wants one."""
    wanted = {row.key_variable: "reader@example.org" for row in catalogue.SOURCES.own if row.key_needed}
    with WeatherServer(today=TODAY) as server, tempfile.TemporaryDirectory() as folder, mock.patch.dict(
        "os.environ", wanted
    ), matrix.settings(server, Path(folder)), config.set_options(today=TODAY):  # fmt: skip
        yield


def planned(site: etolib.Site) -> list[str]:
    """Return the rows of a table: each step of the plan with its reason in three languages."""
    rows = ["| source | days | why | por quê | por qué |", "|---|---|---|---|---|"]
    for step in plan.make(etolib.Request(site, PERIOD), TODAY).steps:
        reasons = " | ".join(render(language, step.reason) for language in LANGUAGES)
        name = f"{step.source} ({step.role})" if step.role != "main" else step.source
        rows.append(f"| {name} | {step.period.start} to {step.period.end} | {reasons} |")
    return rows


def answered(result: Any) -> list[str]:
    """Return the rows of what answered, and the sentences of the result."""
    rows = ["| answered | model | km away | height m | days of the table (tmax, rs) |", "|---|---|---|---|---|"]
    used = {name: result.input_sources[name].value_counts().to_dict() for name in ("tmax", "rs")}
    for name, meta in result.provenance["sources"].items():
        away, height = meta.get("distance_km"), meta.get("elevation")
        cells = [
            name, str(meta.get("model", "-")).partition(" 20")[0],
            "-" if away is None else f"{away:.0f}", "-" if height is None else f"{height:.0f}",
            ", ".join(str(used[column].get(name, 0)) for column in ("tmax", "rs")),
        ]  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, "", *(f"- {text}" for text in result.warnings)]


HEAD = f"""# Real places

What etolib asks for a month around today at places of every region, why, and what answered: written by
`python -m tests.sources.real_places`, never by hand (`tests/sources/test_real_places.py` looks whether it is in step).
The weather is the simulator's, so heights, cells and stations are invented; the plans, reasons and sentences are those
a person gets. Today is {TODAY}, the days are {PERIOD.start} to {PERIOD.end}, a contact is set and an e-mail or key
where one is wanted. Mean ETo may lie a little below 0 in a northern winter: it is left as the equation gives it
([the rule](how/quality.md)).
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    with asked():
        for region, site in PLACES.items():
            result = etolib.compute(site, PERIOD)
            mean = result.table["eto"].mean()
            parts.append(f"## {region}: {site.name}\n")
            parts += [*planned(site), "", *answered(result), ""]
            parts.append(f"Mean ETo {mean:.2f} mm/day, quality {', '.join(sorted({*result.table['quality']}))}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
