#!/usr/bin/env bash
# check-layers.sh BUILD: a room uses only the rooms that scripts/layers.txt allows it. Read from the
# symbol tables of the static libraries, and from the #include lines for what leaves no symbol.
# Also: memory comes from base alone, and nothing below cmd prints or ends the program.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
build=$1
layers=scripts/layers.txt
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT

# One line per symbol of a room's library: room, object, D (defines) or U (uses), name.
for lib in "$build"/src/lib*.a; do
    room=$(basename "$lib" .a)
    nm -A -g "$lib" 2>/dev/null | awk -v room="${room#lib}" '
        { split($1, part, ":"); sub(/.*\//, "", part[2]); kind = $(NF - 1) }
        kind == "U" { print room, part[2], "U", $NF }
        kind ~ /^[TDBRVWC]$/ { print room, part[2], "D", $NF }'
done >"$symbols"

awk '
    function forbid(why, names,  name, i, n) {
        n = split(names, name, " ")
        for (i = 1; i <= n; i++) forbidden[name[i]] = why
    }
    # BUG() says where and aborts: the object that defines it may do both. Base starts children too.
    function excused(room, object, name,  why) {
        why = forbidden[name]
        if (room == "base") return why == memory || object == bug_object || name == "_exit"
        return room == "cmd" && why != memory
    }
    function complain(what) { print "src/" room ": " object ": " what; bad++ }
    BEGIN {
        memory = "memory comes from base"
        forbid(memory, "malloc calloc realloc reallocarray free strdup strndup __strdup asprintf" \
            " vasprintf __asprintf_chk __vasprintf_chk getline getdelim posix_memalign" \
            " aligned_alloc memalign valloc open_memstream mmap mmap64")
        forbid("only cmd prints", "printf fprintf vprintf vfprintf dprintf vdprintf puts fputs" \
            " putchar fputc putc perror stdout stderr __printf_chk __fprintf_chk __vprintf_chk" \
            " __vfprintf_chk __dprintf_chk warn warnx error psignal syslog")
        forbid("only cmd ends the program", "exit _exit _Exit quick_exit abort raise err errx" \
            " longjmp __longjmp_chk")
    }
    NR == FNR {
        if (/^#/ || !NF) next
        room = $1
        sub(/:$/, "", room)
        known[room] = 1
        for (i = 2; i <= NF; i++) may[room, $i] = 1
        next
    }
    { rooms[$1] = 1 }
    $3 == "D" { home[$4] = $1; if ($4 == "bug_at") bug_object = $2; next }
    { uses[++count] = $0 }
    END {
        for (i = 1; i <= count; i++) {
            split(uses[i], part, " ")
            room = part[1]; object = part[2]; name = part[4]
            if ((name in home) && home[name] != room) {
                edge[room, home[name]] = 1
                if (!((room, home[name]) in may)) complain("uses " name " of " home[name])
            }
            if ((name in forbidden) && !excused(room, object, name))
                complain("calls " name ": " forbidden[name])
        }
        for (room in rooms) {
            if (!(room in known)) {
                print "src/" room ": not a room of scripts/layers.txt"
                bad++
            }
        }
        for (e in edge) edges++
        printf "layers: %d uses of symbols, %d edges between rooms, %d wrong\n", count, edges, bad
        exit bad > 0
    }' "$layers" "$symbols"
status=$?

# Of another room only the public header, and only of a room that may be used.
grep -rnE '^ *# *include "[a-z]+/' src --include='*.[ch]' | awk '
    NR == FNR { r = $1; sub(/:$/, "", r); for (i = 2; i <= NF; i++) may[r, $i] = 1; next }
    {
        split($0, place, ":")
        split(place[1], dir, "/")
        split($0, quoted, "\"")
        split(quoted[2], header, "/")
        if (header[1] == dir[2]) next
        if (!((dir[2], header[1]) in may) || header[2] != header[1] ".h") {
            print place[1] ":" place[2] ": may not include " quoted[2]
            bad = 1
        }
    }
    END { exit bad }' "$layers" - || status=1
exit $status
