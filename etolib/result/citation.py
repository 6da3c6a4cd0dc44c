"""What a result stands on, in words: the lines at the head of a file, and how to cite the numbers.

These lines are English in every language of the page: they are part of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etolib import words
from etolib._version import __version__
from etolib.result.columns import UNITS, name_in, unit_of
from etolib.unit_systems import METRIC, unit

if TYPE_CHECKING:
    from etolib.result.result import Result

METHOD = (
    "Allen, R.G., Pereira, L.S., Raes, D., Smith, M. (1998): Crop evapotranspiration. "
    "FAO Irrigation and Drainage Paper 56, Eq. 6"
)


def header_lines(result: Result, system: str = METRIC) -> list[str]:
    """Return provenance as short lines: what, where, how, from whom, with which warnings, in units of a system."""
    about = result.provenance
    site = result.site
    lines = [
        f"Reference evapotranspiration (ETo), FAO-56 Penman-Monteith, etolib {__version__}",
        f"place: latitude {site.latitude:.5f}, longitude {site.longitude:.5f}"
        + _elevation(result, system)
        + (f", {site.name}" if site.name else ""),
        f"period: {result.period}; day: {about.get('day')}",
        f"created: {about.get('created')}",
        f"method: {METHOD}",
    ]
    for name, source in about.get("sources", {}).items():
        lines.append(f"source {name}: {source.get('attribution')}; licence: {source.get('licence')}")
    for name, source in about.get("compared", {}).items():
        text = f"source {name}, for comparison only: {source.get('attribution')}; licence: {source.get('licence')}"
        lines.append(f"{text}; {in_words(source.get('day'))}")
    lines += [f"choice: {reason}" for reason in about.get("choice", [])]
    lines += [f"warning: {in_words(warning)}" for warning in result.warnings]
    columns = [*result.table.columns, *(f"eto_{name}" for name in result.published)]
    units = ((name_in(c, system), unit_of(c, system)) for c in columns if c in UNITS)
    named = ", ".join(f"{name} [{one.text}]" for name, one in units if one is not None)
    lines.append(f"units: {named}; empty = absent")
    return [" ".join(line.split()) for line in lines]


def in_words(warning: str) -> str:
    """Return a warning with variables in words, each with the name of its column behind it.

    >>> in_words(words.say("stands_still", variable="u2", least=7)), in_words("as it is")
    ('wind (u2) stands still for 7 days or more', 'as it is')
    """
    return words.render(words.ENGLISH, warning, {"variable": _variables, "variables": _variables})


def _variables(language: str, value: Any) -> str:
    names = value if isinstance(value, list) else str(value).split(", ")
    return ", ".join(_variable(language, str(name)) for name in names)


def _variable(language: str, name: str) -> str:
    word = words.look_up(language, f"var_{name}") if words.has(language, f"var_{name}") else name
    return name if word == name or name == "eto" else f"{word} ({name})"


def _elevation(result: Result, system: str) -> str:
    metres, height = result.site.elevation, unit("m", system)
    if metres is None:
        return ""
    number = metres if system == METRIC else height.shown(metres)
    return f", elevation {number:g} {height.text} ({result.provenance.get('elevation_source')})"


def citation(*results: Result) -> str:
    """Return one paragraph: etolib, the equation, and who made the data of results, under which licences."""
    credits: dict[str, dict[str, None]] = {}
    for result in results:
        about = result.provenance
        for source in (*about.get("sources", {}).values(), *about.get("compared", {}).values()):
            credits.setdefault(str(source.get("licence") or "-"), {})[str(source.get("attribution"))] = None
    parts = [f"ETo computed with etolib {__version__}.", f"{METHOD}."]
    for licence, makers in credits.items():
        # That of an own grid or file is not known here.
        named = "" if licence == "-" else f" ({'each: ' if len(makers) > 1 else ''}{licence})"
        parts.append(f"{'. '.join(makers)}{named}.")
    return " ".join(parts)
