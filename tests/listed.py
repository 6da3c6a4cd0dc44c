"""Run the tests that a page of the documents names as evidence: `python -m tests.listed [PAGE ...]`.

Prints a line for each row of its tables: how its tests ended, each case of a test counted by itself, and whether the
chaos driver alone tries it; then how many cases the page stands on. Ends with 1 where one is missing or fails, or where
there are fewer than the page wants.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/validation/faults_of_trials.md", "SECURITY.md")
LEAST = {"SECURITY.md": 60}
"""How many cases the tables of a page must have at least."""

NAMED = re.compile(r"`(tests/(?:\w+/)*test_\w+\.py)(?:::(\w+))?`")  # not what tests stand on
_LINE = re.compile(r"\|[-: |]+")  # below the head of a table


def rows(page: str) -> list[tuple[str, str]]:
    """Return the rows of the tables of a page: what stands first, and the whole line; then other lines with tests."""
    text = (ROOT / page).read_text().splitlines()
    heads = {i for i, line in enumerate(text[1:]) if _LINE.fullmatch(line)}
    lines = [line for i, line in enumerate(text) if line.startswith("|") and not heads & {i, i - 1}]
    prose = [(line[:60].strip("- "), line) for line in text if not line.startswith("|") and NAMED.search(line)]
    return [(line.strip("| ").split("|")[0].strip(), line) for line in lines] + prose


def named(text: str) -> list[str]:
    """Return the tests that a text names, as pytest does.

    >>> named("| a | `tests/a/test_b.py::test_c`; `tests/test_d.py`; chaos, with `tests/chaos/judge.py` |")
    ['tests/a/test_b.py::test_c', 'tests/test_d.py']
    """
    return ["::".join(filter(None, one)) for one in NAMED.findall(text)]


def tried_elsewhere(text: str) -> bool:
    """Return whether a driver that is no test tries what a text is about.

    >>> tried_elsewhere("| worker frozen 20 s | the same, later | chaos |")
    True
    """
    return "chaos" in text or "benchmarks." in text


def _turn(test: str) -> tuple[str, int]:
    """Return when a test has its turn: as in its file, which may build on what was told before."""
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
    return path, text.find(f"def {name}(")


class _Outcomes:
    """How each case of a test has ended."""

    def __init__(self) -> None:
        self.by_case: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            worse = self.by_case.get(report.nodeid) == "failed"
            self.by_case[report.nodeid] = "failed" if worse else report.outcome


def _run(tests: Sequence[str]) -> dict[str, str]:
    """Run tests; return how each case has ended."""
    outcomes = _Outcomes()
    # not the project's own options: those of the terminal are unknown where it is left out
    addopts = "addopts=-p tests.isolation --import-mode=importlib"
    options = ["-o", addopts, "-p", "no:cacheprovider", "-p", "no:terminal", "-n0"]
    pytest.main([*options, *sorted(tests, key=_turn)], plugins=[outcomes])
    return outcomes.by_case


def run(tests: Sequence[str]) -> dict[str, str]:
    """Run tests; return how each case has ended.

    Those with a browser have a process of their own: playwright's loop runs on in its main thread, where no other can
    be started then, and a server that was started in a process changes what is logged there.
    """
    kinds = [[one for one in tests if one.startswith("tests/browser/") is browser] for browser in (False, True)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(kinds), context, max_tasks_per_child=1) as processes:
        return {case: end for found in processes.map(_run, filter(None, kinds)) for case, end in found.items()}


def of(test: str, by_case: dict[str, str]) -> dict[str, str]:
    """Return the cases of a test, or of a file.

    >>> of("tests/a.py::test_b", {"tests/a.py::test_b[1]": "passed", "tests/a.py::test_bc": "failed"})
    {'tests/a.py::test_b[1]': 'passed'}
    """
    return {case: end for case, end in by_case.items() if test in (case.partition("[")[0], case.partition("::")[0])}


def tell(page: str, by_case: dict[str, str]) -> bool:
    """Print how the rows of a page have ended; return whether all is well."""
    well, tried = True, set[str]()
    for fault, line in rows(page):
        if not (tests := named(line)):
            if tried_elsewhere(line):
                print(f"{fault}: by a driver alone")
            continue
        cases = {test: of(test, by_case) for test in tests}
        bad = [f"{test}: missing" for test, found in cases.items() if not found]
        ends = {case: end for found in cases.values() for case, end in found.items()}
        bad += [f"{case}: {end}" for case, end in ends.items() if end not in ("passed", "skipped")]
        well = well and not bad
        counted = {end: sum(one == end for one in ends.values()) for end in ("passed", "skipped")}
        tried |= {case for case, end in ends.items() if end == "passed" and line.startswith("|")}
        skipped = f", {counted['skipped']} skipped" if counted["skipped"] else ""
        print(f"{fault}: {'; '.join(bad) or str(counted['passed']) + ' well'}{skipped}")
    enough = len(tried) >= LEAST.get(page, 1)
    print(
        f"{page}: {len(tried)} cases of its tables have passed" + ("" if enough else f", {LEAST.get(page, 1)} wanted")
    )
    return well and enough


def main(arguments: Sequence[str]) -> int:
    """Run them; returns the exit status."""
    pages = arguments or PAGES
    by_case = run(sorted({one for page in pages for _, line in rows(page) for one in named(line)}))
    told = [tell(page, by_case) for page in pages]
    return int(not all(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
