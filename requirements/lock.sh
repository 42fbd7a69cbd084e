#!/bin/sh
# Writes the three locks anew: exact versions with hashes, for every platform, without addresses of an index.
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --no-annotate --no-strip-extras "$@"
}
compile pyproject.toml requirements/build.in --output-file requirements/runtime.lock
compile pyproject.toml requirements/build.in --extra development --constraint requirements/runtime.lock \
    --output-file requirements/development.lock
compile pyproject.toml requirements/build.in --extra development --extra benchmarks \
    --constraint requirements/development.lock --output-file requirements/benchmarks.lock
