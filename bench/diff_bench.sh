#!/usr/bin/env bash
# diff_bench.sh: `unheap diff` beside `go tool pprof -top -diff_base` on the same two profiles, made by
# profile_gen.c (SIZES in MB unpacked; pprof takes a minute for 8). One run each, since it is long; the
# sum of the changes must be the same. Then unheap alone on a larger pair (LARGE).
set -eu
cd "$(dirname "$0")/.."
unheap=${UNHEAP:-build/unheap}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "there is no go on the PATH to compare with"; exit 0; }
"${CC:-cc}" -std=c11 -O2 bench/profile_gen.c -o "$work/profile_gen"
go tool pprof -h >/dev/null 2>&1 || true # builds it where it was not used before
pprof=$(go tool -n pprof)

# pair MEGABYTES: two profiles, the second an eighth larger.
pair() {
    "$work/profile_gen" "$1" | gzip -1 >"$work/old$1.pb.gz"
    "$work/profile_gen" $(($1 + ($1 + 7) / 8)) | gzip -1 >"$work/new$1.pb.gz"
}

for size in ${SIZES:-4}; do
    pair "$size"
    python3 bench/diff_bench.py "$unheap" "$pprof" "$work/old$size.pb.gz" "$work/new$size.pb.gz"
done
for size in ${LARGE:-160}; do
    pair "$size"
    python3 bench/diff_bench.py "$unheap" - "$work/old$size.pb.gz" "$work/new$size.pb.gz"
    rm -f "$work"/*"$size.pb.gz"
done
