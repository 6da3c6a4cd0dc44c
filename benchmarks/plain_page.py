"""A page without a browser: it has a kernel, types and presses as a browser does, and draws nothing."""

from __future__ import annotations

import json
import re
import struct
import threading
import time
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

PATIENCE_S = 20.0
HEARD = (b"update_states", b"etolib-card", b"execution_state")
"""What is read: the widgets at the beginning, new cards, and that the kernel has done what it was told."""


class PlainPage:
    """A visit to an address of `etolib serve`, held by its line alone."""

    def __init__(self, url: str) -> None:
        root, jar = "/".join(url.split("/")[:3]), CookieJar()
        visit = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        kernel = re.search(r'"kernelId": ?"([0-9a-f-]{36})"', visit.open(url, timeout=60).read().decode())
        assert kernel is not None
        cookies = "; ".join(f"{one.name}={one.value}" for one in jar)
        line = f"{root.replace('http', 'ws', 1)}/api/kernels/{kernel[1]}/channels"
        self._session = uuid.uuid4().hex
        self._line = connect(
            line, additional_headers={"Cookie": cookies}, origin=Origin(root), ping_interval=None, max_size=None
        )
        self._news = threading.Condition()
        self._cards: dict[str, float] = {}  # when each card came
        self._states: dict[str, Any] = {}
        self._done: set[str] = set()  # messages that the kernel is done with
        threading.Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def open(self) -> None:
        """Get to know the widgets, as a page does when it is loaded."""
        control = uuid.uuid4().hex
        about = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        self._send("comm_open", about, {"version": "1.0.0"})
        self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        with self._news:
            assert self._news.wait_for(lambda: self._states, PATIENCE_S), "the kernel sends no widgets"

    def type(self, name: str, value: str) -> None:
        """Type into the field of that class, and wait until the kernel knows it: nobody presses in the same moment."""
        data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        sent = self._send("comm_msg", {"comm_id": self._named(name), "data": data})
        with self._news:
            assert self._news.wait_for(lambda: sent in self._done, PATIENCE_S), f"the kernel is not done with {name}"

    def press(self, name: str) -> float:
        """Press the button of that class; return the time until there is another card. [ms]"""
        with self._news:
            before = set(self._cards)
        begun = time.perf_counter()
        data = {"method": "custom", "content": {"event": "click"}}
        self._send("comm_msg", {"comm_id": self._named(name), "data": data})
        with self._news:
            assert self._news.wait_for(lambda: self._cards.keys() - before, PATIENCE_S), "no card came"
            return (min(self._cards[key] for key in self._cards.keys() - before) - begun) * 1e3

    def _named(self, name: str) -> str:
        """Return the widget of a class, or what it holds that has a value."""
        found = [key for key, one in self._states.items() if name in (one["state"].get("_dom_classes") or ())]
        while found:
            key = found.pop(0)
            state = self._states[key]["state"]
            if "value" in state or "children" not in state:
                return key
            found += [child.removeprefix("IPY_MODEL_") for child in state["children"]]
        raise LookupError(name)

    def _send(self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None) -> str:
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session, "username": "", "version": "5.4",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": metadata or {}, "content": content}
        self._line.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        return header["msg_id"]

    def _read(self) -> None:
        try:
            for frame in self._line:
                now = time.perf_counter()
                content = frame.encode() if isinstance(frame, str) else frame
                if not any(word in content for word in HEARD):
                    continue  # a browser reads it; here it would hold up the other pages of this process
                message = json.loads(frame if isinstance(frame, str) else _first_part(frame))
                data = message["content"].get("data") or {}
                with self._news:
                    if message["content"].get("execution_state") == "idle":
                        self._done.add(message["parent_header"].get("msg_id", ""))
                    elif data.get("method") == "update_states":
                        self._states |= data["states"]
                    elif "etolib-card" in ((data.get("state") or {}).get("_dom_classes") or ()):
                        self._cards.setdefault(message["content"]["comm_id"], now)
                    self._news.notify_all()
        except ConnectionClosed:
            pass


def _first_part(frame: bytes) -> bytes:
    """Return the message of a frame that carries buffers behind it."""
    (parts,) = struct.unpack_from("!I", frame)
    begin, end = struct.unpack_from("!2I", frame, 4) if parts > 1 else (*struct.unpack_from("!I", frame, 4), len(frame))
    return frame[begin:end]
