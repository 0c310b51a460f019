/* witness.c: what verbs that ask the compiler need: asking it, where sources may lie, and whether
 * test files are to be analysed too. */
#include "cmd.h"

#include "compiler/compiler.h"
#include "profile/profile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum status cmd_compiler(struct cmd *cmd, const char *diagnostics,
                         const struct compiler_request *request, struct compiler **compiler)
{
    enum status status =
        diagnostics ? compiler_read(diagnostics, request, cmd->workers, &cmd->memory, cmd->sink,
                                    compiler)
                    : compiler_run(request, cmd->workers, &cmd->memory, cmd->sink, compiler);
    cmd_progress_wipe(cmd);
    return status;
}

bool cmd_names_tests(const struct profile *profile)
{
    for (size_t i = 0; i < profile->functions.len; i++)
        if (str_ends(profile_string(profile, profile->functions.at[i].file), STR("_test.go")))
            return true;
    return false;
}

const char *cmd_find_goroot(char *room, size_t size)
{
    const char *goroot = getenv("GOROOT");
    if (goroot)
        return goroot;
    struct str path = str_from(getenv("PATH"));
    while (path.ptr) {
        struct str dir = str_cut(&path, ':');
        char command[PATH_MAX], real[PATH_MAX];
        snprintf(command, sizeof(command), "%.*s/go", STR_ARGS(dir));
        if (access(command, X_OK) != 0 || !realpath(command, real))
            continue;
        struct str bin = str_dir_name(str_from(real));
        snprintf(room, size, "%.*s", STR_ARGS(str_dir_name(bin)));
        return room;
    }
    return dir_exists("/usr/local/go/src") ? "/usr/local/go" : NULL;
}

const char *cmd_find_modcache(char *room, size_t size)
{
    const char *modcache = getenv("GOMODCACHE"), *gopath = getenv("GOPATH"), *home = getenv("HOME");
    if (modcache)
        return modcache;
    if (!gopath && !home)
        return NULL;
    snprintf(room, size, "%s%s/pkg/mod", gopath ? gopath : home, gopath ? "" : "/go");
    return room;
}
