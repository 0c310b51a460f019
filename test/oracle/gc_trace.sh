#!/usr/bin/env bash
# gc_trace.sh: `unheap gc` beside what the runtime of the installed Go counts of the same run: cycles,
# forced ones and processors exactly, the sum of the pauses within gctrace's rounding in one of 20 runs
# (gc_compare.py says why not in each).
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/program" test/oracle/gc_program.go || exit 1

number=0
check() { # check NAME ENVIRONMENT...
    local name=$1 verdict='not ok'
    shift
    number=$((number + 1))
    for _ in {1..20}; do
        env "$@" "$work/program" 2>"$work/trace" >"$work/truth" &&
            "$UNHEAP" gc -json "$work/trace" >"$work/json" &&
            python3 test/oracle/gc_compare.py "$work/truth" "$work/json"
        case $? in 0) verdict=ok ;; 2) continue ;; esac
        break
    done
    echo "$verdict $number - $name"
}

check 'gctrace' GODEBUG=gctrace=1
check 'gctrace and scavtrace, one processor' GODEBUG=gctrace=1,scavtrace=1 GOMAXPROCS=1
check 'a small GOGC' GODEBUG=gctrace=1 GOGC=20
echo "1..$number"
