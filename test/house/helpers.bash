# helpers.bash: for the tests of the project's own checks: a planted tree and two kinds of case.
# A check that cannot fail is worth nothing, so each one is shown a tree that it must refuse.
set -u
count=0
failures=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# A fresh tree with the project's scripts, and no sources but a clean room `base`.
plant() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/src/base" "$tree/test" "$tree/.ci"
    cp -R "$ROOT/scripts" "$tree/scripts"
    echo '# none' >"$tree/scripts/size-allow.txt"
    printf '# text\n' >"$tree/README.md"
    printf '/* a room */\n#ifndef BASE_H\n#define BASE_H\n/* Adds one. */\nint base_add(int n);\n#endif\n' \
        >"$tree/src/base/base.h"
    printf '/* a file */\n#include "base/base.h"\n\nint base_add(int n)\n{\n    return n + 1;\n}\n' \
        >"$tree/src/base/add.c"
}

# library ROOM: compiles src/ROOM/*.c of the tree into the library that a build would leave.
library() {
    local source
    mkdir -p "$tree/build/src/lib$1.a.p"
    for source in "$tree/src/$1"/*.c; do
        gcc -std=c11 -D_GNU_SOURCE -O1 -fPIC -I"$tree/src" -c "$source" \
            -o "$tree/build/src/lib$1.a.p/$(basename "$source").o" || return
    done
    rm -f "$tree/build/src/lib$1.a"
    ar rcs "$tree/build/src/lib$1.a" "$tree/build/src/lib$1.a.p"/*.o
}

tell() {
    count=$((count + 1))
    echo "$1 $count - $2"
    [ "$1" = ok ] || { failures=1; printf '%s\n' "$output" | sed 's/^/# /'; }
}

# passes NAME COMMAND...
passes() {
    local name=$1
    shift
    if output=$(ROOT=$tree "$@" 2>&1); then tell ok "$name"; else tell 'not ok' "$name"; fi
}

# refuses NAME PATTERN COMMAND...: the command fails and says something that matches.
refuses() {
    local name=$1 pattern=$2
    shift 2
    if output=$(ROOT=$tree "$@" 2>&1); then
        tell 'not ok' "$name (was let through)"
    elif ! grep -qE "$pattern" <<<"$output"; then
        tell 'not ok' "$name (failed without saying $pattern)"
    else
        tell ok "$name"
    fi
}

finish() {
    exit $failures
}
