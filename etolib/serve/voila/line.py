"""The line between a page and its kernel: what may come over it, how much, how fast, and how much may wait for it.

One process serves all pages. Jupyter believes what a message says of itself and keeps all that a page does not read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from etolib.tasks.limits import LIMITS, UPLOADED, WINDOW_S

log = logging.getLogger(__name__)

PROTOCOL = "v1.kernel.websocket.jupyter.org"
"""The protocol of our pages: a message is bytes, and begins with where its parts lie."""

MESSAGE_BYTES = 64 << 20
"""How long a message may be."""

LINES = 2
"""Lines to one kernel. A page whose line was cut opens another before the server knows of it."""

UNREAD_BYTES = 64 << 20
"""What waits for a page that does not read: with more its line is closed."""

BURST, A_SECOND = 2_000, 400
"""Messages that a page may say at once, and every second from then on; it is listened to more slowly beyond."""

_MARGIN = 1.25  # of the limits of what is uploaded: the page's own sentence comes first
_PARTS = 1_000  # of one message
_HEADER_BYTES = 64 << 10
_CHANNELS = ("shell", "control", "stdin")
_POLICY, _TOO_LARGE, _NO_MESSAGE = 1008, 1009, 1007  # why a line is closed (RFC 6455, 7.4.1)


class Meter:
    """Counts what comes, and forgets it evenly.

    Parameters
    ----------
    most : float
        What may be counted at once.
    a_second : float
        What is forgotten in a second.
    """

    def __init__(self, most: float, a_second: float) -> None:
        self.most, self._a_second, self._level, self._at = most, a_second, 0.0, time.monotonic()

    def level(self) -> float:
        """Return what is counted now."""
        now = time.monotonic()
        self._level = max(0.0, self._level - (now - self._at) * self._a_second)
        self._at = now
        return self._level

    def add(self, amount: float) -> float:
        """Count some more; return after how many seconds all of it would have had its place."""
        self._level = self.level() + amount
        return max(0.0, (self._level - self.most) / self._a_second)


class Intake:
    """How many bytes pages have said lately: each of them, each visitor, all."""

    def __init__(self) -> None:
        self._meters: dict[str, Meter] = {}

    def takes(self, page: str, visitor: str, size: int) -> bool:
        """Count the bytes of a message; return whether there was room for them."""
        if len(self._meters) > 1_000:
            self._meters = {name: one for name, one in self._meters.items() if one.level()}
        limit = LIMITS[UPLOADED]
        most = {f"page {page}": limit.page, f"visitor {visitor or page}": limit.visitor, "all": limit.all}
        for name, one in most.items():
            meter = self._meters.setdefault(name, Meter(_MARGIN * one, _MARGIN * one / WINDOW_S))
            if meter.level() + size > meter.most:
                return False
        for name in most:
            self._meters[name].add(size)
        return True


def head(message: bytes | str, protocol: str | None) -> tuple[str, str]:
    """Return the channel of a message and what kind it is of.

    Looked at before Jupyter does: that takes any number at the beginning for a number of parts, and counts to it.

    >>> head('{"channel": "shell", "header": {"msg_type": "comm_msg"}}', None)
    ('shell', 'comm_msg')
    >>> head((2**40).to_bytes(8, "little"), PROTOCOL)
    Traceback (most recent call last):
        ...
    ValueError: no message

    Raises
    ------
    ValueError
        Where it is none.
    """
    try:
        if isinstance(message, str):
            if protocol == PROTOCOL:
                raise ValueError
            said = json.loads(message)
            channel, header = said.get("channel", "shell"), said["header"]
        elif protocol == PROTOCOL:
            parts = _parts(message, struct.Struct("<Q"), least=6)
            channel, header = bytes(parts[0]).decode(), json.loads(_short(parts[1]))
        else:
            said = json.loads(bytes(_parts(message, struct.Struct("!I"), least=1)[0]))
            channel, header = said.get("channel", "shell"), said["header"]
        kind = header["msg_type"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error):
        raise ValueError("no message") from None
    if channel not in _CHANNELS or not isinstance(kind, str):
        raise ValueError("no message")
    return channel, kind


def _parts(message: bytes, number: struct.Struct, least: int) -> Sequence[memoryview]:
    """Return the parts of a message that begins with their count and where each lies."""
    (count,) = number.unpack_from(message)
    begin = number.size * (count + 1)
    if not least <= count <= _PARTS or begin > len(message):
        raise ValueError
    starts = [number.unpack_from(message, number.size * (i + 1))[0] for i in range(count)]
    ends = [*starts[1:], len(message)]
    if starts[0] < begin or any(start > end for start, end in zip(starts, ends, strict=True)):
        raise ValueError
    whole = memoryview(message)
    return [whole[start:end] for start, end in zip(starts, ends, strict=True)]


def _short(header: memoryview) -> bytes:
    if len(header) > _HEADER_BYTES:
        raise ValueError
    return bytes(header)


class Line(VoilaKernelWebsocketHandler):
    """The line between a page and its kernel."""

    _of: ClassVar[defaultdict[str, list[Line]]] = defaultdict(list)  # those that are open, by kernel
    _intake: ClassVar[Intake] = Intake()
    _unread = 0  # bytes that wait for the page
    _left = False
    _told = False

    async def open(self, kernel_id: str) -> None:
        """Begin to listen; the oldest line of a page that has too many is closed."""
        self._pace = Meter(BURST, A_SECOND)
        lines = self._of[kernel_id]
        lines.append(self)
        for one in lines[:-LINES]:
            one.leave(_POLICY, "its page has opened others")
        await super().open(kernel_id)

    def on_close(self) -> None:
        """Forget it."""
        lines = self._of[self.kernel_id]
        if self in lines:
            lines.remove(self)
        if not lines:
            del self._of[self.kernel_id]
        super().on_close()

    def leave(self, code: int, reason: str) -> None:
        """Close the line, and neither say nor hear anything more; a page of ours then opens another by itself."""
        if self._left:
            return
        self._left = True
        log.info("a line to kernel %s is closed: %s", self.kernel_id, reason)
        self.close(code, reason)

    async def on_message(self, message: bytes | str) -> None:
        """Pass a message on to the kernel, if it is one."""
        if self._left:
            return
        try:
            _, kind = head(message, self.selected_subprotocol)
        except ValueError:
            self.leave(_NO_MESSAGE, "what came was no message")
            return
        if kind not in self.kernel_manager.allowed_message_types:
            if not self._told:
                self._told = True
                log.warning("a page has sent %.40r, which no page may", kind)
            return
        if not self._intake.takes(self.kernel_id, self.kernel_manager.visitors.get(self.kernel_id, ""), len(message)):
            self.leave(_TOO_LARGE, "its page has sent too much")
            return
        if wait := self._pace.add(1):
            await asyncio.sleep(wait)  # nothing more is read of this line meanwhile
        if self.connection is None:
            return
        try:
            super().on_message(message)
        except Exception as error:  # whatever Jupyter and zmq meet in what is no message after all
            log.debug("a message could not be passed on", exc_info=error)
            self.leave(_NO_MESSAGE, "what came was no message")

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Send a message of the kernel to the page.

        Voila looks for what a cell ran in every message made of bytes, as the newer protocol lays them out. Pages
        always speak that one; of the older one it would take billions of bytes to be offsets, for ever.
        """
        if self._unread > UNREAD_BYTES:
            self.leave(_POLICY, "its page reads nothing")
        if self._left:
            return _done()
        if isinstance(message, bytes) and self.selected_subprotocol != PROTOCOL:
            sent = super(VoilaKernelWebsocketHandler, self).write_message(message, binary)
        else:
            sent = super().write_message(message, binary)
        if isinstance(sent, asyncio.Future) and isinstance(message, (bytes, str)):
            size = len(message)
            self._unread += size
            sent.add_done_callback(lambda ended: self._read(ended, size))
        return sent

    def _read(self, sent: asyncio.Future[None], size: int) -> None:
        """Count what was sent, or will not be."""
        self._unread -= size
        if not sent.cancelled() and (error := sent.exception()) and not isinstance(error, WebSocketClosedError):
            log.debug("a message did not reach its page", exc_info=error)


def _done() -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
