#!/usr/bin/env bash
# types.sh: `prof -types` and `-sizes` beside a program whose objects are known, by type and by size.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What comes before the program sets its own rate is not sampled, and one processor has one of each pool.
export CGO_ENABLED=0 GOMAXPROCS=1 GODEBUG=memprofilerate=0
go build -o "$work/program" test/oracle/types_program.go &&
    "$work/program" "$work/allocs.pb.gz" >"$work/truth.json" || exit 1
python3 test/oracle/types.py "$UNHEAP" "$work"
