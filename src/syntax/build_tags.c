/* Which files belong to a build for linux/amd64.
 *
 * go/build, Context.goodOSArchFile and matchTag; the known names are those of internal/syslist.
 * Tags that only the user's command line knows are taken as absent; cgo depends on the machine. */
#include "types_int.h"

static const char *const known_systems[] = {
    "aix",    "android", "darwin",  "dragonfly", "freebsd", "hurd",   "illumos", "ios",     "js",
    "linux",  "nacl",    "netbsd",  "openbsd",   "plan9",   "solaris", "wasip1",  "windows", "zos",
};
static const char *const known_processors[] = {
    "386",      "amd64",     "amd64p32",    "arm",   "armbe",   "arm64",   "arm64be", "loong64",
    "mips",     "mipsle",    "mips64",      "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64",
    "ppc64le",  "riscv",     "riscv64",     "s390",  "s390x",   "sparc",   "sparc64", "wasm",
};

static bool is_in(struct str text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(text, names[i]))
            return true;
    }
    return false;
}

/* The part of name after its last underscore; *name keeps what is before. */
static struct str cut_last(struct str *name)
{
    ptrdiff_t at = str_find_last(*name, '_');
    if (at < 0)
        return STR_NONE;
    struct str last = str_skip(*name, (size_t)at + 1);
    *name = str_slice(*name, 0, (size_t)at);
    return last;
}

bool build_takes_name(struct str name)
{
    if (!str_ends(name, STR(".go")) || str_ends(name, STR("_test.go")) || name.ptr[0] == '_' ||
        name.ptr[0] == '.')
        return false;
    name = str_slice(name, 0, (size_t)str_find_char(name, '.'));
    struct str last = cut_last(&name);
    if (is_in(last, known_systems, COUNT_OF(known_systems)))
        return str_is(last, "linux");
    if (!is_in(last, known_processors, COUNT_OF(known_processors)))
        return true;
    struct str system = cut_last(&name);
    bool other_system = is_in(system, known_systems, COUNT_OF(known_systems)) &&
                        !str_is(system, "linux");
    return str_is(last, "amd64") && !other_system;
}

/* ---- //go:build ---- */

struct constraint {
    struct str rest;
    int depth;
};

static enum build_answer tag_answer(struct str tag)
{
    static const char *const yes[] = {"linux", "amd64", "unix", "gc", "goexperiment.regabiwrappers",
                                      "goexperiment.regabiargs", "amd64.v1"};
    if (is_in(tag, yes, COUNT_OF(yes)) || str_starts(tag, STR("go1.")))
        return BUILD_YES;
    if (str_is(tag, "goexperiment.staticlockranking"))
        return BUILD_NO; /* for work on the runtime itself */
    if (str_is(tag, "cgo") || str_starts(tag, STR("goexperiment.")))
        return BUILD_MAYBE;
    return BUILD_NO;
}

static void skip_blanks(struct constraint *constraint)
{
    while (constraint->rest.len > 0 &&
           (constraint->rest.ptr[0] == ' ' || constraint->rest.ptr[0] == '\t'))
        constraint->rest = str_skip(constraint->rest, 1);
}

static bool take(struct constraint *constraint, struct str text)
{
    skip_blanks(constraint);
    if (!str_starts(constraint->rest, text))
        return false;
    constraint->rest = str_skip(constraint->rest, text.len);
    return true;
}

static struct str take_tag(struct constraint *constraint)
{
    skip_blanks(constraint);
    size_t len = 0;
    while (len < constraint->rest.len && !strchr(" \t()!&|", constraint->rest.ptr[len]))
        len++;
    struct str tag = str_slice(constraint->rest, 0, len);
    constraint->rest = str_skip(constraint->rest, len);
    return tag;
}

static enum build_answer any_of(struct constraint *constraint);

/* not = [ "!" ] ( tag | "(" or ")" ) */
static enum build_answer negated(struct constraint *constraint)
{
    bool inverted = false;
    while (take(constraint, STR("!")))
        inverted = !inverted;
    enum build_answer answer;
    if (take(constraint, STR("("))) {
        if (++constraint->depth > LIMIT_SYNTAX_DEPTH)
            return BUILD_MAYBE;
        answer = any_of(constraint);
        take(constraint, STR(")"));
        constraint->depth--;
    } else {
        answer = tag_answer(take_tag(constraint));
    }
    return inverted ? (enum build_answer)(BUILD_YES - answer) : answer;
}

/* and = not { "&&" not } */
static enum build_answer all_of(struct constraint *constraint)
{
    enum build_answer answer = negated(constraint);
    while (take(constraint, STR("&&"))) {
        enum build_answer next = negated(constraint);
        answer = next < answer ? next : answer;
    }
    return answer;
}

/* or = and { "||" and } */
static enum build_answer any_of(struct constraint *constraint)
{
    enum build_answer answer = all_of(constraint);
    while (take(constraint, STR("||"))) {
        enum build_answer next = all_of(constraint);
        answer = next > answer ? next : answer;
    }
    return answer;
}

enum build_answer build_takes_text(struct str text)
{
    static const struct str mark = {"//go:build ", 11};
    bool in_comment = false;
    while (text.ptr) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (in_comment || str_starts(line, STR("/*"))) {
            in_comment = str_find(line, STR("*/")) < 0;
            continue;
        }
        if (str_starts(line, mark)) {
            struct constraint constraint = {str_skip(line, mark.len), 0};
            return any_of(&constraint);
        }
        if (line.len > 0 && !str_starts(line, STR("//")))
            break;
    }
    return BUILD_YES;
}
