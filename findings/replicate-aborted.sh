#!/usr/bin/env bash
# PyPI replicate 1.0.7, run on 2026-11-28, cannot read a prediction that was aborted.
#
# Replicate's page on the lifecycle of predictions has `aborted` for one whose deadline passed before
# it began. The client's model takes the five older words alone, so `predictions.get` raises a
# validation error: a script that waits by it ends, or waits on where it catches errors, although
# the task is over. It reads `canceled`, which differs by that word only.
#
# Output seen:
#   canceled: canceled
#   aborted: ValidationError
#
# Exits 1 once `aborted` is read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check replicate==1.0.7
seen=$("$work/venv/bin/python" - <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from replicate.client import Client


class Gateway(BaseHTTPRequestHandler):
    def do_GET(self):
        word = self.path.rsplit("/", 1)[1]
        body = json.dumps({
            "id": word, "model": "owner/model", "version": "1", "status": word, "input": {},
            "output": None, "logs": "", "error": None, "metrics": {}, "urls": {},
            "created_at": "2026-11-28T12:00:00Z", "started_at": None,
            "completed_at": "2026-11-28T12:01:00Z",
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(api_token="none", base_url=f"http://127.0.0.1:{server.server_port}")
for word in ("canceled", "aborted"):
    try:
        print(f"{word}: {client.predictions.get(word).status}")
    except Exception as error:
        print(f"{word}: {type(error).__name__}")
PY
)
echo "$seen"
test "$seen" = $'canceled: canceled\naborted: ValidationError'
