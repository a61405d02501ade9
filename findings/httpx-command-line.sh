#!/usr/bin/env bash
# PyPI httpx 0.28.1, run on 2026-11-29: importing it loads its command line where click is installed.
#
# The package imports its own command-line program at its top, and passes over that only where a
# module is missing. So `import httpx` in any program loads click, rich and pygments as soon as an
# unrelated package has brought these into the environment, and takes longer by it, though nothing
# of the command line is used.
#
# Output seen:
#   without click: 0 modules of click, rich and pygments, with it: 85
#
# Exits 1 once none of them is loaded.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip() { "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$@"; }
loaded() {
    "$work/venv/bin/python" -c 'import sys, httpx
print(sum(name.split(".")[0] in ("click", "rich", "pygments") for name in sys.modules))'
}
pip httpx==0.28.1
without=$(loaded)
pip click==8.3.0 rich==14.2.0 pygments==2.19.2
with=$(loaded)
echo "without click: $without modules of click, rich and pygments, with it: $with"
((without == 0 && with > 0))
