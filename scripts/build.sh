#!/usr/bin/env bash
# build.sh DIR [MESON OPTION...]: brings the build folder DIR up to date.
#
# Options are applied when the folder is new or was last set up with others; without options an
# existing folder keeps what it has. Says little unless something fails.
set -u
cd "$(dirname "$0")/.." || exit 1
dir=$1
shift

log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() {
    "$@" >"$log" 2>&1 || {
        grep -vE "^\[[0-9]+/[0-9]+\] " "$log" >&2
        exit 1
    }
}

if [ ! -f "$dir/build.ninja" ]; then
    quietly meson setup "$dir" "$@"
    echo "$*" >"$dir/.options"
elif [ $# -gt 0 ] && [ "$*" != "$(cat "$dir/.options" 2>/dev/null)" ]; then
    quietly meson setup --reconfigure "$dir" "$@"
    echo "$*" >"$dir/.options"
fi

# Ninja's own progress goes to a terminal; elsewhere one line says what was done.
if [ -t 1 ]; then
    exec ninja -C "$dir"
fi
quietly ninja -C "$dir"
grep -E 'warning:' "$log" >&2
echo "built $dir: $(tail -n 1 "$log")"
