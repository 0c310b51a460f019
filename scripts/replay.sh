#!/usr/bin/env bash
# replay.sh BUILD TARGET: runs a fuzz target once over each of its seeds (a TAP line each).
set -u
seeds=test/fuzz/seeds/${2#fuzz_}
mapfile -t files < <(find "$seeds" -type f 2>/dev/null | LC_ALL=C sort)
if [ ${#files[@]} -eq 0 ]; then
    echo "not ok - $2 has no seeds in $seeds"
    exit 1
fi
exec "$1/test/$2" "${files[@]}"
