/* Runs a fuzz target once over each file named on the command line and prints one TAP line a file.
 *
 * Linked to the targets where libFuzzer is not: so every seed, and every input that once made a
 * target fail, is an ordinary test case in every build. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The whole file in memory of exactly its size, so that a read past its end is seen by ASan. */
static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return NULL;
    size_t cap = 1 << 16, len = 0, got;
    uint8_t *bytes = malloc(cap);
    while (bytes != NULL && (got = fread(bytes + len, 1, cap - len, in)) > 0) {
        len += got;
        if (len == cap)
            bytes = realloc(bytes, cap *= 2);
    }
    fclose(in);
    *size = len;
    uint8_t *exact = bytes == NULL ? NULL : realloc(bytes, len > 0 ? len : 1);
    return exact;
}

int main(int argc, char **argv)
{
    int failures = 0;
    for (int i = 1; i < argc; i++) {
        size_t size = 0;
        uint8_t *bytes = read_whole(argv[i], &size);
        if (bytes != NULL)
            LLVMFuzzerTestOneInput(bytes, size);
        else
            failures++;
        printf("%s %d - %s\n", bytes != NULL ? "ok" : "not ok", i, argv[i]);
        fflush(stdout);
        free(bytes);
    }
    return failures > 0;
}
