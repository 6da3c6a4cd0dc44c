"""The server of the dashboards: what it serves, what it refuses, what it asks of nobody."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from etolib.serve import voila

pytest.importorskip("voila", reason="voila is not installed (extra: app)")

from tests.browser.stage import free_port, process, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voila")
    port = free_port()
    command, more = voila.command(port=port, pool=1)
    # No scheduler is needed to serve a page; this address is nobody's.
    environment = os.environ | more | {"DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9", "ETOLIB_OFFLINE": "1"}
    with process(command, environment, folder / "log"):
        root = voila.origin("127.0.0.1", port)
        until(lambda: get(root + voila.READY)[0] == 200, "the server to be ready", 90)
        yield root


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def get(url, **headers):
    """Return status, headers and body."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError as error:
        return None, {}, str(error).encode()


def test_the_root_leads_to_the_main_page(server):
    status, headers, _ = get(server + "/?lat=1")
    assert (status, headers["Location"]) == (302, "/voila/render/eto.ipynb?lat=1")


def test_the_page_asks_nobody_else_and_gives_the_cookie_of_farewell(server):
    status, headers, body = get(voila.url("eto", "127.0.0.1", int(server.rsplit(":", 1)[1])), Accept="text/html")
    text = body.decode()
    assert status == 200
    assert any(cookie.startswith("_xsrf=") for cookie in headers.get_all("Set-Cookie"))
    assert "cdn.jsdelivr" not in text
    assert "font-awesome" not in text.lower()
    assert "application/vnd.voila.cell-output+json" in text
    assert "from etolib.widgets" not in text  # sources are stripped


def test_text_is_compressed(server):
    _, headers, _ = get(server + "/voila/static/voila.js", **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        "/voila/files/eto.ipynb",
        "/voila/files/voila.json",
        "/voila/files/../pyproject.toml",
        "/voila/render/../pyproject.toml",
        "/voila/render/nothing.ipynb",
        "/api/kernels",
        "/api/contents",
        "/terminals/websocket/1",
    ],
)
def test_nothing_else_is_served(server, path):
    status, headers, body = get(server + path)
    if status == 302:  # a page that is no notebook is looked for among the files, of which none is allowed
        status, _, body = get(server + headers["Location"])
    assert status in (403, 404, 500), path
    assert b"hatchling" not in body
    assert b"from etolib" not in body


def test_the_command_takes_no_file_of_the_current_folder_for_the_package():
    command, _ = voila.command(host="127.0.0.1", port=1234, token="secret", pool=0)
    assert command[:4] == [sys.executable, "-P", "-m", "etolib.serve.voila"]
    assert "--token=secret" in command
    assert "--preheat_kernel=False" in command
    assert "--Voila.port_retries=0" in command


def test_addresses():
    assert voila.url("eto", "0.0.0.0", 80, "/base/") == "http://127.0.0.1:80/base/voila/render/eto.ipynb"
    assert voila.origin("::1", 80) == "http://[::1]:80"


def test_the_apps_are_three_lines_each_and_hold_no_output():
    for name in voila.app_names():
        book = json.loads((voila.apps_folder() / f"{name}.ipynb").read_text())
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] for cell in code)
        lines = [line for cell in code for line in "".join(cell["source"]).splitlines() if line.strip()]
        assert len(lines) <= 3, name


def test_the_configuration_lies_beside_the_dashboards_and_counts(tmp_path, monkeypatch):
    from etolib.serve.voila.server import Dashboards

    (tmp_path / "voila.py").write_text("raise SystemExit('a file of the current folder was run')")
    monkeypatch.chdir(tmp_path)
    app = Dashboards()
    app.initialize([str(voila.apps_folder())])
    culling = app.config.MappingKernelManager
    assert (culling.cull_idle_timeout, culling.cull_connected) == (1800, True)
    chosen = app.voila_configuration
    assert chosen.file_allowlist == ["\\A(?!)"]
    assert (chosen.show_tracebacks, chosen.strip_sources) == (False, True)
    assert (chosen.allow_theme_override, chosen.allow_template_override) == ("NO", "NO")
    assert "jupyter-leaflet" in chosen.extension_allowlist
    assert (Path(app.template_paths[0]) / "index.html.j2").is_file()
