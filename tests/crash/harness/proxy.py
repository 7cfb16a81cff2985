"""A proxy before an object store that fails as networks and servers do."""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESET = struct.pack("ii", 1, 0)  # to close a connection is to reset it


@dataclass
class Weather:
    """Which faults come, each with its probability for a request.

    Parameters
    ----------
    error : float
        Answers 500, and passes nothing on.
    reset : float
        Resets the connection before the request is passed on.
    lost : float
        Passes the request on, and resets the connection instead of answering.
    slow : float
        Waits a while before it passes the request on.
    only : str
        The only requests that meet it: a method and a part of the path, ``"PUT _manifest"``.
    most : int, optional
        How many requests meet it; then it is fine.
    """

    error: float = 0.0
    reset: float = 0.0
    lost: float = 0.0
    slow: float = 0.0
    only: str = ""
    most: int | None = None
    met: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self):
        self._chance = random.Random(1)  # noqa: S311 - the same faults each time, the first at once
        self._lock = threading.Lock()

    def draw(self, method, path):
        """Return the fault of a request, or an empty text."""
        verb, _, part = self.only.partition(" ")
        if self.only and (method != verb or part not in path):
            return ""
        with self._lock:
            if self.most is not None and sum(self.met.values()) >= self.most:
                return ""
            drawn = self._chance.random()
            for name in ("error", "reset", "lost", "slow"):
                share = getattr(self, name)
                if drawn < share:
                    self.met[name] = self.met.get(name, 0) + 1
                    return name
                drawn -= share
        return ""


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a port of this machine, if the weather is fine."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = port
        self.weather = Weather()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Say nothing: clients that were reset go away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.weather.draw(self.command, self.path)
        if fault == "slow":
            time.sleep(0.5)
        if fault == "error":
            self._answer(500, [], b"<Error><Code>InternalError</Code></Error>")
            return
        if fault != "reset":
            upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            data = answer.read()
            upstream.close()
        if fault in {"reset", "lost"}:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.close_connection = True
            return
        self._answer(answer.status, answer.getheaders(), data)

    def _answer(self, status, headers, data):
        self.send_response_only(status)
        left_out = {"content-length", "transfer-encoding", "connection"}
        length = {name.lower(): value for name, value in headers}.get("content-length")
        for name, value in headers:
            if name.lower() not in left_out:
                self.send_header(name, value)
        self.send_header(
            "Content-Length", length if self.command == "HEAD" and length else len(data)
        )
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - http.server's names

    def log_message(self, *arguments):
        """Say nothing."""
