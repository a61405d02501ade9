#!/usr/bin/env bash
# PyPI jmespath 1.1.0, run on 2026-11-28: `<` between a text and a number raises Python's TypeError.
#
# JMESPath's specification gives null for an ordering comparison of anything but two numbers, and
# the library does so where one side is null, a list or an object. A text counts as comparable there,
# so a document in which a number came as a text ends in an error that is none of its own.
#
# Output seen:
#   null and number: None
#   list and number: None
#   text and number: TypeError
#
# Exits 1 once all three give null.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check jmespath==1.1.0
seen=$("$work/venv/bin/python" - <<'PY'
import jmespath

for name, value in (("null", None), ("list", [1]), ("text", "12")):
    try:
        print(f"{name} and number: {jmespath.search('a < `20`', {'a': value})}")
    except jmespath.exceptions.JMESPathError as error:
        print(f"{name} and number: a JMESPath error, {error}")
    except TypeError:
        print(f"{name} and number: TypeError")
PY
)
echo "$seen"
test "$seen" = $'null and number: None\nlist and number: None\ntext and number: TypeError'
