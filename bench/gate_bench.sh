#!/usr/bin/env bash
# gate_bench.sh: the gate over some 150,000 lines of the standard library, unchanged, beside the
# cached `go list -export` that a cached `go build` does too, runs alternating; then its comparison
# alone, of a baseline with itself and with one whose functions all have other names.
set -eu
cd "$(dirname "$0")/.."
command -v go >/dev/null || { echo "there is no go on the PATH"; exit 0; }
runs=${RUNS:-7}
unheap=$BUILD/unheap
packages="go/... net/... encoding/... text/... html/... image/... math/... archive/... compress/...
    database/... crypto/... regexp/... debug/... log/... mime/... os/..."
figures=$(mktemp -d)
trap 'rm -rf "$figures"' EXIT
root=$(go env GOROOT)/src

"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -Isrc bench/gate_judge.c -Wl,--start-group \
    "$BUILD"/src/lib*.a -Wl,--end-group -ljansson -ldeflate -lz -lzstd -lcurl -lelf -lZydis \
    -lcapstone -lre2 -lm -lpthread -o "$BUILD/gate_judge"

seconds() {
    local start=$EPOCHREALTIME
    "$@" >"$figures/output" 2>"$figures/err"
    echo "$start $EPOCHREALTIME" | awk '{ printf "%.4f\n", $2 - $1 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

cd "$root"
# shellcheck disable=SC2086 # the patterns are words
set -- $packages
# shellcheck disable=SC2016 # a template of go list
lines=$(go list -f '{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}' "$@" | xargs cat | wc -l)
"$unheap" gate -baseline "$figures/old.json" -update "$@" 2>/dev/null
for _ in $(seq "$runs"); do
    seconds go list -export -deps -pgo=off -gcflags=-m=2 "$@" >>"$figures/go"
    seconds "$unheap" gate -baseline "$figures/old.json" "$@" >>"$figures/ours"
done
sed 's/"function":"\([^"]*\)"/"function":"\1x"/' "$figures/old.json" >"$figures/renamed.json"
read -r sites reading same < <("$BUILD/gate_judge" "$figures/old.json" "$figures/old.json")
read -r _ _ renamed < <("$BUILD/gate_judge" "$figures/old.json" "$figures/renamed.json")
go=$(median <"$figures/go") ours=$(median <"$figures/ours")
echo "$lines lines, $sites sites"
echo "go list -export, cached: $go s; unheap gate, unchanged: $ours s"
echo "$go $ours" | awk '{ printf "beyond the cached build: %.2f s (wanted: under 2)\n", $2 - $1 }'
echo "reading the baseline: $reading s"
echo "comparison alone: $same s unchanged, $renamed s when every function has another name"
echo "$same $renamed $lines" |
    awk '{ m = $1 > $2 ? $1 : $2; printf "per 100,000 lines: %.0f ms (wanted: under 100)\n", m * 1e8 / $3 }'
