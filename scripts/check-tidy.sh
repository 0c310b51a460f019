#!/usr/bin/env bash
# check-tidy.sh BUILD: clang-tidy (.clang-tidy) over src/, with the compile commands of BUILD.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1
found=$(mktemp)
trap 'rm -f "$found"' EXIT
find src -name '*.c' | LC_ALL=C sort |
    xargs -r -P "$(nproc)" -n 8 clang-tidy --quiet -p "$build" >"$found" 2>/dev/null
status=$?
cat "$found"
echo "tidy: $(find src -name '*.c' | wc -l) files, $(grep -c ' \(warning\|error\): ' "$found") findings"
exit $status
