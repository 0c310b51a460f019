/* demangle.h: functions of C++ and Rust by the names people gave them, from those that symbol
 * tables have. */
#ifndef UNHEAP_DEMANGLE_H
#define UNHEAP_DEMANGLE_H

#include "base/base.h"

/* How much of the name is wanted. */
enum demangle_detail {
    DEMANGLE_NAME,      /* without parameters and template arguments: "std::sort" */
    DEMANGLE_TEMPLATES, /* without parameters: "std::sort<int*>" */
    DEMANGLE_FULL,      /* all but what marks a copy that the compiler made */
};

/* Appends the name. False, and nothing is appended, when the text is no mangled name, when it is
 * longer than LIMIT_MANGLED_BYTES, when the name would be longer than LIMIT_DEMANGLED_BYTES (names
 * repeat their parts: it may double with every few letters), or where the program was built without
 * a library that knows. */
bool demangle_name(struct str mangled, enum demangle_detail detail, struct sb *out);

#endif
