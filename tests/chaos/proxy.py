"""A line that can be held, cut or reset: a port that passes on to another."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading

_BYTES = 1 << 16


class Proxy:
    """Passes on what comes to ``port``, until told otherwise.

    Parameters
    ----------
    target : int
        The port on 127.0.0.1 it leads to.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._flowing, self._refusing, self._over = threading.Event(), threading.Event(), threading.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._thread.start()

    def hold(self) -> None:
        """Let nothing through; connections stay."""
        self._flowing.clear()

    def cut(self, *, reset: bool = False) -> None:
        """End all connections, by FIN or RST, and every new one at once."""
        self._refusing.set()
        with self._lock:
            ends, self._pairs = list(self._pairs), {}
        for end in ends:
            if reset:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                if not reset:
                    end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        """Pass on again."""
        self._refusing.clear()
        self._flowing.set()

    def close(self) -> None:
        """End."""
        self._over.set()
        self._flowing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs |= {near: far, far: near}
            threading.Thread(target=self._pass, args=(near, far), daemon=True).start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as ready, contextlib.suppress(OSError, ValueError):
            for end in other:
                ready.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    self._flowing.wait()
                    data = key.fileobj.recv(_BYTES)  # type: ignore[union-attr]
                    if not data:
                        raise OSError
                    other[key.fileobj].sendall(data)  # type: ignore[index]
        with self._lock:
            for end in other:
                self._pairs.pop(end, None)
        for end in other:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
