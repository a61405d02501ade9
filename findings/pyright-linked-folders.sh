#!/usr/bin/env bash
# pyright 1.1.414 does not check a linked folder inside an `include`d one, and says nothing of it;
# mypy 2.4.1 does. The link's own path in `include` has it checked.
#
# A package whose folders are links (one source tree under two names) passes with "0 errors" and exit
# status 0 while none of its files was looked at.
#
# Output seen:
#   the folder: 0 errors, 0 warnings, 0 informations
#   the folder and its link: 1 error, 0 warnings, 0 informations
#   mypy: 1
#
# Exits 1 once pyright finds the error in the first case, too, or mypy no longer does.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'pyright[nodejs]==1.1.414' mypy==2.4.1
mkdir real package
echo 'number: int = "text"' > real/module.py
touch package/__init__.py real/__init__.py
ln -s ../real package/linked
checked() { # the value of `include`
    printf '[tool.pyright]\ninclude = %s\n' "$1" > pyproject.toml
    { venv/bin/pyright || true; } | tail -1
}
folder=$(checked '["package"]')
both=$(checked '["package", "package/linked"]')
mypy=$(venv/bin/mypy package | grep -c 'error:' || true)
echo "the folder: $folder"
echo "the folder and its link: $both"
echo "mypy: $mypy"
[[ $folder == "0 errors"* && $both == "1 error"* && $mypy = 1 ]]
