#!/usr/bin/env bash
# check-text.sh: the written form. C files: at most 100 columns and 1,000 lines, no tabs, a purpose
# comment at the top, no banned functions. All files: no trailing blanks, no carriage returns, a
# newline at the end, no marks of unfinished work, no paths of a developer's machine.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
max_columns=100
max_lines=1000
found=$(mktemp)
trap 'rm -f "$found"' EXIT

mapfile -t c_files < <(find src test bench -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
mapfile -t texts < <(find . -path ./.git -prune -o -path "./build*" -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.md' -o -name meson.build -o -name Makefile \
    -o -path ./.ci/run \) -print | LC_ALL=C sort)

# Columns are characters: bytes without the continuation bytes of UTF-8.
LC_ALL=C awk -v max="$max_columns" '
    { n = $0; gsub(/[\200-\277]/, "", n) }
    length(n) > max { print FILENAME ":" FNR ": " length(n) " columns, at most " max }
    /\t/ { print FILENAME ":" FNR ": a tab" }
    FNR == 1 && !/^\/[*\/]/ { print FILENAME ":1: no purpose comment at the top" }
' "${c_files[@]}" >>"$found"

awk -v max="$max_lines" '
    FNR == 1 && file { if (lines > max) print file ":1: " lines " lines, at most " max }
    { file = FILENAME; lines = FNR }
    END { if (lines > max) print file ":1: " lines " lines, at most " max }
' "${c_files[@]}" >>"$found"

# Functions that write without knowing how much room there is, keep hidden state, or cannot say
# that a number is none.
banned='strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|gets|atoi|atol|atoll|atof|alloca'
for file in "${c_files[@]}"; do
    awk -f scripts/strip-c.awk "$file" |
        grep -nE "(^|[^A-Za-z0-9_])($banned) *\(" | sed "s|^\([0-9]*\):.*|$file:\1: a banned function|"
done >>"$found"

mark='TO''DO|FIX''ME|XX''X'
home='(^|[^A-Za-z0-9_}])/(ho''me/[a-z]|ro''ot/|tm''p/w/|wo''rk/)'
grep -nE '[[:blank:]]+$' "${texts[@]}" | sed 's/^\([^:]*:[0-9]*\):.*/\1: blanks at the end/' >>"$found"
grep -n $'\r' "${texts[@]}" | sed 's/^\([^:]*:[0-9]*\):.*/\1: a carriage return/' >>"$found"
grep -nwE "$mark" "${texts[@]}" | sed 's/^\([^:]*:[0-9]*\):.*/\1: unfinished work/' >>"$found"
grep -nE "$home" "${texts[@]}" | sed 's/^\([^:]*:[0-9]*\):.*/\1: a path of this machine/' >>"$found"
for file in "${texts[@]}"; do
    [ -z "$(tail -c 1 "$file")" ] || echo "$file:1: no newline at the end"
done >>"$found"

cat "$found"
echo "text: ${#c_files[@]} C files, ${#texts[@]} files in all, $(wc -l <"$found") findings"
[ ! -s "$found" ]
