#!/usr/bin/env bash
# Makes the lock files anew from pyproject.toml: `make lock`. Needs uv. Versions that still fit are kept;
# `make lock ARGS=--upgrade` takes the newest. The locks hold hashes and no address of any registry.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() { # lock NAME [more arguments]
  local name=$1
  shift
  "${UV:-uv}" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --output-file "requirements/$name.lock" "$@"
}

# The widest first; the others are cut from it, so that one environment can serve them all.
lock e2e --extra prod --extra dev --extra e2e ${ARGS:-}
for name in dev:dev prod:prod runtime:; do
  extra=${name#*:}
  rm -f "requirements/${name%:*}.lock"
  lock "${name%:*}" ${extra:+--extra "$extra"} --constraints requirements/e2e.lock
done
