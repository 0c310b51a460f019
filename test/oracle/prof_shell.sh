#!/usr/bin/env bash
# prof_shell.sh: sessions of `unheap prof FILE` beside `go tool pprof FILE` (see prof_shell.py).
# SESSIONS is how many: 40.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go tool pprof -top examples/oom-service/captured/before/heap.pb.gz >/dev/null 2>&1 || true
python3 test/oracle/prof_foreign.py "$work"
python3 test/oracle/prof_shell.py "$UNHEAP" "$(go tool -n pprof)" "${SESSIONS:-40}" \
    examples/oom-service/captured/*/*.pb.gz "$work"/*.pb.gz
