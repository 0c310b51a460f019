#!/usr/bin/env bash
# syntax_source.sh: tokens and outlines of the whole standard library beside go/scanner and go/parser.
# Files that are broken on purpose (testdata) count for the tokens only.
set -eu
cd "${ROOT:-$(dirname "$0")/../..}"
dump=$(dirname "${UNHEAP:-build/unheap}")/test/oracle_syntax_dump
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

go build -o "$scratch/oracle" test/oracle/syntax_oracle.go
find "$(go env GOROOT)/src" -name '*.go' -type f | LC_ALL=C sort >"$scratch/files"
grep -v /testdata/ "$scratch/files" >"$scratch/sound"

# tell NUMBER NAME FILES: runs both sides and compares their lines; lines of files that the Go side
# refuses are not missed.
tell() {
    "$dump" "$2" <"$3" | LC_ALL=C sort >"$scratch/ours"
    "$scratch/oracle" "$2" <"$3" | LC_ALL=C sort >"$scratch/theirs"
    total=$(wc -l <"$scratch/theirs")
    LC_ALL=C comm -13 "$scratch/ours" "$scratch/theirs" >"$scratch/missed"
    missed=$(wc -l <"$scratch/missed")
    result=ok
    if [ "$missed" -ne 0 ] || [ "$total" -lt 5000 ]; then
        result='not ok'
        head -n 5 "$scratch/missed" | sed 's/^/# missed: /'
    fi
    echo "$result $1 - $2: $((total - missed)) of $total agree"
}

tell 1 tokens "$scratch/files"
tell 2 outline "$scratch/sound"
