#!/usr/bin/env bash
# check-symbols.sh BUILD: a function that no other file of the program or of the tests uses is static
# or gone. Functions that only tests use are counted and named, so that they do not pile up unseen.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT

# One line per symbol: place (src or test), object, D or U, name.
{
    find "$build/src" "$build/unheap.p" -name '*.o' 2>/dev/null | sed 's/^/src /'
    find "$build/test" -name '*.o' 2>/dev/null | sed 's/^/test /'
} | while read -r place object; do
    nm -g "$object" | awk -v place="$place" -v object="$object" '
        $(NF - 1) == "U" { print place, object, "U", $NF }
        $(NF - 1) == "T" { print place, object, "D", $NF }'
done >"$symbols"

awk '
    $3 == "U" { used[$4, $1] = 1 }
    $3 == "D" && $1 == "src" && $4 != "main" { defined[$4] = $2; total++ }
    END {
        for (name in defined) {
            if ((name, "src") in used) continue
            if ((name, "test") in used) { tests++; names = names " " name; continue }
            object = defined[name]
            sub(/.*\//, "", object)
            print object ": " name " is used by no other file: make it static or remove it"
            bad = 1
        }
        printf "symbols: %d extern functions, %d used by tests only:%s\n", total, tests, names
        exit bad
    }' "$symbols"
