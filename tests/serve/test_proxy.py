"""The card of JupyterLab and JupyterHub: what jupyter-server-proxy is told, whether it is installed or not."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from etolib.cli import main
from etolib.serve import access, proxy, voila
from etolib.serve.voila.door import Door

ROOT = Path(__file__).resolve().parents[2]


def test_the_entry_point_leads_to_the_card_and_imports_next_to_nothing():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    module, _, name = points["jupyter_serverproxy_servers"][proxy.NAME].partition(":")
    assert getattr(import_module(module), name) is proxy.card
    code = f"import sys, {module}; print([m for m in ('numpy', 'tornado', 'distributed') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_command_is_one_of_ours_and_the_token_stands_in_no_command_line():
    card = proxy.card()
    words = [word.format(port=1234, base_url="/user/ana/") for word in card["command"]]
    command = main.commands[words[4]]
    context = command.make_context("serve", words[5:])
    assert (context.params["port"], context.params["base_url"]) == (1234, "/user/ana/eto/")
    assert context.params["browser"] is False
    token = card["environment"]["ETOLIB_TOKEN"]
    assert len(token) >= 32
    assert token not in " ".join(words)
    assert proxy.card()["environment"]["ETOLIB_TOKEN"] != token


def test_the_door_lets_in_what_the_proxy_sends_and_nothing_without_it():
    card = proxy.card()
    door = Door(card["environment"]["ETOLIB_TOKEN"], access.own_names("127.0.0.1"), voila.app_names(), "/user/ana/eto/",
                1234)  # fmt: skip
    sent = {name: value.format(port=1234) for name, value in card["request_headers_override"].items()}
    assert urlsplit(sent["Origin"]).netloc == sent["Host"]
    path = f"/user/ana/{card['launcher_entry']['path_info']}"
    own = {"Origin": "https://hub.example.org", "Host": "hub.example.org", "Upgrade": "websocket"}
    for headers, status in ((own | sent, 0), ({"Host": sent["Host"]}, 403), (own, 403)):
        request = HTTPServerRequest(headers=HTTPHeaders(headers), start_line=RequestStartLine("GET", path, "HTTP/1.1"))
        assert door.look(request)[0] == status


def test_the_picture_of_the_card_is_one():
    picture = Path(proxy.card()["launcher_entry"]["icon_path"])
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
