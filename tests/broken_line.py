"""A TCP proxy on the loopback interface whose line may be slow, silent, cut, or cut in the middle of a commit."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.services import HOST, find_spare_port

COMMIT = b"COMMIT"
#: Closing a socket with this says RST, not FIN: the other side's connection is gone, not over.
ABRUPT = struct.pack("ii", 1, 0)
PIECE = 65536


class Line:
    """Passes on to ``target`` (a port) what comes to ``port``.

    ``delay``: seconds for each piece in each direction. ``is_silent``: connections stand, nothing passes. ``is_down``:
    who connects is cut off at once. ``cuts_commit``: the next COMMIT is cut "before" the server hears it, or "after",
    so that the server did it and nobody is told.
    """

    def __init__(self, target: int) -> None:
        self.target, self.port = target, find_spare_port()
        self.delay = 0.0
        self.is_silent = self.is_down = False
        self.cuts_commit = ""
        self.commits_cut = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server((HOST, self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def mend(self) -> None:
        """As if nothing had been. What stood silent is cut: the packets on it are lost."""
        was_silent = self.is_silent
        self.delay, self.is_silent, self.is_down, self.cuts_commit = 0.0, False, False, ""
        if was_silent:
            self.cut()

    def cut(self) -> None:
        """Reset every connection there is."""
        with self._lock:
            for one in self._open:
                _reset(one)
            self._open.clear()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.mend()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listening.accept()
                if self.is_down:
                    _reset(near)
                    continue
                far = socket.create_connection((HOST, self.target))
                with self._lock:
                    self._open |= {near, far}
                for source, sink, is_asking in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass, args=(source, sink, is_asking), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_asking: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if self.delay:
                    time.sleep(self.delay)
                while self.is_silent:
                    time.sleep(0.05)
                if is_asking and self.cuts_commit and COMMIT in piece:
                    self._cut_commit(source, sink, piece)
                    return
                sink.sendall(piece)
        with self._lock:
            self._open -= {source, sink}
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes the thread of the other direction
            one.close()

    def _cut_commit(self, near: socket.socket, far: socket.socket, piece: bytes) -> None:
        how, self.cuts_commit = self.cuts_commit, ""
        self.commits_cut += 1
        if how == "after":
            _reset(near)
            far.sendall(piece)
            time.sleep(0.5)  # the server does it
        else:
            _reset(near)
        _reset(far)


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
