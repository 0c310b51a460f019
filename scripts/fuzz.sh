#!/usr/bin/env bash
# fuzz.sh BUILD SECONDS: runs every fuzz target of a libFuzzer build for a while, a TAP line each.
#
# New inputs grow in BUILD/corpus/<what>, never in the repository's seeds. An input that makes a
# target fail is left in BUILD/found/: make it a seed in test/fuzz/seeds/<what>/ once it is mended.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${1:?usage: fuzz.sh BUILD SECONDS}" && pwd) || exit 1
export TAP_DIR=$build/tap UBSAN_OPTIONS=print_stacktrace=1
export TEST_SECONDS=$(($2 + 120))
rm -rf "$TAP_DIR"
mkdir -p "$TAP_DIR" "$build/found"

for source in test/fuzz/fuzz_*.c; do
    [ -f "$source" ] || continue
    name=$(basename "$source" .c)
    what=${name#fuzz_}
    mkdir -p "$build/corpus/$what"
    echo "fuzz.$name $build/test/$name -max_total_time=$2 -timeout=10 -rss_limit_mb=2000" \
        "-print_final_stats=1 -artifact_prefix=$build/found/$what-" \
        "$build/corpus/$what test/fuzz/seeds/$what"
done | xargs -r -P "$(nproc)" -L 1 scripts/tap-run.sh
grep -ah '^stat::number_of_executed_units' "$TAP_DIR"/*.log |
    awk '{ n += $2 } END { if (n) print n " inputs tried" }'
scripts/tap-total.sh "$TAP_DIR"
