"""What trials showed, one row a fault."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

HEAD = ("fault", "trials", "all well", "ends", "fewer sources, with a note", "usable again [s]")


def rows(verdicts: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the table of verdicts, in the order in which the faults came first."""
    found = []
    for name in dict.fromkeys(one["fault"] for one in verdicts):
        of_it = [one for one in verdicts if one["fault"] == name]
        states: dict[str, int] = {}
        for one in of_it:
            for state, count in one["states"].items():
                states[state] = states.get(state, 0) + count
        usable = [one["usable"] for one in of_it if one["usable"]] or [0.0]
        found.append(
            (
                name,
                str(len(of_it)),
                str(sum(not one["wrong"] for one in of_it)),
                ", ".join(f"{count} {state}" for state, count in sorted(states.items(), key=lambda item: -item[1])),
                str(sum(one["fewer"] for one in of_it)),
                f"{min(usable):.1f} to {max(usable):.1f}, median {statistics.median(usable):.1f}",
            )
        )
    return found


def text(verdicts: Sequence[dict[str, Any]]) -> str:
    """Return the table in Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *rows(verdicts)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
