"""What is handed on: its description, its citation, its extras."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

from etolib import __version__

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_citation_has_the_version_and_no_invented_address():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["license"]
    assert "doi" not in citation  # until an archive has given one


def test_the_description_of_an_index_stands_alone(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from standing_alone import standing_alone

    shown = standing_alone((ROOT / "README.md").read_text())
    targets = re.findall(r"\]\(([^)]*)\)", shown)
    assert all(target.startswith(("https://", "http://", "#")) for target in targets), targets
    assert "pip install" in shown


def test_the_readme_lists_the_extras_of_people():
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| `([a-z]+)` \|", text, re.M)
    assert rows == [name for name in PROJECT["optional-dependencies"] if name not in ("test", "bench", "build", "docs")]


def test_declared_pythons_are_those_that_ci_tries():
    declared = {c.rpartition(" :: ")[2] for c in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", c)}
    jobs = yaml.safe_load((ROOT / ".github/workflows/packages.yml").read_text())["jobs"]
    tried = {PROJECT["requires-python"].removeprefix(">="), *jobs["other-python"]["strategy"]["matrix"]["python"]}
    assert declared <= tried


def test_ci_builds_the_documentation_on_every_change():
    flow = yaml.safe_load((ROOT / ".github/workflows/docs.yml").read_text())
    assert {"push", "pull_request"} <= set(flow[True])  # YAML reads the word `on` as true
    assert any(step.get("run", "").startswith("make docs") for step in flow["jobs"]["docs"]["steps"])
