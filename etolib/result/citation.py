"""What a result stands on, in words: the lines at the head of a file, and how to cite the numbers.

These lines are English in every language of the page: they are part of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib._version import __version__
from etolib.result.columns import UNITS

if TYPE_CHECKING:
    from etolib.result.result import Result

METHOD = (
    "Allen, R.G., Pereira, L.S., Raes, D., Smith, M. (1998): Crop evapotranspiration. "
    "FAO Irrigation and Drainage Paper 56, Eq. 6"
)


def header_lines(result: Result) -> list[str]:
    """Return provenance as short lines: what, where, how, from whom, with which warnings."""
    about = result.provenance
    site = result.site
    lines = [
        f"Reference evapotranspiration (ETo), FAO-56 Penman-Monteith, etolib {__version__}",
        f"place: latitude {site.latitude:.5f}, longitude {site.longitude:.5f}"
        + (f", elevation {site.elevation:g} m ({about.get('elevation_source')})" if site.elevation is not None else "")
        + (f", {site.name}" if site.name else ""),
        f"period: {result.period}; day: {about.get('day')}",
        f"created: {about.get('created')}",
        f"method: {METHOD}",
    ]
    for name, source in about.get("sources", {}).items():
        lines.append(f"source {name}: {source.get('attribution')}; licence: {source.get('licence')}")
    lines += [f"choice: {reason}" for reason in about.get("choice", [])]
    lines += [f"warning: {warning}" for warning in result.warnings]
    units = ", ".join(f"{c} [{UNITS[c]}]" for c in result.table.columns if c in UNITS)
    lines.append(f"units: {units}; empty = absent")
    return [" ".join(line.split()) for line in lines]


def citation(result: Result) -> str:
    """Return one paragraph: etolib, the equation, and each source used with its licence."""
    parts = [f"ETo computed with etolib {__version__}.", f"{METHOD}."]
    for source in result.provenance.get("sources", {}).values():
        parts.append(f"{source.get('attribution')} ({source.get('licence')}).")
    return " ".join(parts)
