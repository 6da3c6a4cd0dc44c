"""Targets of make beside each other: all run, each says what it has to in one piece, and one that fails is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.test_project import ROOT

TOOL = ROOT / "tools" / "side_by_side.py"
# Each end of a pipe waits for the other: neither ends unless both run at once.
MAKEFILE = """
first:
	@echo first says; read line < pipe; echo first heard $$line
second:
	@echo hello > pipe; echo second says
wrong:
	@echo what went wrong >&2; exit 3
last:
	@echo last says
"""


@pytest.mark.parametrize("names", [("first", "second", "last"), ("first", "second", "wrong", "last")])
def test_all_run_two_at_a_time_and_one_that_fails_is_told(tmp_path, names):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "Makefile").write_text(MAKEFILE)
    done = subprocess.run([sys.executable, TOOL, "make -s", *names], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == int("wrong" in names)
    lines = done.stdout.splitlines()
    assert lines.index("first heard hello") == lines.index("first says") + 1
    assert lines.index("first heard hello") > lines.index("== first")
    ends = lines[-len(names) :]
    assert [line.split()[0] for line in ends] == list(names)
    for line in ends:
        assert line.split()[1] == ("FAILED" if line.startswith("wrong") else "well")
    assert ("what went wrong" in lines) == ("wrong" in names)
    assert (tmp_path / "build" / "checks" / "last.log").read_text() == "last says\n"
