#!/usr/bin/env bash
# list-sources.sh [--check]: keeps the file lists in src/*/meson.build and test/*/meson.build in step
# with the folders. Meson wants lists that are written out; people forget to write them out.
#
# Rewrites the list `name = files(...)` where it stands and leaves the rest of the file alone. With
# --check it only says which files would change, and fails if there are any.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
check=${1:-}
stale=0

# list NAME FILE...: the Meson text of a list.
list() {
    local name=$1 file
    shift
    if [ $# -eq 0 ]; then
        echo "$name = []"
        return
    fi
    echo "$name = files("
    for file; do echo "  '$(basename "$file")',"; done
    echo ")"
}

# put DIR NAME FILE...: replaces or appends that list in DIR/meson.build.
put() {
    local target=$1/meson.build name=$2 text new
    shift 2
    text=$(list "$name" "$@")
    new=$(
        { [ ! -f "$target" ] || cat "$target"; } | TEXT=$text awk -v name="$name" '
            $1 == name && $2 == "=" && !done { print ENVIRON["TEXT"]; done = 1; skipping = !/\[\]|\)$/ }
            skipping { if (/^\)/) skipping = 0; next }
            $1 == name && $2 == "=" { next }
            { print }
            END { if (!done) print ENVIRON["TEXT"] }'
    )
    [ "$new" = "$(cat "$target" 2>/dev/null)" ] && return
    if [ "$check" = --check ]; then
        echo "$target: the list '$name' is not in step with the folder; run make sources"
        stale=1
    else
        echo "$new" >"$target"
    fi
}

# c_files DIR PATTERN [OTHER FIND TESTS]: sorted, one a line.
c_files() {
    local dir=$1 pattern=$2
    shift 2
    find "$dir" -maxdepth 1 -name "$pattern" "$@" | LC_ALL=C sort
}

for dir in src/*/; do
    dir=${dir%/}
    mapfile -t files < <(c_files "$dir" '*.c' ! -name main.c)
    [ ${#files[@]} -eq 0 ] || put "$dir" sources "${files[@]}"
done

for dir in test/*/; do
    dir=${dir%/}
    [ -d "src/${dir#test/}" ] || continue
    mapfile -t files < <(c_files "$dir" 'test_*.c')
    [ ${#files[@]} -eq 0 ] || put "$dir" programs "${files[@]}"
    mapfile -t files < <(c_files "$dir" '*.c' ! -name 'test_*.c')
    [ ! -f "$dir/meson.build" ] || put "$dir" helpers ${files[@]+"${files[@]}"}
done

mapfile -t files < <(c_files test/fuzz 'fuzz_*.c')
put test/fuzz targets ${files[@]+"${files[@]}"}
mapfile -t files < <(c_files test/fuzz '*.c' ! -name 'fuzz_*.c')
put test/fuzz replay ${files[@]+"${files[@]}"}

if [ -d test/oracle ]; then
    mapfile -t files < <(c_files test/oracle '*.c')
    put test/oracle programs ${files[@]+"${files[@]}"}
fi

exit $stale
