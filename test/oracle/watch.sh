#!/usr/bin/env bash
# watch.sh: `unheap watch` beside programs of the installed Go that grow, end, and run another.
# WATCH_KILLS=20 also tells how many of 20 that grow by 500 MB/s leave their profile: a matter of speed,
# so of what else the machine does (BENCHMARKS.md).
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/program" test/oracle/watch_program.go || exit 1
python3 test/oracle/watch.py "$UNHEAP" "$work/program" "$work" "${WATCH_KILLS:-0}"
