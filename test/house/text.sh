#!/usr/bin/env bash
# check-text.sh, check-docs.sh, check-size.sh and check-limits.sh refuse what they are there to refuse.
# shellcheck source=test/house/helpers.bash
. "$ROOT/test/house/helpers.bash"
text=$tree/scripts/check-text.sh
docs=$tree/scripts/check-docs.sh
size=$tree/scripts/check-size.sh

# add TEXT: a clean tree with one more C file of this content (printf escapes).
add() {
    plant
    printf "$1" >"$tree/src/base/more.c"
}

# body LINES: a function of that many lines.
body() {
    printf 'int long_one(int n)\n{\n'
    for _ in $(seq $(($1 - 4))); do echo '    n++;'; done
    printf '    return n;\n}\n'
}

plant
passes "a clean tree passes the text check" "$text"
passes "a clean tree passes the docs check" "$docs"
passes "a clean tree passes the size check" "$size"

add '/* x */\n\tint a;\n'
refuses "a tab" 'more.c:2: a tab' "$text"
add "/* x */\n/* $(printf '%0100d' 0) */\n"
refuses "a line of 106 columns" 'more.c:2: 106 columns' "$text"
add "/* x */\n/* $(printf 'é%.0s' $(seq 90)) */\n"
passes "90 two-byte letters are 90 columns" "$text"
add 'int a;\n'
refuses "no purpose comment" 'more.c:1: no purpose' "$text"
add '/* x */\nvoid f(char *a, const char *b);\nvoid f(char *a, const char *b)\n{\n    strcpy (a, b);\n}\n'
refuses "a banned function" 'more.c:5: a banned' "$text"
add '/* strcpy(a, b) */\nconst char *a = "strcpy(a, b)";\n'
passes "a banned name in a comment or a string" "$text"
add '/* x */\nint a; \n'
refuses "blanks at the end" 'more.c:2: blanks' "$text"
add '/* TO''DO: x */\n'
refuses "a mark of unfinished work" 'more.c:1: unfinished' "$text"
add '/* /ho''me/someone/x */\n'
refuses "a path of a machine" 'more.c:1: a path' "$text"
add '/* x */\nint a;'
refuses "no newline at the end" 'more.c:1: no newline' "$text"
add "/* x */\n$(printf '\\n%.0s' $(seq 1001))"
refuses "a file of over 1,000 lines" '1002 lines, at most 1000' "$text"

plant
printf '/* x */\n#ifndef A_H\n\nint a(void);\n\nint b(void);\n#endif\n' >"$tree/src/base/more.h"
refuses "prototypes without comments" 'more.h:4: a has no comment' "$docs"
printf '/* x */\n#ifndef A_H\n\n/* Both. */\nint a(void);\nint b(int x,\n      int y);\n\nint c(void); /* c */\n#endif\n' \
    >"$tree/src/base/more.h"
passes "a comment above the paragraph, or on the line" "$docs"

# As many ceilings without a test as may wait, and the given one.
most=$(sed -n 's/^most=\([0-9]*\).*/\1/p' "$ROOT/scripts/check-limits.sh")
limits() {
    plant
    { seq -f '#define LIMIT_OLD_%g 1' "$most" && echo "$1"; } >"$tree/src/base/limits.h"
    echo "$2" >"$tree/test/test_x.c"
}
limits=$tree/scripts/check-limits.sh
limits '#define LIMIT_NEW 5' '/* LIMIT_NEW is reached */'
passes "a ceiling that a test names" "$limits"
limits '#define LIMIT_BINARY_NEW 5' '{BINARY_LIMIT_NEW, 1, 0},'
passes "one of executables" "$limits"
limits '#define LIMIT_NEW 5' '/* LIMIT_NEWER */'
refuses "one that no test names" 'no test names LIMIT_NEW' "$limits"

plant
body 101 >>"$tree/src/base/add.c"
refuses "a function of 101 lines" 'long_one\(\) has 101 lines' "$size"
echo "src/base/add.c:long_one because" >>"$tree/scripts/size-allow.txt"
refuses "an exception does not excuse the share over 60 lines" 'of the functions have over 60' "$size"
plant
echo "src/base/add.c:base_add because" >>"$tree/scripts/size-allow.txt"
refuses "an exception that is not needed" 'base_add needs no exception' "$size"
add "/* x */\nint f(int a)\n{\n    return $(printf 'a == 1 || %.0s' $(seq 20)) a;\n}\n"
refuses "complexity 21" 'f\(\) has complexity 21' "$size"
add '/* x */\nint f(int a, int b, int c, int d, int (*e)(int, int), int g, int h)\n{\n    return a;\n}\n'
refuses "7 parameters" 'f\(\) has 7 parameters' "$size"
plant
sed -i 's/    return/\n\n\n\n\n\n\n\n\n\n    return/' "$tree/src/base/add.c"
refuses "a median of over 12 lines" 'median function has 14 lines' "$size"
finish
