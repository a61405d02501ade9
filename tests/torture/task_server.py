"""A loopback gateway that speaks HiAPI's dialect and serves the film of each finished task."""

from http.server import ThreadingHTTPServer
from ssl import SSLSocket
from threading import Thread
from urllib.parse import urlsplit

from certificate import Certificate
from fake_gateway import hiapi_body
from film_server import Films

KEY = "a-key-of-the-torture"


class TaskServer:
    """Tasks whose id contains `run` are running, all others have succeeded."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        """Serve over TLS where there is a certificate."""
        self._server = _Server(("127.0.0.1", 0), _Tasks)
        scheme = "https" if certificate else "http"
        if certificate is not None:
            # In the thread of the request: one client's handshake holds up no other.
            self._server.socket = certificate.listening(self._server.socket)
        self.url = f"{scheme}://localhost:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections break here by design."""


class _Tasks(Films):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:  # noqa: N802  the base class's name
        where, _, task_id = urlsplit(self.path).path.rpartition("/")
        if where != "/v1/tasks":
            super().do_GET()
            return
        host = self.headers["Host"]
        scheme = "https" if isinstance(self.connection, SSLSocket) else "http"
        output = [{"type": "video", "url": f"{scheme}://{host}/{task_id}"}]
        running = "run" in task_id
        more = {} if running else {"output": output, "completed": 1777282090}
        body = hiapi_body(task_id, "handling" if running else "success", **more)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
