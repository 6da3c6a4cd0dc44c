"""Run the tests that a page of the documents names as evidence: `python -m tests.listed [PAGE]`.

Prints a line for each row of its tables: how its tests ended, and whether the chaos driver alone tries it. Ends with 1
where one is missing or fails.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/validation/faults_of_trials.md", "SECURITY.md")
NAMED = re.compile(r"`(tests/(?:\w+/)*test_\w+\.py)(?:::(\w+))?`")  # not what tests stand on


def rows(page: str) -> list[tuple[str, str]]:
    """Return the rows of the tables of a page: what stands first, and the whole line; then other lines with tests."""
    text = (ROOT / page).read_text().splitlines()
    lines = [line for line in text if line.startswith("|")]
    prose = [(line[:60].strip("- "), line) for line in text if not line.startswith("|") and NAMED.search(line)]
    found = [(line.strip("| ").split("|")[0].strip(), line) for line in lines]
    return [(cell, line) for cell, line in found if not set(cell) <= set("-: ")][1:] + prose


def named(text: str) -> list[str]:
    """Return the tests that a text names, as pytest does.

    >>> named("| a | `tests/a/test_b.py::test_c`; `tests/test_d.py`; chaos, with `tests/chaos/judge.py` |")
    ['tests/a/test_b.py::test_c', 'tests/test_d.py']
    """
    return ["::".join(filter(None, one)) for one in NAMED.findall(text)]


def _turn(test: str) -> tuple[bool, str, int]:
    """Return when a test has its turn: as in its file, which may build on what was told before.

    Those with a browser come last: playwright's loop runs on in the main thread, and others could start none there.
    """
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
    return path.startswith("tests/browser/"), path, text.find(f"def {name}(")


class _Outcomes:
    """What became of each test, by its file and function."""

    def __init__(self) -> None:
        self.by_name: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            name = report.nodeid.partition("[")[0]
            for one in (name, name.partition("::")[0]):
                self.by_name.setdefault(one, set()).add(report.outcome)


def main(arguments: Sequence[str]) -> int:
    """Run them; returns the exit status."""
    listed = rows(arguments[0] if arguments else PAGES[0])
    wanted = sorted({one for _, line in listed for one in named(line)}, key=_turn)
    outcomes = _Outcomes()
    if not wanted:  # pytest would run all there are
        print("no test is named there")
        return 1
    # not the project's own options: those of the terminal are unknown where it is left out
    options = [
        "-o",
        "addopts=-p tests.isolation --import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-n0",
    ]
    wrong = pytest.main([*options, *wanted], plugins=[outcomes]) != pytest.ExitCode.OK
    for fault, line in listed:
        ends = {one: outcomes.by_name.get(one, {"missing"}) for one in named(line)}
        bad = [f"{one}: {', '.join(sorted(end))}" for one, end in ends.items() if not end <= {"passed", "skipped"}]
        wrong = wrong or bool(bad)
        skipped = sum("passed" not in end for end in ends.values())
        told = "; ".join(bad) or (f"{len(ends)} well" if ends else "by a driver alone")
        print(f"{fault}: {told}" + (f", {skipped} skipped" if skipped and not bad else ""))
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
