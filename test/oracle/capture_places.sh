#!/usr/bin/env bash
# capture_places.sh: `unheap capture` of programs whose executable cannot be opened by the path that it was
# started from: deleted, replaced by another file, below another root, in another mount namespace. Compared
# with what the program writes of itself, as in capture.sh.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
CGO_ENABLED=0 go build -o "$work/program" test/oracle/capture_program.go || exit 1

wrapper() { # wrapper NAME LINES...: a script that becomes the program; $1 is where that writes its profile
    printf '%s\n' '#!/bin/sh' "work=$work" "${@:2}" >"$work/$1"
    chmod +x "$work/$1"
}
check() { # check NAME WRAPPER FOLDER
    local verdict='not ok'
    number=$((number + 1))
    mkdir -p "$work/$3"
    python3 test/oracle/capture_compare.py "$UNHEAP" "$work/$2" "$work/$3" 512 && verdict=ok
    echo "$verdict $number - $1"
}
skip() { # skip NAME WHY
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

# The descriptor is closed again by the program's start: it is of a file that has no name any more.
# shellcheck disable=SC2016
{
    wrapper deleted 'cp $work/program $work/gone' 'exec 3<$work/gone' 'rm $work/gone' \
        'exec /proc/self/fd/3 "$@"'
    wrapper replaced 'cp $work/program $work/other' 'exec 3<$work/other' 'rm $work/other' \
        'echo another >$work/other' 'exec /proc/self/fd/3 "$@"'
    wrapper below 'cp $work/program $work/jail/inside' \
        'exec chroot $work/jail /inside /${1##*/} $2'
    wrapper apart 'mkdir -p $work/mount' \
        'exec unshare -m sh -c "mount -t tmpfs none $work/mount && cp $work/program $work/mount/inside && exec $work/mount/inside $1 $2"'
}
check 'a deleted executable' deleted own
check 'another file in its place' replaced own
if chroot / true 2>/dev/null; then check 'below another root' below jail; else skip 'below another root' 'no chroot here'; fi
if unshare -m true 2>/dev/null; then
    check 'in another mount namespace' apart own
else
    skip 'in another mount namespace' 'no namespaces of our own here'
fi
echo "1..$number"
