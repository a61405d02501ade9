#!/usr/bin/env bash
# Debian 12's libfaketime 0.9.10-2.1 under CPython 3.11, run on 2026-11-29: where only the wall clock
# is another, `time.sleep` fails.
#
# From 3.11 on `time.sleep` waits by clock_nanosleep until a moment of CLOCK_MONOTONIC. With
# DONT_FAKE_MONOTONIC=1 that clock is the real one, yet the library takes the time of day from the
# moment that is waited for: the kernel gets one some fifty years before zero and answers EINVAL,
# whichever way and however little the clock is set. Waiting on a lock (`Event.wait`) is right. So a
# program that is tried under another date is not the one that is used: a thread that sleeps dies.
# The library of PyPI's libfaketime 3.0.0 sleeps as it should.
#
# Output seen:
#   set back by ten minutes: sleep OSError 22, wait 0.3 s
#
# Exits 1 once `time.sleep` works there; needs Debian 12 and its archive.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q libfaketime=0.9.10-2.1 > /dev/null 2>&1
dpkg-deb -x libfaketime_*.deb .
library=$(echo "$work"/usr/lib/*/faketime/libfaketimeMT.so.1)
seen=$(LD_PRELOAD=$library FAKETIME=-10m DONT_FAKE_MONOTONIC=1 python3 - <<'PY'
import threading
import time

try:
    time.sleep(0.3)
    slept = "fine"
except OSError as error:
    slept = f"OSError {error.errno}"
began = time.monotonic()
threading.Event().wait(0.3)
print(f"set back by ten minutes: sleep {slept}, wait {time.monotonic() - began:.1f} s")
PY
)
printf '%s\n' "$seen"
[[ "$seen" == *"sleep OSError 22"* ]]
