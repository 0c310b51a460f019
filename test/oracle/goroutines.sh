#!/usr/bin/env bash
# goroutines.sh: `unheap capture -goroutines` beside the goroutine profile of the process itself, with
# the installed Go and two older ones; and captures of processes that become another program or end.
# GO_VERSIONS="1.18.10 1.25.5" asks other releases instead, where the go command can get them.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
number=0
report() { # report STATUS NAME
    local verdict='not ok'
    number=$((number + 1))
    [ "$1" != 0 ] || verdict=ok
    echo "$verdict $number - $2"
}
check() { # check NAME BUILD-ARGUMENTS...
    go build -o "$work/$1" "${@:2}" test/oracle/goroutine_program.go &&
        python3 test/oracle/goroutines.py "$UNHEAP" "$work/$1" "$work"
    report $? "goroutines, $1"
}

check plain
check stripped -ldflags='-s -w'
check pie -buildmode=pie
for version in ${GO_VERSIONS-1.19.13 1.24.11}; do
    GOTOOLCHAIN=go$version check "go$version"
done
go build -o "$work/capture_program" test/oracle/capture_program.go &&
    python3 test/oracle/capture_faults.py "$UNHEAP" "$work/capture_program" "$work/plain" "$work"
report $? 'processes that end or become another program'
echo "1..$number"
