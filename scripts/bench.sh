#!/usr/bin/env bash
# bench.sh BUILD [NAME...]: runs the benchmarks in bench/*.sh, each of which measures side by side in
# one run and prints ratios. BENCHMARKS.md keeps the figures.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${1:?usage: bench.sh BUILD [NAME...]}" && pwd) || exit 1
shift
status=0
for script in bench/*.sh; do
    [ -f "$script" ] || continue
    [ $# -eq 0 ] || [[ " $* " == *" $(basename "$script" .sh) "* ]] || continue
    echo "== $(basename "$script" .sh)"
    UNHEAP=$build/unheap BUILD=$build bash "$script" || status=1
done
exit $status
