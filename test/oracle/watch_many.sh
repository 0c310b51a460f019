#!/usr/bin/env bash
# watch_many.sh: `unheap watch` and processes that come and go (WATCH_MANY=100 for more of them), that
# run another program, and whose numbers are used again.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/program" test/oracle/watch_program.go || exit 1
python3 test/oracle/watch_many.py "$UNHEAP" "$work/program" "$work" "${WATCH_MANY:-40}"
