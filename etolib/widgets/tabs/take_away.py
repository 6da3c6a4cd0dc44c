"""Take away: what lets a reader repeat, pass on and cite a result."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib.unit_systems import METRIC
from etolib.widgets import wording
from etolib.widgets.markup.base import label, text
from etolib.widgets.tabs.tab import Tab
from etolib.widgets.wording import say, say_or, translate
from etolib.words import decode, encode

if TYPE_CHECKING:
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str], units: str = METRIC) -> dict[str, Any]:
    """Return script, citation, licences, and the files that are offered beside the CSV, in units of the page."""
    from etolib.result import formats

    return {
        "units": units,
        "script": result.script(units),
        "citation": result.citation(),
        "licences": [
            {
                "name": str(name),
                "attribution": encode(meta.get("attribution") or ""),
                "licence": encode(meta.get("licence") or ""),
            }
            for name, meta in result.provenance.get("sources", {}).items()
        ],
        "files": [
            {
                "name": one.name,
                "file": formats.file_name(result) + one.ending,
                "type": one.media_type,
                "data": base64.b64encode(one.made(result, units)).decode("ascii"),
            }
            for one in formats.registered().values()
            if one.name != "csv"  # which stands at the head of the result
        ],
    }


def look(language: str, answer: Any, task_id: str | None) -> str:
    """Return links, script, citation and licences."""
    if answer is None:
        return f'<p class="etolib-muted etolib-making">{label(language, "take_away_making")}</p>'
    parts = []
    if answer["files"]:
        files = "".join(_download(language, file) for file in answer["files"])
        units = answer.get("units", METRIC)
        all_there = any(file["name"] == "parquet" for file in answer["files"])  # those of several places are fewer
        key = "files_units" if all_there else "files_units_few"
        said = label(language, key, units=say(language, f"units_{units}"))
        parts.append(
            f'<h3>{label(language, "files")}</h3><div class="etolib-files" data-units="{text(units)}">{files}</div>'
            f'<p class="etolib-muted etolib-files-units">{said}</p>'
        )
    if task_id:
        href = f"?task={text(task_id)}"
        parts.append(f'<h3>{label(language, "link_task")}</h3><p><a href="{href}">{href}</a></p>')
    parts.append(f"<h3>{label(language, 'script')}</h3><pre>{text(answer['script'])}</pre>")
    parts.append(f'<h3>{label(language, "citation")}</h3><p lang="en">{text(answer["citation"])}</p>')
    items = "".join(_licences(language, answer["licences"]))
    parts.append(f"<h3>{label(language, 'licences')}</h3><ul>{items}</ul>")
    return "".join(parts)


def _download(language: str, file: Mapping[str, str]) -> str:
    name, ending = file["name"], file["file"].rpartition(".")[2].upper()
    about = f"file_{file.get('about', name)}"
    return (
        f'<a class="etolib-download-{text(name)}" download="{text(file["file"])}" '
        f'href="data:{text(file["type"])};base64,{file["data"]}"><b>{text(ending)}</b> '
        f"<span>{text(say_or(language, about, name))}</span> <small>{_size(file['data'])}</small></a>"
    )


def _size(data: str) -> str:
    """Return the size of a file that is given in base64.

    >>> _size("AAAA" * 1000)
    '3 kB'
    """
    size = len(data) * 3 / 4
    return f"{max(1, round(size / 1000))} kB" if size < 999_500 else f"{size / 1e6:.1f} MB"


def _licences(language: str, sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield an item for each licence, with the sources that are under it and whom each credits."""
    shared: dict[str, dict[str, list[str]]] = {}
    for one in sources:
        credits = shared.setdefault(_fact(language, one["licence"]), {})
        name = text(wording.source(language, one["name"]))
        credits.setdefault(_fact(language, one["attribution"]), []).append(name)
    for licence, credits in shared.items():
        items = "".join(f"<li><b>{', '.join(names)}</b> {credit}</li>" for credit, names in credits.items())
        yield f"<li>{licence}<ul>{items}</ul></li>" if licence else items


def _fact(language: str, encoded: Any) -> str:
    """Return what a provider asks for in its own words, and words of ours in the language of the page."""
    if not encoded:
        return ""
    if isinstance(encoded, str):
        return f'<span lang="en">{text(encoded)}</span>'
    return text(translate(language, decode(encoded)))


TAB = Tab("take_away", look, ask, lazy=True, measured=True)
