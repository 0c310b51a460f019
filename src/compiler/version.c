/* version: which compiler printed a text. */
#include "compiler/compiler_int.h"

enum { OLDEST_MINOR = 21 };

/* Toolchains that the go command fetched lie in the module cache under their version
 * (golang.org/toolchain@v0.0.1-go1.24.1.linux-amd64). */
static struct str version_of_path(struct str path)
{
    static const char mark[] = "golang.org/toolchain@v0.0.1-go";
    ptrdiff_t at = str_find(path, STR(mark));
    if (at < 0)
        return STR_NONE;
    struct str rest = str_skip(path, (size_t)at + sizeof(mark) - 3);
    size_t len = 2;
    while (len < rest.len && (memchr(".0123456789", rest.ptr[len], 11) ||
                              str_starts(str_skip(rest, len), STR("rc"))))
        len += rest.ptr[len] == 'r' ? 2 : 1;
    struct str version = str_slice(rest, 0, len);
    return str_ends(version, STR(".")) ? str_slice(version, 0, len - 1) : version;
}

static struct str version_of_paths(const struct compiler *compiler)
{
    for (size_t id = 1; id < compiler->strings.len; id++) {
        struct str text = compiler_str(compiler, (uint32_t)id);
        if (text.ptr[0] != '/' && (text.len < 2 || text.ptr[1] != ':'))
            continue;
        struct str version = version_of_path(text);
        if (version.len)
            return version;
    }
    return STR_NONE;
}

void compiler_version_from_text(struct compiler *compiler, unsigned since, unsigned until)
{
    if (compiler->go_version.len) /* logs tell it */
        return;
    struct str version = version_of_paths(compiler);
    struct sb text;
    sb_init(&text, compiler->memory);
    unsigned from = since > OLDEST_MINOR ? since : OLDEST_MINOR;
    if (version.len)
        sb_add(&text, version);
    else if (until == UINT32_MAX)
        sb_addf(&text, "go1.%u or newer", from);
    else if (since <= OLDEST_MINOR)
        sb_addf(&text, "go1.%u or older", until);
    else
        sb_addf(&text, "go1.%u to go1.%u", from, until);
    compiler->go_version = str_copy(&compiler->arena, sb_str(&text));
    sb_release(&text);
}
