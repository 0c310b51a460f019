#!/usr/bin/env bash
# check-size.sh: budgets of the functions in src/: a median of at most 12 lines, at most 3 % over 60
# lines and none over 100; complexity (1 + if for while case && || ?) at most 20; at most 6
# parameters. Exceptions stand in scripts/size-allow.txt; one that is no longer needed is an error
# too, so the list can only shrink.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
allowed=scripts/size-allow.txt
sizes=$(mktemp)
trap 'rm -f "$sizes"' EXIT

# measure FILE: one line per function: file:function, its line, lines, complexity, parameters.
measure() {
    ctags -x --languages=C --kinds-C=f --_xformat='%n|%e|%N|%S' "$1" 2>/dev/null |
        awk -v file="$1" '
            function parameters(signature,  depth, count, i, c) {
                if (signature ~ /^\((void)?\)$/) return 0
                sub(/, ?\.\.\.\)$/, ")", signature)
                count = 1
                for (i = 2; i < length(signature); i++) {
                    c = substr(signature, i, 1)
                    depth += (c == "(") - (c == ")")
                    if (c == "," && depth == 0) count++
                }
                return count
            }
            function complexity(from, to,  n, i, line) {
                n = 1
                for (i = from; i <= to; i++) {
                    line = " " text[i] " "
                    n += gsub(/[^A-Za-z0-9_](if|for|while|case)[^A-Za-z0-9_]/, " ", line)
                    n += gsub(/&&|\|\||\?/, "", line)
                }
                return n
            }
            NR == FNR { text[FNR] = $0; next }
            {
                split($0, part, "|")
                print file ":" part[3], part[1], part[2] - part[1] + 1, \
                    complexity(part[1], part[2]), parameters(part[4])
            }' <(awk -f scripts/strip-c.awk "$1") -
}

# percentile COLUMN PERCENT
percentile() {
    cut -d ' ' -f "$1" "$sizes" | sort -n |
        awk -v percent="$2" '{ v[NR] = $1 } END { i = int(NR * percent / 100 + 0.999); print v[i ? i : 1] + 0 }'
}

find src -name '*.c' | LC_ALL=C sort | while read -r file; do measure "$file"; done >"$sizes"
median=$(percentile 3 50)

awk -v median="$median" '
    function complain(what) { print place ": " name " " what; bad = 1 }
    NR == FNR { if (!/^#/ && NF) why[$1] = $0; next }
    {
        split($1, part, ":")
        place = part[1] ":" $2
        name = part[2] "()"
        total++
        over += $3 > 60
        needed = 0
        if ($3 > 100) { needed = 1; if (!($1 in why)) complain("has " $3 " lines, at most 100") }
        if ($4 > 20) { needed = 1; if (!($1 in why)) complain("has complexity " $4 ", at most 20") }
        if ($5 > 6) { needed = 1; if (!($1 in why)) complain("has " $5 " parameters, at most 6") }
        if (needed) used[$1] = 1
    }
    END {
        for (entry in why) {
            split(why[entry], words, " ")
            if (!(entry in used)) { print FILENAME ": " entry " needs no exception any more"; bad = 1 }
            if (words[2] == "") { print FILENAME ": " entry " has no reason"; bad = 1 }
        }
        if (total && median > 12) { print "src:1: the median function has " median " lines, at most 12"; bad = 1 }
        if (total && over / total > 0.03) {
            printf "src:1: %.1f %% of the functions have over 60 lines, at most 3 %%\n", 100 * over / total
            bad = 1
        }
        exit bad
    }' "$allowed" "$sizes"
status=$?

awk -v p50="$median" -v p90="$(percentile 3 90)" -v max="$(percentile 3 100)" \
    -v complex="$(percentile 4 90)/$(percentile 4 100)" -v params="$(percentile 5 100)" '
    { n++; over += $3 > 60 }
    END {
        printf "size: %d functions; lines median %d, p90 %d, max %d; over 60: %.1f %%; ", \
            n, p50, p90, max, n ? 100 * over / n : 0
        printf "complexity p90/max %s; parameters max %d\n", complex, params
    }' "$sizes"
exit $status
