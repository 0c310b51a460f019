#!/usr/bin/env bash
# check-tidy.sh BUILD: clang-tidy (.clang-tidy) over src/, with the compile commands of BUILD.
#
# Nearly all of its time goes into clang's analyzer, which explores the states a function can be in, and
# grows with their number: 225,000 a function by default (2.0 s a file), here a third of that (0.7 s).
# What that leaves out are combinations of paths, not code: 22 of 1739 blocks of 211 functions are not
# reached (asserted not to be, some of them); of the three worst files 8 of 159, with all states 4.
# TIDY_STATES=225000 looks at all of them; do that before a release.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1
states=${TIDY_STATES:-75000}
found=$(mktemp)
trap 'rm -f "$found"' EXIT
analyzer=()
for word in -Xclang -analyzer-config -Xclang "max-nodes=$states"; do
    analyzer+=("--extra-arg=$word")
done
# The longest first, and few at a time, so that no processor has many left for the end.
find src -name '*.c' -printf '%s %p\n' | LC_ALL=C sort -k1,1nr -k2 | cut -d ' ' -f 2 |
    xargs -r -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" "${analyzer[@]}" >"$found" 2>/dev/null
status=$?
cat "$found"
echo "tidy: $(find src -name '*.c' | wc -l) files at $states states a function," \
    "$(grep -c ' \(warning\|error\): ' "$found") findings"
exit $status
