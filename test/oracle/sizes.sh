#!/usr/bin/env bash
# sizes.sh: what `capture` and `ledger` say of programs that keep no heap profile: objects in use by size,
# beside the program's own runtime.MemStats.BySize.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0
go build -o "$work/unlinked" test/oracle/runtime_program.go &&
    go build -o "$work/rated" test/oracle/capture_program.go || exit 1
python3 test/oracle/sizes.py "$UNHEAP" "$work"
