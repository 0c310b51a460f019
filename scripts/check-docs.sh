#!/usr/bin/env bash
# check-docs.sh: the header is the contract. At least 90 % of the prototypes in src/*/*.h have a
# comment: directly above, on their own lines, or above the paragraph (the run of lines without an
# empty one) that they stand in. Every .c says at its top what it is for (check-text.sh).
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1

find src -name '*.h' | LC_ALL=C sort | while read -r header; do
    ctags -x --language-force=C --kinds-C=p --_xformat='%n|%N' "$header" 2>/dev/null |
        awk -v file="$header" '
            NR == FNR {
                text[FNR] = $0
                if (/^[ \t]*$/) commented = 0
                if (/\/\*|\/\//) commented = 1
                covered[FNR] = commented
                next
            }
            {
                split($0, part, "|")
                for (end = part[1]; text[end] !~ /;/ && end < part[1] + 10; end++) ;
                print (covered[end] ? "with" : "without"), file ":" part[1] ": " part[2]
            }' "$header" -
done | awk '
    $1 == "with" { with++ }
    $1 == "without" { without++; sub(/^without /, ""); bare[without] = $0 }
    END {
        total = with + without
        share = total ? 100 * with / total : 100
        for (i = 1; i <= without; i++) print bare[i] " has no comment"
        printf "docs: %d prototypes, %.0f %% with a comment (at least 90 %%)\n", total, share
        exit share < 90
    }'
