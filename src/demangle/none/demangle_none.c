/* demangle_none.c: where there is no libiberty, mangled names stay as they are. */
#include "demangle/demangle.h"

bool demangle_name(struct str mangled, enum demangle_detail detail, struct sb *out)
{
    (void)mangled;
    (void)detail;
    (void)out;
    return false;
}
