"""What trials showed, one row a fault, and where it stands in the documents."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos.trial import EVERY

HEAD = ("fault", "trials", "well at the first attempt", "well at the last", "ends", "fewer sources, with a note",
        "usable again [s]", "gone after [s]")  # fmt: skip
BEGIN, END = "<!-- trials: written by python -m tests.chaos --write -->", "<!-- end of trials -->"


def rows(verdicts: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the table of verdicts, all attempts at each trial among them; but for one column it is of the last."""
    found = []
    for name in EVERY:
        every = [one for one in verdicts if one["fault"] == name]
        of_it, first = latest(every), latest(every[::-1])
        if not of_it:
            found.append((name, "0", *[""] * (len(HEAD) - 2)))
            continue
        states: Counter[str] = Counter()
        for one in of_it:
            states.update(one["states"])
        found.append(
            (
                name,
                str(len(of_it)),
                str(sum(not one["wrong"] for one in first)),
                str(sum(not one["wrong"] for one in of_it)),
                ", ".join(f"{count} {state}" for state, count in states.most_common()),
                str(sum(one["fewer"] for one in of_it)),
                *(_spread([one[what] for one in of_it if one.get(what)]) for what in ("usable", "gone")),
            )
        )
    return found


def latest(verdicts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last verdict of each trial."""
    return list({(one["fault"], one["number"]): one for one in verdicts}.values())


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    return f"{min(values):.1f} to {max(values):.1f}, median {statistics.median(values):.1f}"


def text(verdicts: Sequence[dict[str, Any]]) -> str:
    """Return the table in Markdown, and below it what was wrong."""
    lines = [HEAD, tuple("---" for _ in HEAD), *rows(verdicts)]
    said = "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
    wrong = [
        f"- {one['fault']}, trial {one['number']}: {'; '.join(one['wrong'][:2])}"
        + (f"; and {len(one['wrong']) - 2} more" if len(one["wrong"]) > 2 else "")
        for one in sorted(latest(verdicts), key=lambda one: (EVERY.index(one["fault"]), one["number"]))
        if one["wrong"]
    ]
    return said + ("\nNot well:\n\n" + "\n".join(wrong) + "\n" if wrong else "")


def write(path: Path, verdicts: Sequence[dict[str, Any]]) -> None:
    """Put the table into its place in a document."""
    before, rest = path.read_text().split(BEGIN)
    _, after = rest.split(END)
    last, first = latest(verdicts), latest(verdicts[::-1])
    well, at_once = (sum(not one["wrong"] for one in some) for some in (last, first))
    load = [one["load"] for one in verdicts if one.get("load")]
    told = f"{len(last)} trials, {at_once} well at the first attempt, {well} at the last"
    if load:
        told += f"; load of the machine after a trial {_spread(load)}"
    path.write_text(f"{before}{BEGIN}\n{told}.\n\n{text(verdicts)}{END}{after}")
