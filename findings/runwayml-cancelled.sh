#!/usr/bin/env bash
# PyPI runwayml 5.24.0, run on 2026-11-29: the synchronous client waits on for a cancelled task.
#
# Its `wait_for_task_output` is documented to raise TaskFailedError for a task that fails or is
# cancelled, and the asynchronous client's does. The synchronous one looks for FAILED alone: a task
# that was cancelled, or deleted, is asked about until the time-out (ten minutes unless told
# otherwise), and then ends as TaskTimeoutError. The pause between two questions is set to nothing
# here, the time-out to one second.
#
# Output seen:
#   synchronous, FAILED: TaskFailedError
#   synchronous, CANCELLED: TaskTimeoutError
#   asynchronous, CANCELLED: TaskFailedError
#
# Exits 1 once the synchronous client ends on CANCELLED.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check runwayml==5.24.0
seen=$("$work/venv/bin/python" - <<'PY'
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from runwayml import AsyncRunwayML, RunwayML
from runwayml.lib import polling

polling.POLL_TIME, polling.POLL_JITTER = 0.05, 0


class Gateway(BaseHTTPRequestHandler):
    def do_GET(self):
        word = self.path.rsplit("/", 1)[1]
        task = {"id": word, "status": word, "createdAt": "2026-11-29T06:00:00Z"}
        if word == "FAILED":
            task |= {"failure": "no", "failureCode": "INTERNAL"}
        body = json.dumps(task).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
where = {"api_key": "none", "base_url": f"http://127.0.0.1:{server.server_port}"}


def waited(word):
    try:
        RunwayML(**where).tasks.retrieve(word).wait_for_task_output(timeout=1)
    except (polling.TaskFailedError, polling.TaskTimeoutError) as error:
        return type(error).__name__


async def awaited(word):
    try:
        task = await AsyncRunwayML(**where).tasks.retrieve(word)
        await task.wait_for_task_output(timeout=1)
    except (polling.TaskFailedError, polling.TaskTimeoutError) as error:
        return type(error).__name__


print(f"synchronous, FAILED: {waited('FAILED')}")
print(f"synchronous, CANCELLED: {waited('CANCELLED')}")
print(f"asynchronous, CANCELLED: {asyncio.run(awaited('CANCELLED'))}")
PY
)
echo "$seen"
test "$seen" = $'synchronous, FAILED: TaskFailedError\nsynchronous, CANCELLED: TaskTimeoutError\nasynchronous, CANCELLED: TaskFailedError'
