"""``python -m benchmarks [NAME ...]``: run the benchmarks (all, or those named) one after the other."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> list[str]:
    """Return the benchmarks there are: the modules of this folder with a ``main``."""
    helpers = {"__init__", "__main__", "report"}
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in helpers)


def main(wanted: list[str]) -> int:
    """Run; returns the exit status."""
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        print(f"error: no benchmark {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in wanted or names():
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
