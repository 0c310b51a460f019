/* profile_dump.c: prints what unheap reads from profiles, for test/oracle/profile_pprof.sh.
 *
 *   oracle_profile_dump [-base FILE] SOURCE...
 *
 * Exit code 1 and the diagnostics on standard error when that does not work. */
#include <stdio.h>
#include <stdlib.h>

#include "profile/profile.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    exit(1);
}

static int print_diagnostics(const struct memory *memory, const struct diag_sink *sink)
{
    struct sb text;
    sb_init(&text, memory);
    for (size_t i = 0; i < diag_count(sink); i++)
        diag_format(diag_at(sink, i), &text);
    fwrite(text.text, 1, text.len, stderr);
    sb_release(&text);
    return 1;
}

static void print_profile(const struct memory *memory, const struct profile *profile)
{
    struct sb text;
    sb_init(&text, memory);
    profile_dump(profile, &text);
    fwrite(text.text, 1, text.len, stdout);
    sb_release(&text);
}

static enum status subtract(const char *path, const struct memory *memory, struct diag_sink *sink,
                            struct profile *profile)
{
    struct profile *base;
    enum status status = profile_read(&path, 1, NULL, memory, sink, &base);
    if (!status)
        status = profile_subtract(profile, base, sink);
    profile_free(base);
    return status;
}

int main(int argc, char **argv)
{
    struct memory memory = {.exhausted = exhausted};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct profile *profile = NULL;
    const char *base = NULL;
    int first = 1;
    if (argc > 2 && !strcmp(argv[1], "-base")) {
        base = argv[2];
        first = 3;
    }
    if (first >= argc) {
        fprintf(stderr, "usage: profile_dump [-base FILE] SOURCE...\n");
        return 2;
    }
    const char *const *sources = (const char *const *)argv + first;
    enum status status =
        profile_read(sources, (size_t)(argc - first), NULL, &memory, sink, &profile);
    if (!status && base)
        status = subtract(base, &memory, sink, profile);
    if (status)
        print_diagnostics(&memory, sink);
    else
        print_profile(&memory, profile);
    profile_free(profile);
    diag_sink_free(sink);
    return status ? 1 : 0;
}
