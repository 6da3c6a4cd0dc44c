"""What every benchmark tells: the machine, the versions, medians and tails; written as JSON and Markdown."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

FOLDER = Path("benchmarks") / "results"


def machine() -> dict[str, Any]:
    """Return processor, cores, memory and the load at the start: a figure without them says little."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line), model
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else None
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": None if memory is None else round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return installed versions; a package that is not there is left out."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def summary(seconds: Sequence[float], unit: float = 1e3) -> dict[str, float]:
    """Return n, median, p95, min, max of durations [s], in milliseconds.

    >>> summary([0.001, 0.002, 0.003])["median"]
    2.0
    """
    ordered = sorted(s * unit for s in seconds)
    tail = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    rounded = {"median": statistics.median(ordered), "p95": tail, "min": ordered[0], "max": ordered[-1]}
    return {"n": len(ordered), **{name: round(value, 2) for name, value in rounded.items()}}


def write(name: str, data: dict[str, Any], markdown: str) -> None:
    """Write ``benchmarks/results/<name>.json`` and ``.md``, and print the Markdown."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")
    (FOLDER / f"{name}.md").write_text(markdown)
    print(markdown)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
