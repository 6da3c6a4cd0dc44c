"""Validation: every protocol scored on days it has not seen, beside the published method and the raw sources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etolib.fusion.faults import WHOLE
from etolib.fusion.faults.values import possible
from etolib.fusion.members import Members, Recipe
from etolib.scores import SCORES, interval_score, score
from etolib.validation import trials
from etolib.validation.constants import CONSTANTS
from etolib.validation.places import NASA, OPEN_METEO, Place, load
from etolib.validation.protocols import PROTOCOLS, Protocol
from etolib.validation.published import NEAR_KM, published
from etolib.validation.study import Study, scored_days

SEASONS = {"DJF": (12, 1, 2), "MAM": (3, 4, 5), "JJA": (6, 7, 8), "SON": (9, 10, 11)}
OUTAGE = 0.5
CORRUPT = 0.05

TARGETS: dict[str, dict[str, tuple[float, float]]] = {
    "T2005": {"rmse": (0, 0.42), "kge": (0.89, 1), "nse": (0.83, 1), "mae": (0, 0.33), "pbias": (-2.5, 2.5)},
    "S": {"rmse": (0, 0.45), "kge": (0.87, 1), "nse": (0.78, 1), "mae": (0, 0.35)},
    "S200": {"rmse": (0, 0.47), "kge": (0.86, 1)},
    "ST2005": {"rmse": (0, 0.44), "kge": (0.88, 1)},
    "G": {"rmse": (0, 0.66), "kge": (0.73, 1), "mae": (0, 0.52)},
}
"""What the mean over places must lie within, by protocol."""

WIDTH = {"T2005": 1.6, "S": 1.8}
COVERAGE_MEAN = (92.0, 97.0)
COVERAGE_PLACE = (87.0, 98.0)
TRIAL_LIMITS = {"Open-Meteo missing": 0.45, "NASA POWER missing": 0.50, "corrupt days": 0.44}

STORED = Path(__file__).with_name("accuracy.json")
"""What `stored` reads."""

_TABLES = ("summary", "places", "coverage", "trials", "checks")


@dataclass(frozen=True)
class Accuracy:
    """Everything a validation found.

    Attributes
    ----------
    summary : pandas.DataFrame
        Protocol, method, mean of each score over the places; for the fusion also coverage [%] and width [mm day-1].
    places : pandas.DataFrame
        The fusion by protocol and city, with its coordinates and the best raw source.
    coverage : pandas.DataFrame
        Coverage [%] and width [mm day-1] by protocol, season and decile of the reference.
    trials : pandas.DataFrame
        Outage, corruption, defective files.
    checks : pandas.DataFrame
        Each target: value, bounds, met.
    constants : dict of str to str
        How each constant was chosen.
    """

    summary: pd.DataFrame
    places: pd.DataFrame
    coverage: pd.DataFrame
    trials: pd.DataFrame
    checks: pd.DataFrame
    constants: Mapping[str, str]

    def to_json(self) -> str:
        """Return all tables as JSON text; NaN as null."""
        tables = {name: json.loads(getattr(self, name).to_json(orient="records")) for name in _TABLES}
        return json.dumps({**tables, "constants": dict(self.constants)}, indent=2)

    @classmethod
    def of_json(cls, text: str) -> Accuracy:
        """Return the tables of a text that `to_json` wrote."""
        held = json.loads(text)
        return cls(**{name: pd.DataFrame(held[name]) for name in _TABLES}, constants=held["constants"])

    def to_text(self) -> str:
        """Return all tables as text to read."""
        parts = []
        for title, table in (
            ("Accuracy: means over places, each scored on days it has not learnt from", self.summary),
            ("The fusion, place by place", self.places),
            ("95 % interval by season and by decile of the reference", self.coverage),
            ("Outage, corrupt days, defective files", self.trials),
            ("Targets", self.checks),
        ):
            parts += [title, "=" * len(title), table.to_string(index=False, float_format=_number), ""]
        parts += ["How the constants were chosen", "-" * 29]
        parts += [f"{name}: {text}" for name, text in self.constants.items()]
        return "\n".join(parts)


def _number(value: float) -> str:
    return f"{value:.3f}"


def stored() -> Accuracy:
    """Return what `validate` found on the cities of the project itself; no data and no network are needed.

    Twelve Brazilian cities, 1991-2020, reference BR-DWGD (Xavier, Scanlon, King, Alves 2022, doi:10.1002/joc.7731).
    ``tools/write_validation.py`` writes the file, and the tables of the documentation from the same run.

    >>> sorted(set(stored().places["protocol"]))
    ['G', 'S', 'S200', 'ST2005', 'T2005']
    """
    return Accuracy.of_json(STORED.read_text())


def validate(data: str | Path) -> Accuracy:
    """Validate the fusion on a folder of places (see `etolib.validation.places`).

    Raises
    ------
    InputError
        Where the folder cannot be read.
    """
    places = load(data)
    study = Study(places)
    fused = {name: study.fuse(rule) for name, rule in PROTOCOLS.items()}
    alone = _raw(places)
    summary: list[dict[str, Any]] = []
    by_place: list[dict[str, Any]] = []
    coverage: list[dict[str, Any]] = []
    for name, rule in PROTOCOLS.items():
        rows = {place.name: scored_days(place, rule) for place in places}
        methods = {
            "etolib": {place.name: fused[name][place.name].eto for place in places},
            "published method": {place.name: _published(study, place, rule) for place in places},
            **alone,
        }
        scored = {
            method: pd.DataFrame([score(eto[p.name][rows[p.name]], p.reference[rows[p.name]]) for p in places])
            for method, eto in methods.items()
        }
        intervals = pd.DataFrame([_interval(fused[name][p.name], p, rows[p.name]) for p in places])
        for method, table in scored.items():
            mean = _means(table[list(SCORES)])
            extra = _means(intervals) if method == "etolib" else {}
            summary.append({"protocol": name, "method": method, "places": len(places), **mean, **extra})
        raw = pd.DataFrame({method: scored[method]["rmse"] for method in ("NASA POWER", "Open-Meteo")})
        for i, place in enumerate(places):
            by_place.append(
                {
                    "protocol": name,
                    "city": place.name,
                    "latitude": place.site.latitude,
                    "longitude": place.site.longitude,
                    **_row(scored["etolib"], i),
                    **_row(intervals, i),
                    "best_raw_rmse": raw.iloc[i].min(),
                }
            )
        coverage += _coverage(name, fused[name], places, rows)
    summary.append(_in_sample(places))
    tables = {
        "summary": pd.DataFrame(summary),
        "places": pd.DataFrame(by_place),
        "coverage": pd.DataFrame(coverage),
        "trials": pd.DataFrame(_trials(study, places, data)),
    }
    return Accuracy(**tables, checks=_checks(tables), constants=CONSTANTS)


def _means(table: pd.DataFrame) -> dict[str, float]:
    return {str(name): float(value) for name, value in table.mean().items()}


def _row(table: pd.DataFrame, number: int) -> dict[str, float]:
    return {str(name): float(value) for name, value in table.iloc[number].items()}


def _interval(fused: Any, place: Place, rows: np.ndarray) -> dict[str, float]:
    return interval_score(fused.lower[rows], fused.upper[rows], place.reference[rows])


def _raw(places: Sequence[Place]) -> dict[str, dict[str, np.ndarray]]:
    """Return ETo of each source alone, from the files as they are."""

    unchecked = {place.name: Members(place.site, _finite(place).frames) for place in places}

    def alone(place: Place, source: str) -> np.ndarray:
        return unchecked[place.name].of(Recipe(source, source, source))[0]

    return {
        "NASA POWER": {place.name: alone(place, NASA) for place in places},
        "Open-Meteo": {place.name: alone(place, OPEN_METEO) for place in places},
        "Open-Meteo ET0": {place.name: place.api for place in places},
    }


def _published(study: Study, place: Place, rule: Protocol) -> np.ndarray:
    """Return the published method with what the protocol lets it see."""
    if rule.own:
        return published(place, study.visible(place.name, rule))
    if not rule.others:
        return published(place, None)
    names = list(study.places)
    row = study.distance[names.index(place.name)]
    near = sorted(
        (km, name)
        for name, km in zip(names, row, strict=True)
        if name != place.name and rule.nearest_km <= km <= NEAR_KM
    )
    return published(place, study.visible(near[0][1], rule) if near else None)


def _in_sample(places: Sequence[Place]) -> dict[str, Any]:
    table = pd.DataFrame([score(published(place, place.reference), place.reference) for place in places])
    return {
        "protocol": "in-sample (leaks)",
        "method": "published method",
        "places": len(places),
        **_means(table[list(SCORES)]),
    }


def _coverage(
    protocol: str, fused: Mapping[str, Any], places: Sequence[Place], rows: Mapping[str, np.ndarray]
) -> list[dict[str, Any]]:
    """Return coverage by season and by decile of the reference, all places together."""
    parts = {
        key: np.concatenate([getattr(fused[p.name], key)[rows[p.name]] for p in places]) for key in ("lower", "upper")
    }
    reference = np.concatenate([p.reference[rows[p.name]] for p in places])
    month = np.concatenate([p.dates.month.to_numpy()[rows[p.name]] for p in places])
    if not np.isfinite(reference).any():
        return []
    edges = np.nanquantile(reference, np.linspace(0, 1, 11))
    decile = np.clip(np.searchsorted(edges, reference, side="right"), 1, 10)
    groups = {f"season {name}": np.isin(month, months) for name, months in SEASONS.items()}
    groups |= {f"decile {k}": (decile == k) & np.isfinite(reference) for k in range(1, 11)}
    return [
        {
            "protocol": protocol,
            "group": group,
            "from_mm": float(np.nanmin(reference[there])) if there.any() else float("nan"),
            "to_mm": float(np.nanmax(reference[there])) if there.any() else float("nan"),
            **interval_score(parts["lower"][there], parts["upper"][there], reference[there]),
        }
        for group, there in groups.items()
    ]


def _trials(study: Study, places: Sequence[Place], data: str | Path) -> list[dict[str, Any]]:
    """Return what becomes of the accuracy when something goes wrong."""
    rule = PROTOCOLS["T2005"]
    whole = _mean_rmse(study, rule)
    out: list[dict[str, Any]] = [{"trial": "nothing wrong", "protocol": "T2005", "rmse": whole, "clean_rmse": whole}]
    for label, source in (("Open-Meteo missing", OPEN_METEO), ("NASA POWER missing", NASA)):
        broken = Study([trials.outage(place, source, OUTAGE) for place in places])
        out.append({"trial": label, "protocol": "T2005", "rmse": _mean_rmse(broken, rule), "clean_rmse": whole})
    corrupt = [trials.corruption(place, CORRUPT) for place in places]
    for label, check in (("corrupt days", True), ("corrupt days, unchecked", False)):
        rmse = _mean_rmse(Study([_finite(p) for p in corrupt] if not check else corrupt, check=check), rule)
        out.append({"trial": label, "protocol": "T2005", "rmse": rmse, "clean_rmse": whole})
    cells = sum(int(frame.notna().to_numpy().sum()) for place in places for frame in place.frames.values())
    days = sum(len(place.dates) for place in places)
    masked = sum(report.masked(source) for report in study.reports.values() for source in report.frames)
    out.append({"trial": "cells masked in clean files [% of days]", "value": 100 * masked / days, "cells": cells})
    false = sum(len(report.quarantined) for report in study.reports.values())
    out.append({"trial": "columns of clean files in quarantine", "value": float(false)})
    out += _defective(study, places, data)
    return out


def _finite(place: Place) -> Place:
    """Return a place with impossible values set to NaN, as any reader of files does."""
    return replace(place, frames={name: possible(frame) for name, frame in place.frames.items()})


def _defective(study: Study, places: Sequence[Place], data: str | Path) -> list[dict[str, Any]]:
    """Return the accuracy with the files as published, against that with repaired ones, for the places concerned."""
    wrong = {place.name: found for place in places if (found := trials.as_published(place, data)) is not None}
    if not wrong:
        return []
    broken = Study([wrong.get(place.name, place) for place in places])
    caught = {name: broken.reports[name].quarantined for name in wrong}
    out: list[dict[str, Any]] = []
    for name in wrong:
        names = "; ".join(f"{f.check} ({f.variable if f.variable != WHOLE else 'all'})" for f in caught[name])
        out.append({"trial": f"defective {name}", "found": names or "nothing"})
    for protocol in ("T2005", "S"):
        rule = PROTOCOLS[protocol]
        out.append(
            {
                "trial": "defective files",
                "protocol": protocol,
                "rmse": _mean_rmse(broken, rule, list(wrong)),
                "clean_rmse": _mean_rmse(study, rule, list(wrong)),
            }
        )
    return out


def _mean_rmse(study: Study, rule: Protocol, names: Sequence[str] | None = None) -> float:
    fused = study.fuse(rule, names)
    values = []
    for name, found in fused.items():
        place = study.places[name]
        rows = scored_days(place, rule)
        values.append(score(found.eto[rows], place.reference[rows])["rmse"])
    return float(np.mean(values))


def _checks(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return each target, what was found, and whether it is met."""
    out: list[dict[str, Any]] = []

    def hold(target: str, found: Any, low: float, high: float) -> None:
        value = float(found)
        out.append({"target": target, "value": value, "low": low, "high": high, "met": bool(low <= value <= high)})

    ours = tables["summary"][tables["summary"]["method"] == "etolib"].set_index("protocol")
    places = tables["places"]
    for protocol, limits in TARGETS.items():
        for name, (low, high) in limits.items():
            hold(f"{protocol} {name}", ours.loc[protocol, name], low, high)
    for protocol in ("T2005", "S"):
        rows = places[places["protocol"] == protocol]
        hold(f"{protocol} coverage, mean", ours.loc[protocol, "coverage"], *COVERAGE_MEAN)
        hold(f"{protocol} coverage, lowest place", rows["coverage"].min(), *COVERAGE_PLACE)
        hold(f"{protocol} coverage, highest place", rows["coverage"].max(), *COVERAGE_PLACE)
        hold(f"{protocol} width", ours.loc[protocol, "width"], 0.0, WIDTH[protocol])
        wins = int((rows["rmse"] < rows["best_raw_rmse"]).sum())
        hold(f"{protocol} wins over raw sources", wins, len(rows) - (protocol == "S"), len(rows))
    trial = tables["trials"].set_index("trial")
    for name, limit in TRIAL_LIMITS.items():
        hold(f"{name}, rmse", trial.loc[name, "rmse"], 0.0, limit)
    hold("clean columns in quarantine", trial.loc["columns of clean files in quarantine", "value"], 0.0, 0.0)
    if "defective files" in trial.index:
        for _, row in trial.loc[["defective files"]].iterrows():
            hold(f"defective files, {row['protocol']}, rmse over repaired", row["rmse"] / row["clean_rmse"], 0.0, 1.1)
        named = [name for name in trial.index if name.startswith("defective ") and name != "defective files"]
        hold("defective files found", float((trial.loc[named, "found"] != "nothing").sum()), len(named), len(named))
    return pd.DataFrame(out)
