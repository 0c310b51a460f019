/* bug.c: the end of the program when an invariant is broken.
 *
 * The only place of this room that writes to standard error: nothing above can be trusted with it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

void bug_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "unheap: bug: %s:%d: %s\n", file, line, what);
    abort();
}
