#!/usr/bin/env bash
# ledger.sh: `unheap ledger` on a real program, beside what the program and the kernel say.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/ledger_program" test/oracle/ledger_program.go || exit 1
python3 test/oracle/ledger.py "$UNHEAP" "$work/ledger_program"
