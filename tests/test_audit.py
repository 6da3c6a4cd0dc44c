"""The bill of materials of an installation, and what is done where no index of weaknesses answers."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def audit():
    known = importlib.util.spec_from_file_location("etolib_audit", ROOT / "tools" / "audit.py")
    module = importlib.util.module_from_spec(known)
    known.loader.exec_module(module)
    return module


def test_the_bill_names_what_an_installation_has_with_versions_and_needs(audit):
    found = audit.bill(audit.parts())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert found["metadata"]["component"]["name"] == "etolib"
    names = {one["name"] for one in found["components"]}
    assert {"numpy", "distributed", "httpx2"} <= names
    assert not names & {"pytest", "hypothesis"}
    references = {one["bom-ref"] for one in found["components"]} | {found["metadata"]["component"]["bom-ref"]}
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in found["components"])
    assert all({one["ref"], *one["dependsOn"]} <= references for one in found["dependencies"])
    json.dumps(found)


def program(tmp_path, known):
    """A pip-audit that knows what the test says."""
    path = tmp_path / "pip-audit"
    told = json.dumps({"dependencies": known})
    path.write_text(f"#!{sys.executable}\nprint({told!r})\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("known", "status", "said"),
    [
        ([{"name": "pip", "skip_reason": "Dependency not found"}], 0, "does not answer"),
        ([{"name": "pip", "version": "1", "vulns": []}], 0, "0 with known weaknesses"),
        (
            [{"name": "pip", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}],
            1,
            "pip 1: CVE-1, mended in 2",
        ),
    ],
)
def test_what_is_known_is_told(audit, tmp_path, monkeypatch, capsys, known, status, said):
    path = program(tmp_path, known)
    monkeypatch.setattr(sys, "argv", ["audit", "--sbom", str(tmp_path / "s.json"), "--pip-audit", str(path)])
    assert audit.main() == status
    assert said in capsys.readouterr().out
    assert (tmp_path / "s.json").is_file()


def test_without_the_program_it_says_so(audit, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["audit", "--sbom", str(tmp_path / "s.json"), "--pip-audit", "/no/such"])
    assert audit.main() == 0
    assert "nothing was looked up" in capsys.readouterr().out


def test_an_index_that_answers_nothing_or_for_one_package_alone_is_given_up(audit, tmp_path, monkeypatch, capsys):
    path = tmp_path / "pip-audit"
    path.write_text("#!/bin/sh\nexec cat {}\n".format(pipe := tmp_path / "pipe"))
    path.chmod(0o755)
    os.mkfifo(pipe)  # nobody ever writes into it
    assert audit.look_up(str(path), {"pip": "1"}, 0.2) is None
    answers = iter([[{"name": "pip", "version": "1", "vulns": []}], None])
    monkeypatch.setattr(audit, "look_up", lambda *_: next(answers))
    monkeypatch.setattr(sys, "argv", ["audit", "--sbom", str(tmp_path / "s.json"), "--pip-audit", str(path)])
    assert audit.main() == 0
    assert "did not answer for the others" in capsys.readouterr().out
