#!/usr/bin/env bash
# check-headers.sh: every header compiles alone, in gcc and clang, without warnings. A header without
# an include guard is a table (X-macros): it is compiled with an empty X.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
status=0
count=0
while read -r header; do
    count=$((count + 1))
    table=()
    grep -q '^#ifndef ' "$header" || table=(-D'X(...)=')
    for compiler in gcc clang; do
        $compiler -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
            -Wno-unused-function -Isrc "${table[@]}" \
            -fsyntax-only -x c "$header" || status=1
    done
done < <(find src -name '*.h' | LC_ALL=C sort)
echo "headers: $count compiled alone by gcc and clang"
exit $status
