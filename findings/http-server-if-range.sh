#!/usr/bin/env bash
# npm http-server 14.1.1 and serve 14.2.5, as installed on 2026-11-28, do not look at If-Range.
#
# RFC 9110, 13.1.5: a Range counts only where the If-Range validator matches; else all of the file
# is to be sent (200). Both send the piece (206) for a validator that never was the file's, so a
# client that resumes in this way joins pieces of two versions unless it compares the ETag and the
# length of each 206 itself.
#
# Output seen:
#   http-server: 206
#   serve: 206
#
# Exits 1 once either of them answers 200.
set -euo pipefail
work=$(mktemp -d)
cd "$work"
npm install --silent --no-fund --no-audit http-server@14.1.1 serve@14.2.5 > /dev/null
mkdir files
head -c 100000 /dev/zero > files/film.bin
node_modules/.bin/http-server files -p 18451 -a 127.0.0.1 -s > /dev/null 2>&1 &
one=$!
node_modules/.bin/serve files -l tcp://127.0.0.1:18452 -L > /dev/null 2>&1 &
two=$!
trap 'kill $one $two 2> /dev/null || true; rm -rf "$work"' EXIT
asked() { # port
    curl --silent --output /dev/null --write-out '%{http_code}' --retry 30 --retry-delay 1 --retry-connrefused \
        -H 'Range: bytes=50000-' -H 'If-Range: "of-another-file"' "http://127.0.0.1:$1/film.bin"
}
first=$(asked 18451)
second=$(asked 18452)
echo "http-server: $first"
echo "serve: $second"
test "$first" = 206 && test "$second" = 206
