#!/usr/bin/env bash
# The checks that read symbol tables, and the header check, refuse what they are there to refuse.
# shellcheck source=test/house/helpers.bash
. "$ROOT/test/house/helpers.bash"
layers="$tree/scripts/check-layers.sh build"
globals="$tree/scripts/check-globals.sh build"
symbols="$tree/scripts/check-symbols.sh build"
cycles="$tree/scripts/check-cycles.sh build"
headers=$tree/scripts/check-headers.sh

# room NAME TEXT: a clean tree and one more room with one C file of this content (printf escapes).
room() {
    plant
    mkdir -p "$tree/src/$1"
    printf "$2" >"$tree/src/$1/more.c"
    library base
    library "$1"
}

room profile '#include "base/base.h"\nint profile_x(void);\nint profile_x(void) { return base_add(1); }\n'
passes "a room may use base" $layers
passes "functions without globals" $globals
refuses "an extern function that nobody uses" 'profile_x is used by no other file' $symbols

room profile 'int base_private(void);\nint profile_x(void) { return base_private(); }\n'
mkdir -p "$tree/src/syntax"
printf 'int base_private(void) { return 1; }\n' >"$tree/src/syntax/more.c"
library syntax
refuses "a sibling's function" 'src/profile: more.c.o: uses base_private of syntax' $layers
room profile 'int profile_x(void) { return 1; }\n'
printf 'int profile_x(void);\nint base_y(void) { return profile_x(); }\n' >"$tree/src/base/up.c"
library base
refuses "a function of a room above" 'src/base: up.c.o: uses profile_x of profile' $layers
room attic 'int attic;\n'
refuses "a room that is not in the table" 'src/attic: .*not a room' $layers
room profile '#include "base/base_int.h"\n' 2>/dev/null
touch "$tree/src/base/base_int.h"
refuses "another room's private header" 'more.c:1: may not include base/base_int.h' $layers
room profile '#include "base/base.h"\n'
mkdir -p "$tree/src/syntax"
touch "$tree/src/syntax/syntax.h"
echo '#include "syntax/syntax.h"' >>"$tree/src/profile/more.c"
refuses "a sibling's header" 'more.c:2: may not include syntax/syntax.h' $layers

room profile '#include <stdlib.h>\nvoid *profile_x(void) { return malloc(9); }\n'
refuses "malloc outside base" 'calls malloc: memory comes from base' $layers
room cmd '#include <stdlib.h>\nvoid cmd_x(void *p) { free(p); }\n'
refuses "free in cmd" 'src/cmd: .*calls free' $layers
room profile '#include <stdio.h>\nvoid profile_x(void) { fprintf(stderr, "%%d", 1); }\n'
refuses "printing below cmd" 'calls stderr: only cmd prints' $layers
room profile '#include <stdlib.h>\nvoid profile_x(void) { exit(1); }\n'
refuses "exit below cmd" 'calls exit: only cmd ends' $layers
room base '#include <stdlib.h>\nvoid base_x(void) { abort(); }\n'
refuses "abort in base outside BUG" 'calls abort' $layers
room base '#include <stdio.h>\n#include <stdlib.h>\nvoid bug_at(void) { fputs("x", stderr); abort(); }\n'
passes "BUG says where and aborts" $layers
room cmd '#include <stdio.h>\n#include <stdlib.h>\nvoid cmd_x(void) { puts("x"); exit(2); }\n'
passes "cmd prints and exits" $layers

room profile 'int profile_x(void) { static int n; return n++; }\n'
refuses "a function static" 'writable n\.' $globals
room profile 'const char *profile_names[] = {"a"};\n'
refuses "a table of writable pointers" 'writable profile_names' $globals
room profile 'static _Thread_local int n;\nint profile_x(void) { return n++; }\n'
refuses "a thread-local" 'writable n' $globals
room profile 'const char *const profile_names[] = {"a"};\nconst int profile_sizes[] = {1};\n'
passes "constant tables" $globals
room cmd 'int cmd_x;\n'
passes "cmd may have globals" $globals

room profile 'int profile_x(void) { return 1; }\n'
printf 'int profile_x(void);\nint profile_y(void);\nint profile_y(void) { return profile_x(); }\n' \
    >"$tree/src/profile/other.c"
mkdir -p "$tree/build/unheap.p"
printf 'int profile_y(void);\nint main(void) { return profile_y(); }\n' >"$tree/main.c"
gcc -c "$tree/main.c" -o "$tree/build/unheap.p/main.o"
rm "$tree/build/src/libbase.a.p/add.c.o"
library profile
passes "extern functions that others use" $symbols

# ring N: a room of N files, each of which calls the next, the last the first.
ring() {
    plant
    mkdir -p "$tree/src/profile"
    for i in $(seq "$1"); do
        printf 'int ring_%d(void);\nint ring_%d(void);\nint ring_%d(void) { return ring_%d(); }\n' \
            "$i" $((i % $1 + 1)) "$i" $((i % $1 + 1)) >"$tree/src/profile/f$i.c"
    done
    library profile
}
ring 5
refuses "five files in a circle" 'profile: 5 of 5 files' $cycles
ring 2
passes "two files that need each other" $cycles

plant
passes "a header that compiles alone" $headers
printf '/* x */\n#ifndef A_H\n#define A_H\n/* a */\nint f(size_t n);\n#endif\n' >"$tree/src/base/more.h"
refuses "a header that needs another" 'size_t' $headers
printf '/* A table. */\nX(ONE, "one")\n' >"$tree/src/base/more.h"
passes "a table of X macros" $headers
finish
