#!/usr/bin/env bash
# check-cycles.sh BUILD: how tangled the files of a room are. Files that need each other in a circle
# can only be understood together; the largest such circle of each room is printed, and one of more
# than half of the room's files (and more than four) fails.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1
status=0

# circle ROOM: the number of files, then the largest set of files that all reach one another.
circle() {
    nm -A -g "$build/src/lib$1.a" 2>/dev/null | awk '
        { split($1, part, ":"); kind = $(NF - 1); object = part[2]; sub(/.*\//, "", object) }
        !(object in number) { number[object] = ++n; name[n] = object }
        kind == "U" { uses[++count] = number[object] SUBSEP $NF }
        kind ~ /^[TDBR]$/ { home[$NF] = number[object] }
        END {
            for (i = 1; i <= count; i++) {
                split(uses[i], use, SUBSEP)
                if (use[2] in home) reach[use[1], home[use[2]]] = 1
            }
            for (k = 1; k <= n; k++) for (i = 1; i <= n; i++) if ((i, k) in reach)
                for (j = 1; j <= n; j++) if ((k, j) in reach) reach[i, j] = 1
            for (i = 1; i <= n; i++) {
                size = 0; files = ""
                for (j = 1; j <= n; j++) if (((i, j) in reach) && ((j, i) in reach) && i != j) {
                    size++
                    files = files " " name[j]
                }
                if (size && size + 1 > best) { best = size + 1; members = name[i] files }
            }
            print n, best + 0, members
        }'
}

for lib in "$build"/src/lib*.a; do
    room=$(basename "$lib" .a)
    room=${room#lib}
    read -r files size members <<<"$(circle "$room")"
    [ "$size" -eq 0 ] || echo "cycles: $room: $size of $files files: $members"
    [ "$size" -le 4 ] || [ $((size * 2)) -le "$files" ] || status=1
done
echo "cycles: looked at $(find "$build"/src -maxdepth 1 -name 'lib*.a' | wc -l) rooms"
exit $status
