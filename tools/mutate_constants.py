"""Change every number of `etolib.equations.constants` by 1 % and see that the tests of the equations notice.

    python tools/mutate_constants.py [NAME ...]

Prints one line per constant with the first test that fails, and exits with 1 where a change goes unnoticed. Each
constant has a process of its own, forked from one that has imported everything but etolib; there the number is
changed before any other module of etolib is imported.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TESTS = tuple(
    f"tests/equations/test_{name}.py"
    for name in ("air", "radiation", "reference", "filling", "clear_sky", "conventions")
)
FACTOR = 1.01


def names() -> list[str]:
    """Return the names of all constants."""
    from runpy import run_path

    found = run_path(str(ROOT / "etolib" / "equations" / "constants.py"))
    return [name for name, value in found.items() if name.isupper() and isinstance(value, int | float)]


class FirstFailure:
    """A pytest plugin that keeps the name of the first failing test."""

    def __init__(self) -> None:
        self.name: str | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid


def run_mutant(constant: str | None, answer: Any) -> None:
    """Run the tests with one constant changed (none for the check that they pass at all)."""
    import pytest

    if constant is not None:
        from etolib.equations import constants

        setattr(constants, constant, getattr(constants, constant) * FACTOR)
    first = FirstFailure()
    with open(os.devnull, "w") as silence:
        os.dup2(silence.fileno(), 1)
        os.dup2(silence.fileno(), 2)
        # No conftest: it brings the simulator of the weather services, which the equations do not need.
        options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
        status = pytest.main([*options, *(str(ROOT / t) for t in TESTS)], plugins=[first])
    answer.send((int(status), first.name))


def outcome(constant: str | None) -> tuple[int, str | None]:
    """Return exit status and first failing test of one mutant."""
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    process = fork.Process(target=run_mutant, args=(constant, sending))
    process.start()
    sending.close()
    try:
        answer = receiving.recv()
    except EOFError:
        raise SystemExit(
            f"the tests of {constant or 'no change'} ended without an answer: this tool is broken"
        ) from None
    process.join()
    return answer


def main(wanted: list[str]) -> int:
    """Run all mutants, or those named; return the exit status."""
    if unknown := set(wanted) - set(names()):
        print(f"no constant {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    import pandas  # noqa: F401  forked processes start with the libraries in place
    import pytest  # noqa: F401
    import xarray  # noqa: F401

    begin = time.perf_counter()
    status, failed = outcome(None)
    if status != 0:
        print(f"the tests fail without a change: {failed}")
        return 2
    unnoticed = []
    for name in wanted or names():
        status, failed = outcome(name)
        print(f"{name:32} {failed or 'NOT NOTICED'}", flush=True)
        if status == 0:
            unnoticed.append(name)
    total = len(wanted or names())
    print(f"{total - len(unnoticed)} of {total} constants guarded, {time.perf_counter() - begin:.0f} s")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
