#!/usr/bin/env bash
# check-limits.sh: each ceiling of src/base/limits.h is reached by a test, which names it: as it stands
# there, or, for those of executables, as BINARY_LIMIT_NAME in their table. Names those that no file in
# test/ names. At most as many as have been so far; lower that number with each that gets its test.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
most=3 # what waits: nobody tests that a minute passes
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

sed -n 's/^#define \(LIMIT_[A-Z0-9_]*\).*/\1/p' src/base/limits.h | LC_ALL=C sort >"$scratch/all"
grep -rhoE '\<(BINARY_)?LIMIT_[A-Z0-9_]+' test | sed 's/^BINARY_LIMIT_/LIMIT_BINARY_/' |
    LC_ALL=C sort -u >"$scratch/named"
LC_ALL=C comm -23 "$scratch/all" "$scratch/named" >"$scratch/unnamed"
count=$(wc -l <"$scratch/unnamed")
sed 's|^|src/base/limits.h: no test names |' "$scratch/unnamed"
echo "limits: $(wc -l <"$scratch/all"), $count of them without a test that names it (at most $most)"
[ "$count" -le "$most" ]
