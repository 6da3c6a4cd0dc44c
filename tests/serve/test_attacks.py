"""Attacks at the door of the dashboards, each with its outcome: who is let in, to what, by which name, from where."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import socket
import stat
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

pytest.importorskip("voila", reason="voila is not installed (extra: app)")

import tornado.web
from jupyter_server.services.kernels.connection.base import serialize_binary_message
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from etolib import words
from etolib.errors import EtolibError, InputError
from etolib.serve import access, account, voila
from etolib.serve.status import figures, rows
from etolib.serve.voila import door as doors
from etolib.serve.voila.door import Behind, Door, Enter, notice
from etolib.serve.voila.line import PROTOCOL, Line
from etolib.serve.voila.server import Dashboards
from etolib.serve.voila.visits import Full, Visits
from etolib.tasks import visitor
from tests.browser.stage import free_port, process, until

TOKEN = "0123456789abcdef0123"
COOKIE = f"etolib-8866={access.cookie_of(TOKEN)}"
KERNEL = "12345678-1234-1234-1234-123456789abc"
PAGE = "/voila/render/eto.ipynb"
CHANNELS = f"/api/kernels/{KERNEL}/channels"
HERE = "127.0.0.1:8866"


def asked(path, method, headers):
    return HTTPServerRequest(start_line=RequestStartLine(method, path, "HTTP/1.1"), headers=headers)


def look(path, *, method="GET", host=HERE, base="/", cookie=COOKIE, names=(), **headers):
    """Return the status the door gives a request; 0: it may come in."""
    door = Door(TOKEN, access.own_names("127.0.0.1", names), ["eto", "compare"], base, 8866)
    named = HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()})
    named["Host"] = host
    if cookie:
        named["Cookie"] = cookie
    return door.look(asked(path, method, named))[0]


def test_a_page_that_speaks_the_older_protocol_does_not_stop_the_server(monkeypatch):
    sent = []
    monkeypatch.setattr(
        KernelWebsocketHandler, "write_message", lambda self, message, binary=False: sent.append(message)
    )
    line = object.__new__(Line)
    line.ws_connection = SimpleNamespace(selected_subprotocol=None)
    message = serialize_binary_message({"header": {"msg_type": "comm_msg"}, "buffers": [b"table"]})
    line.write_message(message, binary=True)  # Voila looked through it for hours, and nobody else was served
    assert sent == [message]


@pytest.mark.parametrize(
    "path",
    [
        "/", PAGE, f"{PAGE}?lat=1&lon=2", "/voila/render/compare.ipynb", f"/api/kernels/{KERNEL}", CHANNELS,
        "/voila/static/voila.js", "/etolib/front/page-ABC.js", "/etolib/ready", "/healthz", "/metrics",
    ],
)  # fmt: skip
def test_what_a_page_needs_is_open_to_its_visitor(path):
    assert look(path) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/voila/tree", "/voila/tree/x", "/voila/templates/", "/voila/templates/lab/index.html.j2", "/logout", "/login",
        "/voila/files/eto.ipynb", "/voila/files/voila.json", "/voila/files/../pyproject.toml", "/voila/render/",
        "/voila/render/nothing.ipynb", "/voila/render/../pyproject.toml", "/voila/render/%2e%2e/pyproject.toml",
        "/voila/render/..%2f..%2fetc%2fpasswd", "/voila/render/eto.ipynb/../../x", "/voila/render/eto.ipynb%00.html",
        "/api/kernels", "/api/kernels/", "/api/sessions", "/api/contents", "/api/contents/eto.ipynb", "/api/terminals",
        "/api/status", "/api/me", "/api/spec.yaml", "/api/config/x", "/api/security/csp-report", "/api",
        "/terminals/websocket/1", "/api/kernelspecs", f"/api/kernels/{KERNEL}/restart",
        f"/api/kernels/{KERNEL}/interrupt",
        f"/voila/query/{KERNEL}", f"/voila/execution/{KERNEL}", "/voila/api/contents", "/api/kernels/..%2f..%2fapi",
        "/etolib/front/", "/etolib/front/../manifest.json", "/etolib/front/..%2fmanifest.json", "//evil.example/",
        "/static/x", "/files/x", "/lab", "/tree", "/.git/config", "/.env", "/nbextensions/x", "/server-status",
    ],
)  # fmt: skip
def test_nothing_else_is_there(path):
    assert look(path) in (404, 405)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"/api/kernels/{KERNEL}"), ("PATCH", f"/api/kernels/{KERNEL}"), ("POST", f"/api/kernels/{KERNEL}"),
        ("PUT", PAGE), ("POST", PAGE), ("OPTIONS", PAGE), ("TRACE", "/"), ("CONNECT", "/"), ("DELETE", "/"),
        ("GET", f"/voila/api/shutdown/{KERNEL}"), ("GET", "/etolib/enter"), ("POST", "/metrics"),
    ],
)  # fmt: skip
def test_no_other_method_is_allowed(method, path):
    assert look(path, method=method) == 405


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8866", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "",
     "a" * 5000, "localhost:8866:1", "eto.example.org"],
)  # fmt: skip
@pytest.mark.parametrize("path", [PAGE, CHANNELS, "/etolib/ready", "/healthz"])
def test_a_name_that_somebody_else_points_here_is_refused(host, path):
    assert look(path, host=host) == 403


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "localhost", "LOCALHOST.", "[::1]:8866", "192.168.1.9", "eto.example.org"]
)
def test_its_own_names_are_right(host):
    assert look(PAGE, host=host, names=["eto.example.org"]) == 0


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8866", "file://", "http://127.0.0.1",
     "http://127.0.0.1:8866.evil.example", "http://127.0.0.1:8866@evil.example", "chrome-extension://x", ""],
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path", "more"),
    [("GET", CHANNELS, {"Upgrade": "websocket"}), ("GET", CHANNELS, {"Upgrade": "WebSocket"}),
     ("POST", f"/voila/api/shutdown/{KERNEL}", {}), ("POST", "/etolib/enter", {})],
)  # fmt: skip
def test_no_page_of_another_server_can_speak_for_a_visitor(origin, method, path, more):
    assert look(path, method=method, Origin=origin, **more) == 403


def test_its_own_page_can():
    assert look(CHANNELS, Origin=f"http://{HERE}", Upgrade="websocket") == 0
    assert look(f"/voila/api/shutdown/{KERNEL}", method="POST", Origin=f"http://{HERE}") == 0


@pytest.mark.parametrize(
    "cookie",
    ["", "etolib-8866=", f"etolib-8866={TOKEN}", "etolib-8866=" + "0" * 64, f"etolib-9999={access.cookie_of(TOKEN)}",
     f"etolib-8866={access.cookie_of('another token of 20')}", "etolib-8866=ümlaut", "x" * 4000,
     f"username={access.cookie_of(TOKEN)}"],
)  # fmt: skip
@pytest.mark.parametrize("path", [PAGE, "/", CHANNELS, f"/api/kernels/{KERNEL}", "/metrics", "/voila/static/voila.js"])
def test_a_forged_cookie_opens_nothing(cookie, path):
    assert look(path, cookie=cookie) == 403


@pytest.mark.parametrize("other", ["0" * 64, "", '"', "%00", access.cookie_of("another token of 20")])
@pytest.mark.parametrize("form", ["{other}; {ours}", "{ours}; {other}", "{other};{ours} ; {other}", 'x="; {ours}; y="'])
def test_cookies_of_another_deployment_lock_nobody_out(other, form):
    assert look(PAGE, cookie=form.format(other=f"etolib-8866={other}", ours=COOKIE)) == 0


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "%00", "ü", "a" * 10_000])
def test_a_wrong_token_opens_nothing(token):
    assert look(f"{PAGE}?token={token}", cookie="") == 403
    assert look(PAGE, cookie="", Authorization=f"token {token.encode('ascii', 'replace').decode()}") == 403


@pytest.mark.parametrize("query", ["?token={}", "?lat=1&token={}", "?token={}?lat=1&lon=2", "?token={}&lat=1"])
def test_the_token_lets_in_and_is_gone_behind_the_door(query):
    request = asked(PAGE + query.format(TOKEN), "GET", HTTPHeaders(Host=HERE))
    door = Door(TOKEN, access.own_names("127.0.0.1"), ["eto"], "/", 8866)
    assert door.look(request) == (0, "")
    assert TOKEN not in f"{request.uri} {request.query} {request.arguments} {request.full_url()}"
    assert ("lat" in request.arguments) == ("lat" in query)
    assert request.query == ("" if "lat" not in query else "lat=1&lon=2" if "lon" in query else "lat=1")


def test_programs_may_send_the_token_in_a_header():
    for scheme in ("token", "Bearer"):
        assert look("/metrics", cookie="", Authorization=f"{scheme} {TOKEN}") == 0


def test_below_a_path_only_that_path_is_there():
    assert look(f"/eto{PAGE}", base="/eto/") == 0
    assert look("/eto/", base="/eto/") == 0
    assert look(PAGE, base="/eto/") == 404
    assert look(f"/etoo{PAGE}", base="/eto/") == 404


# --- what an address to listen on needs ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "myserver", "127.0.0.1.evil.example"])
def test_an_address_that_others_reach_is_not_served_without_a_token(host, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(InputError, match="nobody would have to say who he is"):
        access.token_for(host, wanted=False)
    assert access.token_for(host, wanted=False, insecure=True) == ""
    assert len(access.token_for(host)) >= 32


def test_on_loopback_a_token_is_asked_for_too_unless_told(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    token = access.token_for("127.0.0.1")
    assert token == access.token_for("127.0.0.1")  # bookmarks outlive a restart
    assert stat.S_IMODE((tmp_path / "etolib" / "token").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "etolib").stat().st_mode) == 0o700
    assert access.token_for("127.0.0.1", wanted=False) == ""


def test_a_token_that_others_can_read_or_have_set_is_not_believed(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = access.kept_token()
    (tmp_path / "etolib" / "token").chmod(0o644)
    assert access.kept_token() not in (first, access.kept_token())
    monkeypatch.setenv(access.TOKEN, "short")
    with pytest.raises(InputError, match="16") as caught:
        access.token_for("127.0.0.1")
    assert "short" not in str(caught.value)


def test_a_token_is_on_no_command_line():
    command, more = voila.command(token=TOKEN)
    assert TOKEN not in " ".join(command)
    assert more[access.TOKEN] == TOKEN


# --- how many pages --------------------------------------------------------------------------------------------------


class FakeKernels:
    def __init__(self):
        self.visitors = {}
        self.met = set()

    def unmet(self):
        return [one for one in self.visitors if one not in self.met]


def ask(visits, kernels, visitor, *, meets):
    async def page():
        async with visits.turn(visitor):
            number = str(len(kernels.visitors))
            kernels.visitors[number] = visitor
            if meets:
                kernels.met.add(number)

    return page()


def test_the_page_after_the_last_is_told_so_and_the_next_comes_in_when_one_has_gone():
    kernels = FakeKernels()
    visits = Visits(kernels, most=3, most_each=3)
    for _ in range(3):
        asyncio.run(ask(visits, kernels, "a", meets=True))
    with pytest.raises(Full, match="server_full"):
        asyncio.run(ask(visits, kernels, "b", meets=True))
    kernels.visitors.popitem()
    asyncio.run(ask(visits, kernels, "b", meets=True))


def test_one_visitor_does_not_take_all_pages():
    kernels = FakeKernels()
    visits = Visits(kernels, most=30, most_each=2)
    for _ in range(2):
        asyncio.run(ask(visits, kernels, "a", meets=True))
    with pytest.raises(Full, match="visitor_full"):
        asyncio.run(ask(visits, kernels, "a", meets=True))
    asyncio.run(ask(visits, kernels, "b", meets=True))


@pytest.mark.parametrize(
    ("reason", "key"), [("memory_low", "server_short_of_memory"), ("files_low", "server_short_of_files")]
)
def test_a_server_short_of_what_a_page_needs_opens_none_until_it_has_it_again(monkeypatch, tmp_path, reason, key):
    told = tmp_path / "account.json"
    monkeypatch.setenv(account.VARIABLE, str(told))
    kernels = FakeKernels()
    visits = Visits(kernels, most=3, most_each=3)

    def short(*reasons):
        account.write(told, {"at": time.time(), "state": "degraded" if reasons else "ok", "reasons": reasons})

    short("disk_low_cache", reason)
    with pytest.raises(Full, match=key):
        asyncio.run(ask(visits, kernels, "a", meets=True))
    assert kernels.visitors == {}
    shown = {notice(language, key, again_s=10) for language in words.languages()}
    assert len(shown) == 3
    assert not any(key in page for page in shown)
    short("disk_low_cache")  # a page needs no disk
    asyncio.run(ask(visits, kernels, "a", meets=True))
    assert len(kernels.visitors) == 1


def test_a_visitor_is_known_inside_by_what_does_not_tell_his_cookie(tmp_path, monkeypatch):
    cookie, other = "0" * 32, "1" * 32
    app = SimpleNamespace(connection_dir=str(tmp_path))
    Dashboards.tell_visitor(app, KERNEL, cookie)
    path = visitor.file_of(tmp_path / f"kernel-{KERNEL}.json")
    monkeypatch.setenv(visitor.VARIABLE, str(path))
    known = visitor.of_this_process()
    assert known == access.visitor_of(cookie) != access.visitor_of(other)
    assert cookie not in known
    monkeypatch.setenv(visitor.VARIABLE, str(tmp_path / "kernel-of-nobody.visitor"))
    assert visitor.of_this_process() == ""


def test_pages_that_never_connect_do_not_start_kernels_without_end():
    kernels = FakeKernels()
    visits = Visits(kernels, most=30, starting=4, patience=0.05)

    async def flood():
        asked = [ask(visits, kernels, str(number), meets=False) for number in range(97)]
        return await asyncio.gather(*asked, return_exceptions=True)

    ends = asyncio.run(flood())
    assert len(kernels.visitors) == 4
    assert sum(isinstance(end, Full) for end in ends) == 93


# --- slow clients -----------------------------------------------------------------------------------------------------


class Much(tornado.web.RequestHandler):
    """Answers with more than a socket holds; ``gone`` is told when the line has ended."""

    gone: asyncio.Event

    async def get(self):
        self.write(b"0" * 20_000_000)
        await self.flush()

    def on_connection_close(self):
        self.gone.set()


@contextlib.asynccontextmanager
async def listening():
    """A door on a free port, without pages behind it."""
    behind = Behind([("/etolib/enter", Enter), ("/healthz", Much)])
    behind.door = Door(TOKEN, access.own_names("127.0.0.1"), ["eto"], "/", 8866)
    port = free_port()
    server = behind.listen(port, "127.0.0.1")
    try:
        yield port
    finally:
        server.stop()
        await server.close_all_connections()


POST = "POST /etolib/enter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\ntoken="


@pytest.mark.parametrize(
    ("limit", "begun"),
    [("HEADERS_S", ""), ("HEADERS_S", "GET /healthz HTTP/1.1\r\nX-a: "), ("BODY_S", POST.format(9))],
)
def test_a_client_that_does_not_go_on_is_left(limit, begun, monkeypatch):
    monkeypatch.setattr(doors, limit, 0.05)

    async def told():
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun.encode())
            answer = await reader.read()  # until the line ends
            writer.close()
            return answer

    assert asyncio.run(told()) == b""


def test_a_body_larger_than_any_of_ours_is_refused_before_it_is_read():
    async def told():
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST.format(doors.BODY_BYTES + 1).encode())
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(told()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux ends lines whose answer lies unread")
def test_a_client_that_does_not_read_its_answer_is_left(monkeypatch):
    monkeypatch.setattr(doors, "UNREAD_S", 0.05)

    async def left():
        Much.gone = asyncio.Event()
        async with listening() as port:
            with socket.create_connection(("127.0.0.1", port)) as lazy:
                lazy.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                await Much.gone.wait()

    asyncio.run(left())


# --- a real server ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    with tempfile.TemporaryDirectory(prefix="etolib-") as folder:  # short, as `etolib serve` has it: sockets lie in it
        yield from serving(Path(folder))


def serving(folder):
    port = free_port()
    command, more = voila.command(port=port, pool=0, pages=1, token=TOKEN, folder=folder)
    environment = os.environ | more | {"DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9", "ETOLIB_OFFLINE": "1"}
    command += ["--Kernels.unmet_timeout=60"]
    with process(command, environment, folder / "log") as child:
        root = voila.origin("127.0.0.1", port)
        until(lambda: get(root + voila.HEALTH)[0] == 200, "the server", 90)
        yield SimpleNamespace(root=root, child=child, folder=folder, port=port)


def get(url, **headers):
    """Return status, headers and body."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()
    except OSError:
        return None, {}, ""


@pytest.mark.slow
def test_a_server_with_its_door_from_the_first_visit_to_the_kernel(server, monkeypatch):
    status, headers, text = get(server.root + PAGE, Accept="text/html", Accept_Language="pt-BR,pt;q=0.9")
    assert (status, "Este servidor pede um token" in text, "<form" in text) == (403, True, True)
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"):
        assert headers[name]
    assert headers["X-Content-Type-Options"] == "nosniff"

    tls = {"X_Forwarded_Proto": "https"}  # as a proxy says
    status, headers, text = get(f"{server.root}{PAGE}?token={TOKEN}?lat=1", Accept="text/html", **tls)
    assert status == 200
    assert TOKEN not in text
    cookies = {cookie.partition("=")[0]: cookie for cookie in headers.get_all("Set-Cookie")}
    ours = cookies[f"etolib-{server.port}"]
    assert ("HttpOnly" in ours, "SameSite=Lax" in ours, TOKEN in ours) == (True, True, False)
    assert all("SameSite=Lax" in cookie and "Secure" in cookie for cookie in cookies.values())
    policy = headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]
    scripts = re.findall(r"<script(?![^>]*application/)([^>]*)>", text)
    assert scripts
    if "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]:
        assert all(f'nonce="{nonce}"' in script for script in scripts)

    # the one page that this server may have open is open: the next is told so, in the language of its browser
    cookie = ours.partition(";")[0]
    status, headers, text = get(server.root + PAGE, Accept_Language="es", Cookie=cookie)
    assert (status, headers["Retry-After"]) == (503, "10")
    assert "tantas páginas como puede atender" in text

    metrics = get(f"{server.root}/metrics", Authorization=f"token {TOKEN}")[2]
    told = {"etolib_pages_open 1.0", 'etolib_kernels{state="unmet"} 1.0', 'etolib_pages_total{end="server_full"} 1.0'}
    assert told <= {*metrics.splitlines()}
    monkeypatch.setenv(access.TOKEN, TOKEN)
    now = figures("127.0.0.1", server.port)
    assert now["pages_open"] == 1
    assert dict(rows(now))["pages"].startswith("1 of ")
    with pytest.raises(EtolibError, match="gives no figures"):
        figures("127.0.0.1", free_port())

    kernel = re.search(r'"kernelId": "([0-9a-f-]{36})"', get_kernel_page(server))[1]
    line = f"{server.root.replace('http', 'ws')}/api/kernels/{kernel}/channels"
    refused = [
        {},
        {"additional_headers": {"Cookie": f"etolib-{server.port}=0"}},
        {"additional_headers": {"Cookie": cookie}, "origin": "http://evil.example"},
        {"additional_headers": {"Cookie": cookie}, "origin": "null"},
    ]
    for options in refused:
        with pytest.raises(InvalidStatus, match="403"):
            connect(line, **options)
    with connect(line, additional_headers={"Cookie": cookie}, origin=server.root) as talk:
        ran = server.folder / "ran"
        code = f"open({str(ran)!r}, 'w')"
        kinds = ("execute_request", "complete_request", "inspect_request", "debug_request", "input_reply",
                 "interrupt_request", "history_request")  # fmt: skip
        for kind, channel in itertools.product(kinds, ("shell", "control", "stdin")):
            header = {"msg_id": kind + channel, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
            content = {"code": code, "silent": False, "cursor_pos": 0, "value": code}
            talk.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content,
                                  "channel": channel, "buffers": []}))  # fmt: skip
        header = {"msg_id": "i", "msg_type": "kernel_info_request", "session": "s", "username": "", "version": "5.3"}
        talk.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": {}, "channel": "shell",
                              "buffers": []}))  # fmt: skip
        answers = []
        until(lambda: answers.append(talk.recv(30)) or "kernel_info_reply" in str(answers[-1]), "the kernel's answer")
        assert not any(kind.replace("request", "reply") in str(answer) for answer in answers for kind in kinds)
    assert not ran.exists()

    # a message that says it has more parts than anybody could count closes its line, and nobody else waits for it
    with connect(line, additional_headers={"Cookie": cookie}, origin=server.root, subprotocols=[PROTOCOL]) as talk:
        talk.send((2**62).to_bytes(8, "little"))
        assert closed_with(talk) == 1007
    assert get(server.root + "/healthz")[0] == 200

    # its files and sockets can be reached by their owner alone
    (room,) = server.folder.glob("voila_*")
    assert stat.S_IMODE(room.stat().st_mode) & 0o077 == 0
    (connection,) = room.glob("kernel-*.json")
    assert stat.S_IMODE(connection.stat().st_mode) == 0o600
    assert json.loads(connection.read_text())["transport"] == "ipc"
    process_of_server = psutil.Process(server.child.pid)
    listening = [
        line.laddr.port
        for one in (process_of_server, *process_of_server.children(recursive=True))
        for line in one.net_connections("tcp")
        if line.status == psutil.CONN_LISTEN
    ]
    assert listening == [server.port]
    assert TOKEN not in (server.folder / "log").read_text()


def closed_with(talk):
    """Return why a line was closed, once it is."""
    while True:
        try:
            talk.recv(30)
        except ConnectionClosed as closed:
            return closed.rcvd.code


def get_kernel_page(server):
    """Return what tells the kernel of the page that is open: the name of its file."""
    (connection,) = server.folder.glob("voila_*/kernel-*.json")
    return f'"kernelId": "{connection.stem.removeprefix("kernel-")}"'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/voila/tree", 404), ("/voila/templates/", 404), ("/logout", 404), ("/api/kernels", 403), ("/healthz", 200)],
)
def test_a_server_answers_nothing_with_500(server, path, wanted):
    status, headers, _ = get(server.root + path)
    assert status in (wanted, 404)
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.slow
def test_the_form_takes_the_token_and_leads_nowhere_else(server):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    def post(token, wanted):
        body = f"token={token}&next={wanted}".encode()
        try:
            return urllib.request.build_opener(Stay).open(f"{server.root}/etolib/enter", body, timeout=30)
        except urllib.error.HTTPError as error:
            return error

    assert post("wrong", PAGE).code == 403
    elsewhere = (
        "//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example", "/%0a/evil.example",
        "/%0d%0aSet-Cookie:a=b", "/x%0d%0a%0d%0a<script>", "/a%5C..%5C..%5Cevil", "/%00/evil", "%20//evil",
        "javascript:alert(1)", "/" + "a" * 10_000, "/%C3%BC",
    )  # fmt: skip
    ours = {PAGE: PAGE, f"{PAGE}?lat=1%26lon=2": f"{PAGE}?lat=1&lon=2"}
    for wanted, led in (ours | dict.fromkeys(elsewhere, "/")).items():
        answer = post(TOKEN, wanted)
        assert (answer.code, answer.headers["Location"]) == (303, led)
        assert "HttpOnly" in answer.headers["Set-Cookie"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: ", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50,
     b"POST /etolib/enter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\ntoken="],
)  # fmt: skip
def test_clients_that_never_say_the_rest_hold_nobody_up(server, begun):
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
    try:
        for line in slow:
            line.sendall(begun)
        assert get(server.root + "/healthz")[0] == 200
        assert get(server.root + PAGE, Cookie=f"etolib-{server.port}={access.cookie_of(TOKEN)}")[0] in (200, 503)
    finally:
        for line in slow:
            line.close()


@pytest.mark.slow
def test_clients_that_read_nothing_of_what_they_asked_for_hold_nobody_up(server):
    asked = f"GET /voila/static/voila.js HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    asked += f"Cookie: etolib-{server.port}={access.cookie_of(TOKEN)}\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
    try:
        for line in slow:
            line.sendall(asked.encode() * 20)
        assert get(server.root + "/healthz")[0] == 200
    finally:
        for line in slow:
            line.close()
