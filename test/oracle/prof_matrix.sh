#!/usr/bin/env bash
# prof_matrix.sh [PROFILE FOLDER...]: `unheap prof` beside `go tool pprof`, cell by cell (see
# prof_matrix.py). Profiles are made once and kept with pprof's answers in the (first) build folder. CELLS
# is how many cells are compared: 360, or all of them with CELLS=0. ONLY picks cells by a word.
# RANDOM_CELLS more have several options each, drawn by SEED (see prof_random.py).
set -eu
folder=${AGAIN:-$BUILD}/prof_matrix
if [ ! -f "$folder/made" ] || [ test/oracle/prof_foreign.py -nt "$folder/made" ] ||
    [ test/oracle/prof_legacy.py -nt "$folder/made" ]; then
    rm -rf "$folder"
    mkdir -p "$folder/profiles" "$folder/tmp"
    go build -o "$folder/tmp/profile_make" test/oracle/profile_make.go
    for rate in 1 8192; do
        "$folder/tmp/profile_make" $rate "$folder/tmp"
        for file in "$folder"/tmp/*.pb.gz; do
            mv "$file" "$folder/profiles/r${rate}_$(basename "$file")"
        done
        # pprof does not read the names in the comments, so both sides get the addresses alone.
        for file in "$folder"/tmp/*.txt; do
            sed '/^#/d' "$file" >"$folder/profiles/r${rate}_$(basename "$file")"
        done
    done
    rm -rf "$folder/tmp" "$folder"/profiles/r1_[!h]*
    python3 test/oracle/prof_foreign.py "$folder/profiles"
    python3 test/oracle/prof_legacy.py "$folder/profiles"
    touch "$folder/made"
fi
go tool pprof -top "$folder/profiles/empty.pb.gz" >"$folder/first.txt" 2>&1 || true
pprof=$(go tool -n pprof)
captured="examples/oom-service/captured/before examples/oom-service/captured/after"
# shellcheck disable=SC2086
python3 test/oracle/prof_matrix.py "$UNHEAP" "$folder" "$pprof" -cells "${CELLS:-360}" \
    -only "${ONLY:-}" $captured "$@"
# shellcheck disable=SC2086
exec python3 test/oracle/prof_random.py "$UNHEAP" "$folder" "$pprof" "${SEED:-1}" \
    "${RANDOM_CELLS:-60}" $captured "$@"
