#!/usr/bin/env bash
# check-globals.sh BUILD: no writable globals or function statics in the rooms below cmd. Reads the
# symbol tables of the static libraries: .data, .bss, .tdata, .tbss; constants that hold addresses
# (.data.rel.ro) do not count, nor do the sanitizers' own symbols.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1

for lib in "$build"/src/lib*.a; do
    room=$(basename "$lib" .a)
    [ "$room" = libcmd ] && continue
    objdump -t "$lib" | awk -v room="${room#lib}" '
        /:     file format/ { object = $1; sub(/:$/, "", object); sub(/.*\//, "", object); next }
        / \.(data|bss|tdata|tbss)/ && !/\.data\.rel\.ro/ && $NF !~ /^\.|^__(a|ub)san|^__odr_asan/ {
            print "src/" room ": " object ": writable " $NF
        }'
done | { ! grep . ; }
status=$?
echo "globals: looked at $(find "$build"/src -maxdepth 1 -name 'lib*.a' | wc -l) libraries"
exit $status
