"""The files that leave a server running: they fit each other, `etolib serve`, and an installation."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from etolib.cli import main
from etolib.cli_serve import serve
from etolib.errors import InputError
from etolib.serve import deployment, voila

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docs/deploy/compose.yaml").read_text())["services"]["etolib"]
NAMED = [what for what in deployment.FILES if what not in deployment.NAMELESS]


@pytest.mark.parametrize("what", NAMED)
def test_a_file_is_printed_with_the_name_of_the_host(what):
    done = CliRunner().invoke(main, ["deploy", what, "eto.farm.example"])
    assert done.exit_code == 0
    assert "eto.farm.example" in done.stdout
    assert deployment.EXAMPLE not in done.stdout
    assert CliRunner().invoke(main, ["deploy", what]).exit_code == 2  # a file without its host leaves nothing running


def test_the_tested_versions_are_printed_as_they_are():
    assert CliRunner().invoke(main, ["deploy", "constraints"]).stdout == (ROOT / "constraints.txt").read_text()


@pytest.mark.parametrize(
    "name", ["https://eto.example.org", "eto.example.org/eto", "eto.example.org:8866", "-a", "a..b", "a;b", "a b", "é"]
)
def test_what_is_no_name_of_a_host_goes_into_no_file(name):
    with pytest.raises(InputError, match="the name of a host alone"):
        deployment.text("nginx", name)


def test_an_installation_has_them():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for path in deployment.FILES.values():
        assert wheel["force-include"][path] == f"etolib/deploy/{Path(path).name}"


def test_systemd_the_proxies_and_the_container_mean_the_same_path_and_port():
    unit = next(line for line in deployment.text("systemd").splitlines() if line.startswith("ExecStart="))
    for words in (shlex.split(unit)[2:], shlex.split(COMPOSE["command"])[1:]):
        options = serve.make_context("serve", words).params  # fails at an option that is none
        assert (options["base_url"], options["port"], options["browser"]) == ("/eto/", 8866, False)
    assert COMPOSE["ports"] == ["127.0.0.1:8866:8866"]
    assert f"http://127.0.0.1:8866/eto{voila.HEALTH}'" in COMPOSE["healthcheck"]["test"][-1]
    for what in ("nginx", "caddy"):
        text = deployment.text(what)
        assert set(re.findall(r"127\.0\.0\.1:\d+", text)) == {"127.0.0.1:8866"}
        assert f"/eto{voila.METRICS}" in text
