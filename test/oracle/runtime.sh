#!/usr/bin/env bash
# runtime.sh: what is read of a Go runtime from outside beside what the process says of itself, and
# src/live/live_layouts.h beside DWARF; with the installed Go and three older releases, linked in several
# ways.
# GO_VERSIONS="1.19.13 1.20.14" asks others instead, where the go command can get them.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
dump=${BUILD:-build}/test/oracle_runtime_dump
number=0
report() { # report STATUS NAME
    local verdict='not ok'
    number=$((number + 1))
    [ "$1" != 0 ] || verdict=ok
    echo "$verdict $number - $2"
}
compare() { # compare NAME PROGRAM
    python3 test/oracle/runtime_compare.py "$dump" "$work/$2"
    report $? "$1"
}
layout() { # layout PROGRAM: each row that DWARF gives stands in the header
    "$work/layout" src/live/live_fields.h "$work/$1" | tr -d ' \n' | sed 's/)/)\n/' >"$work/rows"
    tail -n +5 src/live/live_layouts.h | tr -d ' \n' | sed 's/)/)\n/g' >"$work/known"
    [ -s "$work/rows" ] && grep -qxFf "$work/rows" "$work/known"
    report $? "layout, $1"
}
build() { # build NAME ARGUMENTS...
    go build -o "$work/$1" "${@:2}" test/oracle/runtime_program.go || { report 1 "build $1" && false; }
}

GOTOOLCHAIN=local go build -o "$work/layout" test/oracle/live_layout.go || exit 1
build plain && compare 'as usual' plain && layout plain
GOARCH=arm64 build arm64 && layout arm64
GOMEMLIMIT=24MiB compare 'a memory limit that governs' plain
GOGC=off GOMEMLIMIT=100MiB compare 'a memory limit alone' plain
GOGC=400 GOMAXPROCS=7 compare 'another GOGC, seven processors' plain
build pie -buildmode=pie && compare 'position-independent' pie
for version in ${GO_VERSIONS-1.18.10 1.20.14 1.23.12}; do
    GOTOOLCHAIN=go$version build "go$version" && compare "go$version" "go$version" &&
        layout "go$version"
done
echo "1..$number"
