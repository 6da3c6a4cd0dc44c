"""Attacks over the line between a page and its kernel, each with its outcome: one page must not stop the others."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from types import SimpleNamespace

import pytest

pytest.importorskip("voila", reason="voila is not installed (extra: app)")

from jupyter_server.services.kernels.connection.base import serialize_binary_message, serialize_msg_to_ws_v1
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.websocket import WebSocketClosedError

from etolib.serve.voila import line as lines
from etolib.serve.voila.line import PROTOCOL, Intake, Line, Meter, head
from etolib.tasks.limits import LIMITS, UPLOADED

KERNEL = "12345678-1234-1234-1234-123456789abc"
ALLOWED = ("comm_open", "comm_msg", "comm_close", "kernel_info_request", "shutdown_request")


def told(kind="comm_msg", channel="shell", buffers=()):
    header = {"msg_id": "1", "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": {"data": {}}, "channel": channel}
    return parts | {"buffers": [*buffers]}


def packed(kind="comm_msg", channel="shell", buffers=()):
    """Return a message as our pages send it."""
    said = told(kind, channel, buffers)
    parts = [json.dumps(said[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    return bytes(serialize_msg_to_ws_v1([*parts, *buffers], channel))


def number(count, size=8, order="little"):
    return count.to_bytes(size, order)


def test_messages_of_each_protocol_are_known():
    assert head(packed(), PROTOCOL) == ("shell", "comm_msg")
    assert head(packed("execute_request", "control", [b"abc", b""]), PROTOCOL) == ("control", "execute_request")
    assert head(json.dumps(told()), None) == ("shell", "comm_msg")
    assert head(serialize_binary_message(told(buffers=[b"abc"])), None) == ("shell", "comm_msg")


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\0" * 7, b"\0" * 64, number(2**40), number(2**63 - 1) + b"\0" * 64, number(5) + b"\0" * 48,
        number(7) + number(64) * 7, number(6) + b"".join(number(one) for one in (56, 90, 60, 61, 62, 63)) + b"x" * 40,
        number(6) + b"".join(number(one) for one in (0, 8, 16, 24, 32, 40)), b"\xff" * 100, "text",
        packed(channel="iopub"), packed(channel="../x"), packed()[:70],
        packed(["comm_msg"]), packed(None), packed("x" * 70_000), packed(buffers=[b""] * 1_001),
    ],
)  # fmt: skip
def test_bytes_that_are_no_message_are_told_from_one_at_once(message):
    with pytest.raises(ValueError, match="no message"):
        head(message, PROTOCOL)


@pytest.mark.parametrize(
    "message",
    [
        "", "{}", "[]", "null", '{"header": {}}', '{"header": []}', "[" * 100_000, '{"a":' * 100_000, "x",
        '{"header": {"msg_type": "comm_msg"}, "channel": "iopub"}', '{"header": {"msg_type": 1}}', b"", b"\0\0\0\0",
        '{"header": {"msg_type": "comm_msg"}, "channel": ["shell"]}',
        number(2**31 - 1, 4, "big"), number(2**31 - 1, 4, "big") + b"\0" * 64, b"\xff" * 64, number(1, 4, "big"),
        number(1, 4, "big") + number(8, 4, "big") + b"[" * 100_000,
    ],
)  # fmt: skip
def test_nor_does_the_older_protocol_count_as_far_as_it_is_told(message):
    with pytest.raises(ValueError, match="no message"):
        head(message, None)


class Passed(Line):
    """A line without a server and without a kernel."""

    selected_subprotocol = PROTOCOL
    kernel_manager = None

    def __init__(self, visitor="a", kernel=KERNEL):
        self.kernel_id = kernel
        self.kernel_manager = SimpleNamespace(allowed_message_types=ALLOWED, visitors={kernel: visitor})
        self.passed, self.ends = [], []
        self.connection = SimpleNamespace(
            handle_incoming_message=self.passed.append, connect=self.nothing, disconnect=lambda: None
        )
        self._of, self._intake, self._pace = defaultdict(list), Intake(), Meter(2, 1000)

    async def nothing(self):
        return None

    def close(self, code, reason):
        self.ends.append(code)


def say(line, *messages):
    async def told():
        for one in messages:
            await line.on_message(one)

    asyncio.run(told())
    return line


def test_what_is_no_message_closes_its_line_and_nothing_more_is_heard():
    line = say(Passed(), packed(), number(2**40), packed())
    assert (line.passed, line.ends) == ([packed()], [1007])


def test_what_no_page_may_say_is_left_out_and_told_once(caplog):
    line = say(Passed(), *[packed("execute_request", channel) for channel in ("shell", "control", "stdin")], packed())
    assert (line.passed, line.ends) == ([packed()], [])
    assert caplog.text.count("execute_request") == 1


def test_what_jupyter_stumbles_over_closes_the_line_alone():
    line = Passed()

    def stumble(message):
        raise TypeError(message)

    line.connection.handle_incoming_message = stumble
    assert say(line, packed(), packed()).ends == [1007]


def test_a_page_that_says_much_at_once_is_listened_to_more_slowly(monkeypatch):
    waits = []

    async def wait(seconds):
        waits.append(seconds)

    monkeypatch.setattr(lines.asyncio, "sleep", wait)
    monkeypatch.setattr(lines.time, "monotonic", lambda: 5.0)
    line = say(Passed(), *[packed()] * 5)
    assert waits == pytest.approx([0.001, 0.002, 0.003])
    assert len(line.passed) == 5


def test_a_page_that_sends_more_than_it_may_loses_its_line_and_others_do_not(monkeypatch):
    monkeypatch.setattr(lines.time, "monotonic", lambda: 5.0)
    limit = LIMITS[UPLOADED]
    intake = Intake()
    assert intake.takes("a", "x", limit.page)
    assert not intake.takes("a", "x", limit.page)
    assert intake.takes("b", "x", limit.visitor - limit.page)
    assert not intake.takes("b", "x", limit.page - 1)
    assert intake.takes("c", "y", limit.page)
    monkeypatch.setattr(lines.time, "monotonic", lambda: 5.0 + 600)
    assert intake.takes("a", "x", limit.page)
    line = Passed()
    monkeypatch.setattr(line._intake, "takes", lambda *page: False)
    assert say(line, packed()).ends == [1009]
    assert line.passed == []


def test_the_oldest_of_too_many_lines_to_a_kernel_is_closed(monkeypatch):
    monkeypatch.setattr(KernelWebsocketHandler, "open", lambda self, kernel_id: self.nothing())
    monkeypatch.setattr(KernelWebsocketHandler, "on_close", lambda self: None)
    shared = defaultdict(list)
    three = [Passed() for _ in range(3)]
    other = Passed(kernel=KERNEL[::-1])

    async def opened():
        for one in (*three, other):
            one._of = shared
            await one.open(one.kernel_id)

    asyncio.run(opened())
    assert [one.ends for one in (*three, other)] == [[1008], [], [], []]
    for one in (*three, other):
        one.on_close()
    assert not shared


def test_a_page_that_reads_nothing_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(lines, "UNREAD_BYTES", 2_000)

    async def sent():
        written = []

        def write(self, message, binary=False):
            written.append(asyncio.get_running_loop().create_future())
            return written[-1]

        monkeypatch.setattr(KernelWebsocketHandler, "write_message", write)
        line = Passed()
        for _ in range(3):
            line.write_message(b"\0" * 1_000, binary=True)
        assert line.ends == []
        written[0].set_result(None)
        written[1].set_exception(WebSocketClosedError())  # nobody waits for it: it is no error of ours
        await asyncio.sleep(0)
        for _ in range(4):
            line.write_message(b"\0" * 1_000, binary=True)
        assert (len(written), line.ends) == (5, [1008])

    asyncio.run(sent())
