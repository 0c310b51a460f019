#!/usr/bin/env bash
# profile_pprof.sh [FOLDER...]: profiles as unheap reads them beside `go tool pprof`, cell by cell
# (profile_compare.py says what is compared). Real profiles are made here, at several sampling rates, by
# profile_make.go; those of the example service and of the named folders are compared too.
set -eu
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch

go build -o "$scratch/profile_make" test/oracle/profile_make.go
folders=() rates='1 8192 524288'
# Rates are other numbers, not other code.
[ -z "${AGAIN:-}" ] || { rates=8192 && echo "# again: one rate of three"; }
for rate in $rates; do
    mkdir "$scratch/rate$rate"
    "$scratch/profile_make" "$rate" "$scratch/rate$rate"
    # The rate concerns heap profiles only: of the other kinds one set is enough.
    [ "$rate" = "${rates%% *}" ] || (cd "$scratch/rate$rate" && rm cpu* goroutine* mutex* block* threadcreate* allocs*)
    folders+=("$scratch/rate$rate")
done
for captured in examples/oom-service/captured/*/; do
    [ ! -d "$captured" ] || folders+=("${captured%/}")
done
python3 test/oracle/profile_compare.py "${DUMP:-$BUILD/test/oracle_profile_dump}" "${folders[@]}" "$@"
