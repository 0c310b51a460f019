#!/usr/bin/env bash
# profile_bench.sh: reading and adding up heap profiles beside `go tool pprof -top`, at 16 MB unpacked
# and ten times that (SIZES in MB chooses others; pprof takes a minute for the larger). The profiles
# are made by profile_gen.c, always the same. Then a text profile (TEXT), then sizes that pprof is not
# asked for (LARGE), alone.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "there is no go on the PATH to compare with"; exit 0; }

cc=${CC:-cc}
"$cc" -std=c11 -O2 bench/profile_gen.c -o "$work/profile_gen"
"$cc" -std=c11 -D_GNU_SOURCE -O2 -Isrc bench/profile_top.c src/profile/*.c src/base/*.c \
    -ldeflate -lz -lzstd -lcurl -lm -lpthread -o "$work/profile_top"
go tool pprof -h >/dev/null 2>&1 || true # builds it where it was not used before
pprof=$(go tool -n pprof)

# make MEGABYTES: a profile packed as Go packs (gzip, best speed).
make_profile() {
    "$work/profile_gen" "$1" | gzip -1 >"$work/heap$1.pb.gz"
    echo "heap$1.pb.gz: $(gzip -dc "$work/heap$1.pb.gz" | wc -c) bytes unpacked," \
        "$(wc -c <"$work/heap$1.pb.gz") packed"
}

for size in ${SIZES:-16 160}; do
    make_profile "$size"
    python3 bench/profile_bench.py "$work/profile_top" "$pprof" "$work/heap$size.pb.gz"
done
for size in ${TEXT:-74}; do
    "$work/profile_gen" -text "$size" >"$work/heap$size.txt"
    python3 bench/profile_bench.py "$work/profile_top" "$pprof" "$work/heap$size.txt"
done
for size in ${LARGE:-600}; do
    make_profile "$size"
    "$work/profile_top" -n=0 "$work/heap$size.pb.gz" 2>&1 | sed "s/^/heap$size.pb.gz alone: /"
done
