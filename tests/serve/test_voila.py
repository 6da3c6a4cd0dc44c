"""The server of the dashboards: what it serves, what it refuses, what it asks of nobody."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from jupyter_client import BlockingKernelClient
from websockets.sync.client import connect

from etolib.serve import access, voila
from etolib.widgets import front

pytest.importorskip("voila", reason="voila is not installed (extra: app)")

from jupyter_server.base import websocket

from etolib.serve.voila.server import PING
from tests.browser.stage import free_port, process, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voila")
    port = free_port()
    command, more = voila.command(port=port, pool=1, folder=folder)
    # No scheduler is needed to serve a page; this address is nobody's.
    environment = os.environ | more | {"DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9", "ETOLIB_OFFLINE": "1"}
    command += ["--Kernels.unmet_timeout=3", "--MappingKernelManager.cull_interval=1"]
    with process(command, environment, folder / "log") as child:
        root = voila.origin("127.0.0.1", port)
        until(lambda: get(root + voila.READY)[0] == 200, "the server to be ready", 90)
        yield SimpleNamespace(root=root, child=child, folder=folder)


def page(server):
    """Visit the page as a crawler does: its HTML and nothing else. Return the answer and the id of its kernel."""
    until(lambda: get(server.root + voila.READY)[0] == 200, "a kernel that is ready", 60)
    status, headers, body = get(f"{server.root}/voila/render/eto.ipynb", Accept="text/html")
    return status, headers, body.decode(), re.search(r'"kernelId": "([0-9a-f-]{36})"', body.decode())[1]


def kernel_lives(server, kernel):
    return get(f"{server.root}/api/kernels/{kernel}")[0] == 200


def test_a_page_asks_for_readiness_without_an_error_in_the_browser(server):
    page(server)  # takes the kernel that was ready
    answers = []

    def ready():
        answers.append(get(f"{server.root}{voila.READY}?page"))
        return json.loads(answers[-1][2])["ready"]

    until(ready, "a kernel that is ready", 60)
    assert len(answers) > 1
    assert {status for status, *_ in answers} == {200}


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
    status, headers, _ = get(server.root + "/?lat=1")
    assert (status, headers["Location"]) == (302, "/voila/render/eto.ipynb?lat=1")


def test_the_page_asks_nobody_else_and_gives_the_cookie_of_farewell(server):
    status, headers, text, _ = page(server)
    assert status == 200
    assert any(cookie.startswith("_xsrf=") for cookie in headers.get_all("Set-Cookie"))
    addresses = re.findall(r"(?:src|href|import)[=(]\s*[\"']([^\"']+)", text)
    assert addresses
    assert all(address.startswith(("/", "data:image/svg+xml,")) for address in addresses)
    assert "application/vnd.voila.cell-output+json" in text
    assert "from etolib.widgets" not in text  # sources are stripped


def test_the_front_end_is_compressed_and_kept_by_the_browser(server):
    built = front.manifest()
    if built is None:
        pytest.skip("the front end is not built here (python tools/build_front.py)")
    names = [built["page"]["script"], built["page"]["style"], *built["page"]["preload"]]
    for name in names:
        status, headers, body = get(f"{server.root}/etolib/front/{name}", **{"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"]) == (200, "gzip")
        assert "immutable" in headers["Cache-Control"]
        assert gzip.decompress(body) == get(f"{server.root}/etolib/front/{name}")[2]
    assert get(f"{server.root}/etolib/front/manifest.json")[0] == 404
    assert get(f"{server.root}/etolib/front/..%2Fmanifest.json")[0] == 404
    total = sum((front.BUILT / "page" / f"{name}.gz").stat().st_size for name in names)
    assert total < 400_000  # bytes over the wire


def test_voilas_own_front_end_is_compressed_too(server):
    _, headers, _ = get(server.root + "/voila/static/voila.js", **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"


def test_the_kernel_of_a_visit_that_never_connects_ends_soon_and_that_of_another_stays(server):
    _, _, _, person = page(server)
    with connect(f"{server.root.replace('http', 'ws')}/api/kernels/{person}/channels"):
        pass
    _, _, _, crawler = page(server)
    until(lambda: not kernel_lives(server, crawler), "the kernel of the crawler to end", 30)
    assert kernel_lives(server, person)  # whoever was here may come back


def test_a_page_hears_everything_its_kernel_says_however_much_it_is(server):
    many, kernel = 3_500, page(server)[3]
    (file,) = server.folder.glob(f"*/kernel-{kernel}.json")
    with connect(f"{server.root.replace('http', 'ws')}/api/kernels/{kernel}/channels") as line:
        client = BlockingKernelClient()
        client.load_connection_file(str(file))
        client.start_channels()
        say = "get_ipython().kernel.session.send(get_ipython().kernel.iopub_socket, 'comm_msg', {'comm_id': 'news'})"
        client.execute(f"for _ in range({many}):\n    {say}", silent=True)
        heard = 0
        while heard < many:  # a message that is lost ends in a TimeoutError
            heard += '"news"' in str(line.recv(timeout=60))
        client.stop_channels()


def test_the_kernel_of_a_browser_that_crashed_ends_and_is_told_apart_from_one_that_is_there(monkeypatch):
    import asyncio

    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    from etolib.serve.voila.kernels import Kernels

    async def ended():
        kernels = Kernels(gone_timeout=0.0)
        for one in ("there", "crashed", "two tabs"):
            kernels._kernels[one], kernels._kernel_connections[one] = SimpleNamespace(), 0
            kernels.notify_connect(one)
        kernels.notify_connect("two tabs")
        kernels.notify_disconnect("two tabs")
        kernels.notify_disconnect("crashed")
        gone = []

        async def shutdown(kernel_id, now=False):
            gone.append(kernel_id)

        async def nothing(self, kernel_id):
            return None

        monkeypatch.setattr(kernels, "shutdown_kernel", shutdown)
        monkeypatch.setattr(AsyncMappingKernelManager, "cull_kernel_if_idle", nothing)
        await kernels.cull_kernels()
        return gone

    assert asyncio.run(ended()) == ["crashed"]
    assert Kernels.gone_timeout.default_value <= 60  # a page that sleeps for longer asks for another kernel


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
    status, headers, body = get(server.root + path)
    if status == 302:  # a page that is no notebook is looked for among the files, of which none is allowed
        status, _, body = get(server.root + headers["Location"])
    assert status in (403, 404, 500), path
    assert b"hatchling" not in body
    assert b"from etolib" not in body


def test_the_command_takes_no_file_of_the_current_folder_for_the_package():
    command, more = voila.command(host="127.0.0.1", port=1234, token="secret", pool=0)
    assert command[:4] == [sys.executable, "-P", "-m", "etolib.serve.voila"]
    assert more[access.TOKEN] == "secret"
    assert "secret" not in " ".join(command)  # others can read a command line
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
    from nbformat import NotebookNode
    from voila.execute import VoilaExecutor

    from etolib.serve.voila.kernels import Kernels
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
    # nbclient waits 4 s for what a cell shows: a busy machine is slower, and its pages would be blank.
    assert VoilaExecutor(NotebookNode(), config=app.config).iopub_timeout == 60
    # A visit that never connects is noticed within about a minute.
    assert culling.cull_interval + Kernels.unmet_timeout.default_value <= 60


@pytest.mark.parametrize(
    ("built", "setting", "chosen", "said"),
    [
        (True, "slim", "slim", "slim"),
        (True, "stock", "stock", "ETOLIB_FRONT"),
        (False, "slim", "stock", "not built"),
        (None, "slim", "stock", "9.9.9"),
    ],
    ids=["built", "not wanted", "not built", "built for another version"],
)
def test_which_front_end_serves_and_that_it_is_said(monkeypatch, capsys, built, setting, chosen, said):
    from etolib.serve.voila.server import Dashboards

    page = {"script": "page-1.js", "style": "page-1.css", "preload": []}
    modules = {} if built else {"anywidget": "9.9.9"}
    monkeypatch.setattr(front, "manifest", lambda: None if built is False else {"page": page, "modules": modules})
    monkeypatch.setenv("ETOLIB_FRONT", setting)
    app = Dashboards()
    app.initialize([str(voila.apps_folder())])
    assert Path(app.template_paths[0]).name == chosen
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("answers", "closed_after"), [(True, None), (False, range(20, 41))])
def test_a_line_stays_open_while_the_browser_answers_and_closes_soon_after(monkeypatch, answers, closed_after):
    clock = SimpleNamespace(now=0.0)
    loop = SimpleNamespace(time=lambda: clock.now)
    parts = SimpleNamespace(IOLoop=SimpleNamespace(current=lambda: loop), PeriodicCallback=Mock())
    monkeypatch.setattr(websocket, "ioloop", parts)
    line = websocket.WebSocketMixin()
    line.settings, line.log, line.close, line.ping = PING, Mock(), Mock(), Mock()
    line.ws_connection = SimpleNamespace(client_terminated=False)
    line.last_ping = line.last_pong = clock.now  # as when it has just been opened
    for _ in range(30):
        clock.now += PING["ws_ping_interval"] / 1000 + 0.001
        line.send_ping()
        if line.close.called:
            break
        if answers:
            line.on_pong(b"")
    assert line.close.called is (not answers)
    if closed_after:
        assert int(clock.now) in closed_after
