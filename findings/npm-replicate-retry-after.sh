#!/usr/bin/env bash
# npm replicate 1.4.0, run on 2026-11-29, waits before no retry, whatever `Retry-After` says.
#
# Its own words are that a request is tried again after the seconds that the header names, else after
# a growing pause. The header is a text, though, and `Number.isInteger` holds for no text: "30" goes
# to `new Date("30")`, a day of the past, and the pause of less than nothing is left out. Without the
# header the pause is no whole number, and left out as well. So a question that is throttled is asked
# six times at once, and the account is throttled the more.
#
# Output seen:
#   Retry-After: 30: 6 questions within a second
#   no Retry-After: 6 questions within a second
#
# Exits 1 once it waits. Needs node and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit replicate@1.4.0 >&2
cat > ask.cjs <<'JS'
const http = require("node:http");
const Replicate = require("replicate");

async function asked(headers) {
  let questions = 0;
  const server = http.createServer((_, response) => {
    questions += 1;
    response.writeHead(429, { "Content-Type": "application/json", ...headers });
    response.end('{"detail": "slow down"}');
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const began = Date.now();
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const client = new Replicate({ auth: "none", baseUrl });
  await client.predictions.get("id").catch(() => {});
  const took = Date.now() - began < 1000 ? "within a second" : "over more than a second";
  server.close();
  server.closeAllConnections();
  return `${questions} questions ${took}`;
}

(async () => {
  console.log(`Retry-After: 30: ${await asked({ "Retry-After": "30" })}`);
  console.log(`no Retry-After: ${await asked({})}`);
})();
JS
seen=$(node ask.cjs)
echo "$seen"
test "$seen" = $'Retry-After: 30: 6 questions within a second\nno Retry-After: 6 questions within a second'
