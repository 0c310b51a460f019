#!/usr/bin/env bash
# compiler_bench.sh: reading the -m=2 text of the standard library (150 MB) beside `grep -c escapes` on the
# same file, whole processes, runs alternating. TEXT names another text; without it, it is made with
# go once and kept in the build folder.
set -eu
cd "$(dirname "$0")/.."
runs=${RUNS:-7}
text=${TEXT:-$BUILD/std_m2.txt}

if [ ! -s "$text" ]; then
    command -v go >/dev/null || { echo "there is no go on the PATH to make the text with"; exit 0; }
    echo "making $text (this takes a minute)"
    (cd test/compiler/golden/forms &&
        GOFLAGS=-buildvcs=false go build -pgo=off -gcflags=all=-m=2 std) 2>"$text.part"
    mv "$text.part" "$text"
fi
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -Isrc bench/compiler_read.c src/compiler/*.c src/base/*.c \
    -ljansson -ldeflate -lz -lzstd -lpthread -o "$BUILD/compiler_read"

# seconds COMMAND...: how long the process takes, on standard output. Its own output goes to a file:
# grep stops at the first match when it writes to /dev/null.
seconds() {
    local start=$EPOCHREALTIME
    "$@" >"$figures/output"
    echo "$start $EPOCHREALTIME" | awk '{ printf "%.4f\n", $2 - $1 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

figures=$(mktemp -d)
trap 'rm -rf "$figures"' EXIT
grep -c escapes "$text" >/dev/null
for _ in $(seq "$runs"); do
    seconds grep -c escapes "$text" >>"$figures/grep"
    seconds "$BUILD/compiler_read" "$text" >>"$figures/ours"
    "$BUILD/compiler_read" "$text" >>"$figures/inside"
done
grep=$(median <"$figures/grep")
ours=$(median <"$figures/ours")
echo "text: $(wc -c <"$text") bytes, $(wc -l <"$text") lines"
echo "grep -c escapes: $grep s"
echo "unheap reads it, with its index: $ours s ($(tail -1 "$figures/inside" |
    awk '{ print $4 " messages, " $5 " threads" }'))"
awk '{ print $1 }' "$figures/inside" | median | sed 's/^/  reading and pairing alone: /; s/$/ s/'
awk '{ print $2 }' "$figures/inside" | median | sed 's/^/  index alone: /; s/$/ s/'
awk '{ print $3 }' "$figures/inside" | median | sed 's/^/  peak resident memory: /; s/$/ MB/'
echo "$ours $grep" | awk '{ printf "ratio to grep: %.2f (wanted: at most 2)\n", $1 / $2 }'
