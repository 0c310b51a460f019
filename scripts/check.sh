#!/usr/bin/env bash
# check.sh BUILD [NAME...]: runs the checks of the code (scripts/check-*.sh), one test case each, and
# prints their figures. BUILD is where the checks that look at symbols find the libraries.
#
# A check prints what it found as "file:line: what is wrong" and ends with one line of figures.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
shift
[ $# -gt 0 ] || set -- text size docs sources scripts limits headers layers cycles globals symbols tidy
mkdir -p "$build/check-tap"
rm -f "$build"/check-tap/*
for name; do
    verdict=ok
    scripts/check-"$name".sh "$build" || verdict='not ok'
    echo "$verdict - $name" >"$build/check-tap/$name.tap"
done
scripts/tap-total.sh "$build/check-tap"
