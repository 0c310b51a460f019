#!/usr/bin/env bash
# capture.sh: `unheap capture` beside the heap profile that the process writes of itself at the same
# moment: the installed Go's programs, linked as usual and position-independent, every allocation
# sampled and sampled as by default.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
check() { # check NAME PROGRAM [RATE]
    local name=$1 verdict='not ok'
    shift
    number=$((number + 1))
    python3 test/oracle/capture_compare.py "$UNHEAP" "$work/$1" "$work" ${2:+"$2"} && verdict=ok
    echo "$verdict $number - $name"
}

go build -o "$work/plain" test/oracle/capture_program.go &&
    go build -buildmode=pie -o "$work/pie" test/oracle/capture_program.go &&
    go build -trimpath -ldflags=-w -o "$work/trimmed" test/oracle/capture_program.go &&
    go build -ldflags='-s -w' -o "$work/stripped" test/oracle/capture_program.go &&
    go build -ldflags='-s -w' -buildmode=pie -o "$work/stripped_pie" test/oracle/capture_program.go ||
    exit 1
check 'as usual' plain
check 'every allocation' plain 1
check 'one in 4096 bytes' plain 4096
check 'position-independent' pie 512
check 'without DWARF, trimmed paths' trimmed 512
check 'stripped' stripped 512
check 'stripped and position-independent' stripped_pie 512
# With C in it, and put together by the system's linker. Whoever has no C compiler goes without.
if command -v "${CC:-gcc}" >/dev/null; then
    sed 's/^import (/import "C"\n\nimport (/' test/oracle/capture_program.go >"$work/with_c.go"
    CGO_ENABLED=1 go build -ldflags=-linkmode=external -o "$work/external" "$work/with_c.go" || exit 1
    check 'with C, linked by the system' external 512
fi
echo "1..$number"
