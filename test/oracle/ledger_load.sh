#!/usr/bin/env bash
# ledger_load.sh: what `unheap ledger -hot` says that a cause is worth, beside the same program without it.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/load_program" test/oracle/load_program.go || exit 1
python3 test/oracle/ledger_load.py "$UNHEAP" "$work/load_program" test/oracle/load_program.go "$work/hot.json"
