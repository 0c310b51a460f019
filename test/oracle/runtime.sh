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
variables=${BUILD:-build}/test/oracle_variables_dump
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
places() { # places PROGRAM STRIPPED: both find the same variables
    "$variables" "$work/$1" | sort >"$work/with"
    "$variables" "$work/$2" | sort >"$work/without"
    comm -13 "$work/with" "$work/without" >"$work/wrong"
    echo "# $2: $(wc -l <"$work/without") variables found without symbols"
    [ ! -s "$work/wrong" ] && [ "$(wc -l <"$work/without")" -ge 9 ]
    report $? "variables of $2 where the symbol table has them"
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
build stripped -ldflags='-s -w' && compare 'stripped' stripped && places plain stripped
build stripped_pie -buildmode=pie -ldflags='-s -w' &&
    compare 'stripped and position-independent' stripped_pie
GOARCH=arm64 build arm64_stripped -ldflags='-s -w' && places arm64 arm64_stripped
for version in ${GO_VERSIONS-1.18.10 1.20.14 1.23.12}; do
    export GOTOOLCHAIN=go$version
    build "go$version" && compare "go$version" "go$version" && layout "go$version"
    build "go$version-s" -ldflags='-s -w' && compare "go$version, stripped" "go$version-s"
done
echo "1..$number"
