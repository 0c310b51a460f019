#!/usr/bin/env bash
# monitoring.sh: examples/monitoring with a real Prometheus that scrapes a real `unheap watch`.
set -u
for program in prometheus promtool; do
    command -v "$program" >/dev/null || { echo "there is no $program on the PATH"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/program" test/oracle/watch_program.go || exit 1
python3 test/oracle/monitoring.py "$UNHEAP" "$work/program" "$work"
