#!/usr/bin/env bash
# binary_bench.sh [EXECUTABLE...]: `unheap bin` beside `go tool objdump` on the same executable, wall
# time and resident memory; the Go compiler itself when none is named. objdump is run once, unheap
# RUNS times (5), of which the fastest counts.
set -eu
cd "$(dirname "$0")/.."
command -v go >/dev/null || { echo "there is no go on the PATH to compare with"; exit 0; }
unheap=${UNHEAP:-build/unheap}
runs=${RUNS:-5}
[ $# -gt 0 ] || set -- "$(go env GOTOOLDIR)/compile"

# measure COMMAND...: "seconds kilobytes" of one run whose output is thrown away.
measure() {
    python3 - "$@" <<'PYTHON'
import os, subprocess, sys, time
start = time.monotonic()
with open(os.devnull, 'w') as nothing:
    process = subprocess.Popen(sys.argv[1:], stdout=nothing, stderr=nothing)
    _, status, usage = os.wait4(process.pid, 0)
print('%.3f %d' % (time.monotonic() - start, usage.ru_maxrss))
sys.exit(1 if status else 0)
PYTHON
}

for executable; do
    best=$(for _ in $(seq "$runs"); do measure "$unheap" bin -by kind "$executable"; done |
        sort -n | head -1)
    json=$(for _ in $(seq "$runs"); do measure "$unheap" bin -json "$executable"; done |
        sort -n | head -1)
    objdump=$(measure go tool objdump "$executable")
    echo "$executable $(stat -c %s "$executable") $best $json $objdump" | awk '{
        printf "%s, %.1f MB: unheap bin %.3f s, %.0f MB resident; -json %.3f s, %.0f MB; ", $1, $2 / 1e6,
            $3, $4 / 1024, $5, $6 / 1024
        printf "go tool objdump %.1f s, %.0f MB; %.0f times as fast\n", $7, $8 / 1024, $7 / $3 }'
done
