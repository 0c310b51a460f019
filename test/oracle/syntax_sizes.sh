#!/usr/bin/env bash
# syntax_sizes.sh: sizes of types and variables of the standard library beside go/types, and sizes of
# objects beside this Go's own heap profile. Not every type is known to us; a known one must be right.
set -eu
cd "${ROOT:-$(dirname "$0")/../..}"
dump=$(dirname "${UNHEAP:-build/unheap}")/test/oracle_syntax_dump
src=$(go env GOROOT)/src
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CGO_ENABLED=0 LC_ALL=C

go build -o "$scratch/sizes" test/oracle/syntax_sizes.go
go build -o "$scratch/profiled" test/oracle/syntax_profiled.go
go list std | grep -v ^vendor/ >"$scratch/packages"

# tell NUMBER NAME LEAST: compares files `theirs` and `ours`, both "key value" with one key a line;
# a value "?" or a key that is not there is unknown. LEAST percent must be known.
tell() {
    awk -v number="$1" -v name="$2" -v least="$3" '
        NR == FNR { ours[$1] = $2; next }
        { total++ }
        !($1 in ours) || ours[$1] == "?" { unknown++; next }
        ours[$1] == $2 { right++; next }
        { wrong++; if (wrong <= 5) print "# wrong: " $1 " is " $2 ", not " ours[$1] }
        END {
            share = total ? 100 * (total - unknown) / total : 0
            printf "%s %d - %s: %d of %d known (%.1f %%), %d right, %d wrong\n",
                wrong || share < least ? "not ok" : "ok", number, name, total - unknown, total, share,
                right, wrong
        }' "$scratch/ours" "$scratch/theirs"
}

"$scratch/sizes" types <"$scratch/packages" 2>/dev/null >"$scratch/types"
awk '{ print $1 "," $2, $3 "," $4 "," $5 }' "$scratch/types" >"$scratch/theirs"
cut -d ' ' -f 1,2 "$scratch/types" | "$dump" sizes "$src" |
    awk '{ print $1 "," $2, $3 "," $4 "," $5 }' >"$scratch/ours"
tell 1 types 97

"$scratch/sizes" variables <"$scratch/packages" 2>/dev/null | sort >"$scratch/variables"
awk '{ print $1 "," $2 "," $3 "," $4, $5 }' "$scratch/variables" >"$scratch/theirs"
cut -d ' ' -f 1-4 "$scratch/variables" | "$dump" variables "$src" |
    awk '{ print $1 "," $2 "," $3 "," $4, $5 == -1 ? "?" : $5 }' >"$scratch/ours"
tell 2 variables 70

"$scratch/profiled" >"$scratch/objects"
awk '{ print $1 "," $2, $3 }' "$scratch/objects" >"$scratch/theirs"
"$dump" profiled < <(cut -d ' ' -f 1,2 "$scratch/objects") | awk '{ print $1 "," $2, $3 }' \
    >"$scratch/ours"
tell 3 objects 100
