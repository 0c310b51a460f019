#!/usr/bin/env bash
# prof_matrix.sh [PROFILE FOLDER...]: `unheap prof` beside `go tool pprof`, cell by cell (see
# prof_matrix.py). Profiles are made once and kept with pprof's answers in the build folder. CELLS is
# how many cells are compared: 400, or all of them with CELLS=0. ONLY picks cells by a word.
set -eu
folder=$BUILD/prof_matrix
if [ ! -f "$folder/made" ]; then
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
    touch "$folder/made"
fi
go tool pprof -top "$folder/profiles/empty.pb.gz" >"$folder/first.txt" 2>&1 || true
pprof=$(go tool -n pprof)
exec python3 test/oracle/prof_matrix.py "$UNHEAP" "$folder" "$pprof" -cells "${CELLS:-400}" \
    -only "${ONLY:-}" examples/oom-service/captured/before examples/oom-service/captured/after "$@"
