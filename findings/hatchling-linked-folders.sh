#!/usr/bin/env bash
# hatchling 1.33.0 walks each real folder once, in sorted order, and follows links: what is linked
# into a package is left out of the source archive where the folder itself comes earlier in the walk.
#
# Here `rushlike/alpha` and `rushlike/zeta` link to `alpha` and `zeta` beside them. With
# `include = ["/rushlike"]` the archive holds zeta (walked first through the link) and lacks alpha
# (walked first at the top, and not included there). No warning; a wheel built straight from the tree
# holds both. `skip-excluded-dirs = true` with `exclude = ["/alpha", "/zeta"]` puts it right.
#
# Output seen:
#   wheel: alpha zeta
#   sdist: zeta
#   sdist, real folders skipped: alpha zeta
#
# Exits 1 once the source archive holds both, or the remedy no longer works.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q hatchling==1.33.0
mkdir alpha zeta rushlike
touch rushlike/__init__.py alpha/__init__.py zeta/__init__.py
ln -s ../alpha ../zeta rushlike/
project() { # more lines of the sdist's table
    cat > pyproject.toml <<TOML
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "rushlike"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["rushlike"]
[tool.hatch.build.targets.sdist]
include = ["/rushlike"]
$1
TOML
}
held() { # a list of names on stdin
    grep -oE 'rushlike/(alpha|zeta)/__init__' | sed 's|rushlike/||; s|/__init__||' | sort | paste -sd' '
}
built() { # wheel or sdist
    venv/bin/python -c "from hatchling.build import build_$1 as b; b('dist')" > /dev/null
}
project ""
built wheel; built sdist
wheel=$(venv/bin/python -m zipfile -l dist/*.whl | held)
plain=$(tar tzf dist/*.tar.gz | held)
rm -r dist
project $'skip-excluded-dirs = true\nexclude = ["/alpha", "/zeta"]'
built sdist
mended=$(tar tzf dist/*.tar.gz | held)
echo "wheel: $wheel"
echo "sdist: $plain"
echo "sdist, real folders skipped: $mended"
[[ $wheel == "alpha zeta" && $plain == "zeta" && $mended == "alpha zeta" ]]
