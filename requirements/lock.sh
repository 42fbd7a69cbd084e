#!/bin/sh
# Writes the locks: exact versions with hashes, for every platform and Python from 3.11, without index addresses.
# The moment in the header reproduces them: make lock AS_OF=2026-11-28T12:00:00Z
set -eu
cd "$(dirname "$0")/.."
as_of=${AS_OF:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}
PATH="$PWD/.venv/bin:$PATH"
compile() {
    lock="requirements/$1.lock"
    shift
    # pip resolves the bare name again where a lock pins a name with an extra, so extras are stripped: what they
    # bring has lines of its own.
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --exclude-newer "$as_of" \
        --no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links --strip-extras "$@" \
        --output-file "$lock.new"
    { echo "# Locked as of $as_of by 'make lock' with $(uv --version | cut -d' ' -f1,2)."; cat "$lock.new"; } > "$lock"
    rm "$lock.new"
}
compile runtime pyproject.toml requirements/build.in
# The image: what builds it is in a lock of its own.
compile build requirements/build.in --constraint requirements/runtime.lock
compile workers pyproject.toml --extra workers --constraint requirements/runtime.lock
compile development pyproject.toml requirements/build.in --extra development --extra workers --extra faces \
    --constraint requirements/runtime.lock --constraint requirements/workers.lock
compile benchmarks pyproject.toml requirements/build.in --extra development --extra workers --extra benchmarks \
    --constraint requirements/development.lock
