#!/usr/bin/env bash
# binary_bench.sh [-real] [EXECUTABLE...]: `unheap bin` beside `go tool objdump` on the same executable:
# wall time, processor time and resident memory; the Go compiler itself when none is named. -real adds
# an editor's server (41 MB) and a web server (82 MB), built from the module proxy. objdump is run
# once, unheap RUNS times (5), of which the fastest counts.
set -eu
cd "$(dirname "$0")/.."
command -v go >/dev/null || { echo "there is no go on the PATH to compare with"; exit 0; }
unheap=${UNHEAP:-build/unheap}
runs=${RUNS:-5}
if [ "${1:-}" = -real ]; then
    shift
    built=$(mktemp -d)
    trap 'rm -rf "$built"' EXIT
    for program in golang.org/x/tools/gopls@v0.21.0 github.com/caddyserver/caddy/v2/cmd/caddy@v2.10.2; do
        GOBIN=$built CGO_ENABLED=0 go install "$program" 2>/dev/null
    done
    set -- "$@" "$built/gopls" "$built/caddy"
fi
[ $# -gt 0 ] || set -- "$(go env GOTOOLDIR)/compile"

# measure COMMAND...: "seconds kilobytes processor-seconds" of one run whose output is thrown away.
measure() {
    python3 - "$@" <<'PYTHON'
import os, subprocess, sys, time
start = time.monotonic()
with open(os.devnull, 'w') as nothing:
    process = subprocess.Popen(sys.argv[1:], stdout=nothing, stderr=nothing)
    _, status, usage = os.wait4(process.pid, 0)
print('%.3f %d %.3f' % (time.monotonic() - start, usage.ru_maxrss,
                         usage.ru_utime + usage.ru_stime))
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
        printf "%s, %.1f MB: unheap bin %.3f s (processor %.3f s), %.0f MB resident; ", $1, $2 / 1e6,
            $3, $5, $4 / 1024
        printf "-json %.3f s, %.0f MB; ", $6, $7 / 1024
        printf "go tool objdump %.1f s (processor %.1f s), %.0f MB; ", $9, $11, $10 / 1024
        printf "%.0f times as fast, %.0f times by processor time\n", $9 / $3, $11 / $5 }'
done
