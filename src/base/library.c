/* library.c: what only one verb needs is loaded when that verb uses it, so that a sidecar of a few
 * MB does not carry the TLS, Kerberos and LDAP that libcurl brings along. */
#include "base_int.h"

#include <dlfcn.h>
#include <string.h>

static bool find_functions(void *handle, const struct library_function *functions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (!function)
            return false;
        /* A pointer to data becomes one to a function, as POSIX's dlsym has it. */
        memcpy(functions[i].target, &function, sizeof(function));
    }
    return true;
}

void *library_open(const char *const *names, size_t name_count,
                   const struct library_function *functions, size_t function_count)
{
    void *handle = NULL;
    for (size_t i = 0; i < name_count && !handle; i++)
        handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (handle && !find_functions(handle, functions, function_count)) {
        library_close(handle);
        handle = NULL;
    }
    return handle;
}

void library_close(void *handle)
{
    if (handle)
        dlclose(handle);
}
