"""Score what is said with no network against station records: ``python tools/score_stations.py --data DIR``.

DIR is laid out as `etolib.validation.stations` reads it. Nothing in the climatology or its intervals was fitted to such
records; `docs/validation/climatology.md` says what was.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from write_validation import markdown

from etolib.validation.stations import climatology_scores, teaching_scores

DIGITS = {"days": 0, "bias %": 1, "rmse": 2, "coverage %": 1, "width": 2, "DJF": 0, "MAM": 0, "JJA": 0, "SON": 0}


def table(scores: pd.DataFrame) -> str:
    """Return scores as Markdown, with their mean as the last row."""
    shown = pd.concat([scores, scores.mean().to_frame("mean").T])
    shown = shown.rename(columns={"bias": "bias %", "coverage": "coverage %"}).reset_index(names="station")
    return markdown(shown, DIGITS)


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; exit status 2 where the folder holds no stations."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the station records")
    parser.add_argument("--taught", default="Maricopa_AZ,SA06,CAPE", help="stations that teach")
    options = parser.parse_args(arguments)
    if not (options.data / "stations.csv").exists():
        print(f"{options.data}: holds no stations.csv", file=sys.stderr)
        return 2
    print("Climatology alone\n")
    print(table(climatology_scores(options.data)))
    print("\nTaught by half the record, scored on the other half\n")
    scores = teaching_scores(options.data, options.taught.split(","))
    shown = scores.reset_index(names="taught by").rename(columns={"coverage": "coverage %"})
    print(markdown(shown, {"days": 0, "coverage %": 1, "width": 2}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
