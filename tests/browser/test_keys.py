"""Keys of services behind a real page: sent, and nowhere in what the browser is given, the server logs, or is kept."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from etolib import keys
from etolib.sources import catalogue
from tests.browser.stage import TODAY, Visitor, process, settings, until
from tests.simulator import WeatherServer

CANARY = "cAn4ry+k3y@nobody.example"
"""An address, too: one service takes that for its key."""
TABS = ("chart", "table", "day", "compare", "normals", "water", "take-away")


def test_a_page_and_its_server_show_them_nowhere(browser, tmp_path):
    shown: list[str | bytes] = []
    log, cache = tmp_path / "serve.log", tmp_path / "cache"
    with WeatherServer(today=TODAY) as weather:
        environment = settings(cache, weather.environment()) | dict.fromkeys(catalogue.key_variables(), CANARY)
        environment |= {"XDG_STATE_HOME": str(tmp_path / "state"), "ETOLIB_CONTACT": CANARY}
        loud = ("--log-level", "debug", "--log-format", "json")
        command = [sys.executable, "-m", "etolib.cli", "serve", "--port", "0", "--no-browser", "--workers", "1", *loud]
        with process(command, environment, log) as server:

            def told() -> str | None:
                assert server.poll() is None, log.read_text()
                found = [line for line in log.read_text().splitlines() if line.startswith("eto\t")]
                return found[0].partition("\t")[2] if found else None

            url = until(told, "the line that tells the address", 120)
            visitor = Visitor(browser, url)
            visitor.page.on("websocket", lambda socket: _listen(socket, shown))
            page = visitor.open()
            visitor.fill("-27.18", "151.26", "2024-06-20/2024-07-04")  # SILO wants an address there
            visitor.calculate()
            visitor.expect_status("SUCCESS")
            for tab in TABS:
                page.locator(f".etolib-tab-{tab}").click()
                page.locator(".etolib-pane").wait_for()
                shown.append(page.content())
            for service in ("silo", "open_meteo_archive"):
                weather.fault(service, "404_html")
            visitor.fill("-28.5", "150.5", "2024-05-01/2024-05-10")  # an answer that is an error is told
            visitor.calculate()
            visitor.expect_status("SUCCESS", 1)
            root, token = url.partition("/voila/")[0], url.partition("?token=")[2]
            bodies = {path: _body(root + path, token) for path in ("/healthz", "/metrics", "/etolib/ready", "/nothing")}
            assert b"state" in bodies["/healthz"]
            assert b"etolib_" in bodies["/metrics"]
            shown += bodies.values()
            shown.append(page.content())
            assert any("nobody" in call.query for call in weather.calls("silo"))  # sent
            assert weather.calls("open_meteo_archive")
            assert visitor.errors == []
            visitor.close()
    assert sum("open_meteo_archive" in str(one) for one in shown) > 2  # the page did tell of it
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path != log]
    shown += [str(path).encode() + path.read_bytes() for path in kept]
    shown.append(log.read_bytes())
    everything = b"\n".join(one.encode() if isinstance(one, str) else one for one in shown)
    assert [form for form in keys.forms(CANARY) if form.encode() in everything] == []


def _listen(socket, shown):
    for direction in ("framereceived", "framesent"):
        socket.on(direction, lambda payload: shown.append(payload))


def _body(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return str(error).encode() + error.read()
