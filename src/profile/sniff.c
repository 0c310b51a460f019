/* sniff.c: what bytes look like, so that "not a profile" can say what it is instead. */
#include "profile/profile_int.h"

struct signature {
    const char *bytes;
    size_t len;
    enum sniff_kind kind;
    const char *what;
    bool binary; /* else white space may come before it, and all must be plain text */
};
#define TEXT(literal, kind, what) {(literal), sizeof(literal) - 1, (kind), (what), false}
#define BINARY(literal, what) {(literal), sizeof(literal) - 1, SNIFF_FOREIGN, (what), true}

/* The first that fits wins. Profiles' own first lines: runtime/pprof/pprof.go (Go), and
 * google/pprof profile/legacy_profile.go for the others. */
static const struct signature signatures[] = {
    TEXT("heap profile:", SNIFF_HEAP_TEXT, "a heap profile in text form"),
    TEXT("--- mutex:", SNIFF_CONTENTION_TEXT, "a mutex profile in text form"),
    TEXT("--- contention", SNIFF_CONTENTION_TEXT, "a contention profile in text form"),
    TEXT("--- threadz ", SNIFF_THREAD_TEXT, "a thread profile in text form"),
    TEXT("--- Thread ", SNIFF_THREAD_TEXT, "a thread profile in text form"),
    TEXT("--- heapz 1 ---", SNIFF_JAVA_TEXT, "a Java heap profile in text form"),
    TEXT("goroutine ", SNIFF_FOREIGN, "a goroutine dump (debug=2 or a panic)"),
    BINARY("\x7f" "ELF", "an ELF executable"),
    BINARY("\xcf\xfa\xed\xfe", "a Mach-O executable"),
    BINARY("MZ", "a Windows executable"),
    BINARY("PERFILE2", "a perf.data file"),
    BINARY("PK\x03\x04", "a zip file"),
    BINARY("\xfd" "7zXZ", "an xz file"),
    BINARY("BZh", "a bzip2 file"),
    BINARY("\x89PNG", "a PNG picture"),
    TEXT("%PDF", SNIFF_FOREIGN, "a PDF document"),
    BINARY("JAVA PROFILE 1.0", "a Java heap dump"),
    BINARY("go1.", "a Go heap dump or execution trace"),
    BINARY("go 1.", "a Go execution trace"),
    TEXT("<!doctype html", SNIFF_FOREIGN, "an HTML page"),
    TEXT("<html", SNIFF_FOREIGN, "an HTML page"),
    TEXT("<svg", SNIFF_FOREIGN, "an SVG picture"),
    TEXT("<?xml", SNIFF_FOREIGN, "an XML document"),
    TEXT("<", SNIFF_FOREIGN, "HTML or XML"),
    TEXT("{", SNIFF_FOREIGN, "JSON"),
    TEXT("[", SNIFF_FOREIGN, "JSON"),
};

enum { SNIFF_BYTES = 512, SNIPPET_BYTES = 80 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool starts_ignoring_case(struct str text, const char *prefix, size_t len)
{
    if (text.len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z' && prefix[i] >= 'a')
            c = (char)(c - 'A' + 'a');
        if (c != prefix[i])
            return false;
    }
    return true;
}

/* A protobuf of a profile has control bytes among its first few: the keys and lengths of its sample
 * types are such. */
static bool is_plain_text(struct str head)
{
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if ((c < 0x20 && !is_space((char)c)) || c == 0x7f || c >= 0xf5) /* never in UTF-8 */
            return false;
    }
    return head.len > 0;
}

/* "goroutine profile: total 6": the name may be one of the program's own (pprof.NewProfile). */
static bool is_count_profile(struct str text)
{
    struct str line = str_cut(&text, '\n');
    struct str name = str_cut(&line, ' ');
    return name.len && str_starts(line, STR("profile: total "));
}

/* Lines that any text profile that counts may begin with. */
static struct str skip_comments(struct str text)
{
    for (;;) {
        while (text.len && is_space(text.ptr[0]))
            text = str_skip(text, 1);
        if (!str_starts(text, STR("#")))
            return text;
        (void)str_cut(&text, '\n');
    }
}

/* Contention profiles of C++ and of Java begin with the same line; then only Java's has a format
 * and a resolution. */
static bool is_java_contention(struct str text)
{
    struct str line = str_trim(str_cut(&text, '\n'));
    if (!str_is(line, "--- contentionz 1 ---"))
        return false;
    while (text.ptr) {
        line = str_cut(&text, '\n');
        struct str value = line, key = str_trim(str_cut(&value, '='));
        if (key.len && !value.ptr)
            return false;
        if (str_is(key, "format") || str_is(key, "resolution"))
            return true;
    }
    return false;
}

static enum sniff_kind sniff_text(struct str text, const char **what)
{
    if (is_count_profile(skip_comments(text))) {
        *what = "a profile that counts, in text form";
        return SNIFF_COUNT_TEXT;
    }
    if (is_java_contention(text)) {
        *what = "a Java contention profile in text form";
        return SNIFF_JAVA_TEXT;
    }
    return SNIFF_FOREIGN;
}

enum sniff_kind profile_sniff(struct str bytes, const char **what)
{
    struct str head = str_slice(bytes, 0, SNIFF_BYTES);
    struct str text = head;
    while (text.len && is_space(text.ptr[0]))
        text = str_skip(text, 1);
    bool plain = is_plain_text(head);
    if (cpu_is_profile(bytes)) {
        *what = "a CPU profile of gperftools";
        return SNIFF_CPU;
    }
    enum sniff_kind kind = plain ? sniff_text(text, what) : SNIFF_FOREIGN;
    if (kind != SNIFF_FOREIGN)
        return kind;
    if (str_starts(skip_comments(text), STR("--- Thread")) ||
        str_starts(skip_comments(text), STR("--- thread")))
        text = skip_comments(text);
    for (size_t i = 0; i < COUNT_OF(signatures); i++) {
        const struct signature *signature = &signatures[i];
        if (!signature->binary && !plain)
            continue;
        if (!starts_ignoring_case(signature->binary ? head : text, signature->bytes,
                                  signature->len))
            continue;
        *what = signature->what;
        return signature->kind;
    }
    *what = plain ? "some other text" : "unknown";
    return plain ? SNIFF_FOREIGN : SNIFF_PROTOBUF;
}

void profile_snippet(struct str bytes, char *text, size_t cap)
{
    size_t len = 0;
    bool space = true; /* runs of white space become one blank, at the beginning none */
    struct str head = str_slice(bytes, 0, SNIFF_BYTES);
    size_t max = cap - 1 < SNIPPET_BYTES ? cap - 1 : SNIPPET_BYTES;
    for (size_t i = 0; i < head.len && len < max; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        bool blank = is_space((char)c);
        if (!blank || !space)
            text[len++] = blank ? ' ' : c < 0x20 || c >= 0x7f ? '?' : (char)c;
        space = blank;
    }
    text[len] = '\0';
}
