#!/usr/bin/env bash
# npm @higgsfield/client 0.2.6, run on 2026-11-29, waits on for what is over, and gives up what is not.
#
# Its types have `canceled` as the word of a request that will not be made, but its loop ends on
# completed, nsfw and failed alone: a canceled one is asked about to the time-out (five minutes
# unless told otherwise). The loop means to go on after an error of the server, too ("Server error,
# continue polling"), and looks for an axios error to tell one; the client's own interceptor has made
# an APIError of it by then, so one 502 ends the wait for a request that goes on and is charged.
# The time-out is set to half a second here.
#
# Output seen:
#   canceled: TimeoutError after several questions
#   one 502, then completed: APIError after 1 question
#   nsfw: nsfw after 1 question
#
# Exits 1 once either of the two ends otherwise. Needs node and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit @higgsfield/client@0.2.6 >&2
cat > ask.cjs <<'JS'
const http = require("node:http");
const { createHiggsfieldClient } = require("@higgsfield/client/v2");

async function waited(answers) {
  let questions = 0;
  const server = http.createServer((request, response) => {
    const submitted = request.method === "POST";
    const said = submitted ? "queued" : answers[Math.min(questions++, answers.length - 1)];
    response.writeHead(said === "502" ? 502 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ status: said, request_id: "id" }));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const client = createHiggsfieldClient({
    credentials: "none:none",
    baseURL: `http://127.0.0.1:${server.address().port}`,
    maxPollTime: 500,
    pollInterval: 50,
  });
  const ended = await client.subscribe("/v1/any", { input: {}, withPolling: true }).then(
    (done) => done.status,
    (error) => error.constructor.name,
  );
  server.close();
  server.closeAllConnections();
  const several = questions > 1 ? "several questions" : "1 question";
  return `${ended} after ${several}`;
}

(async () => {
  console.log(`canceled: ${await waited(["canceled"])}`);
  console.log(`one 502, then completed: ${await waited(["502", "completed"])}`);
  console.log(`nsfw: ${await waited(["nsfw"])}`);
})();
JS
seen=$(node ask.cjs)
echo "$seen"
test "$seen" = "canceled: TimeoutError after several questions
one 502, then completed: APIError after 1 question
nsfw: nsfw after 1 question"
