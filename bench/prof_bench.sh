#!/usr/bin/env bash
# prof_bench.sh: reports of `unheap prof` beside `go tool pprof` (prof_bench.py) at 1, 16, 160 and 600
# MB unpacked, with many distinct stacks (nearly every sample has its own) and with few (2,000 in
# all); 100 profiles merged, of one program and all the same; a text profile. pprof is asked up to
# PPROF_TO megabytes (16; at 160 a report takes it minutes and at 600 it does not end).
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "there is no go on the PATH to compare with"; exit 0; }

"${CC:-cc}" -std=c11 -O2 bench/profile_gen.c -o "$work/gen"
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 bench/measured.c -o "$work/measured"
go tool pprof -h >/dev/null 2>&1 || true # builds it where it was not used before
pprof=$(go tool -n pprof)

# report NAME REPORT FILE...
report() {
    python3 bench/prof_bench.py "$work/measured" "$UNHEAP" "$pprof" "$@"
}

# The generator's number for so many megabytes unpacked.
argument_of() {
    case $1 in
    1) echo 1.3 ;;
    16) echo 19 ;;
    160) echo 158 ;;
    *) echo $(($1 * 29 / 30)) ;;
    esac
}

for size in ${SIZES:-1 16 160 600}; do
    "$work/gen" "$(argument_of "$size")" | gzip -1 >"$work/many.pb.gz"
    "$work/gen" -few "$(argument_of "$size")" | gzip -1 >"$work/few.pb.gz"
    asked=no
    [ "$size" -gt "${PPROF_TO:-16}" ] || asked=yes
    for kind in -top -tree '-list=Process[0-9]$' -dot -traces; do
        PPROF=$asked report "$size many" "$kind" "$work/many.pb.gz"
    done
    PPROF=$asked report "$size few" -top "$work/few.pb.gz"
done

mkdir "$work/runs" "$work/same"
for run in $(seq 100); do
    "$work/gen" 1.3 "$run" | gzip -1 >"$work/runs/$run.pb.gz"
    cp "$work/runs/1.pb.gz" "$work/same/$run.pb.gz"
done
report "100 runs" -top "$work"/runs/*
report "100 same" -top "$work"/same/*

"$work/gen" -text 74 >"$work/heap.txt"
report "text" -top "$work/heap.txt"
