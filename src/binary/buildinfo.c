/* buildinfo.c: Go version, modules and settings, as `go version -m` shows them (debug/buildinfo and
 * cmd/link/internal/ld/data.go, buildinfo), and the build id (cmd/internal/buildid/note.go). */
#include "binary_int.h"

enum {
    HEADER_BYTES = 32,
    FLAG_INLINE_TEXTS = 2, /* Go 1.18: both texts follow the header */
    ALIGNMENT = 16,
    SENTINEL_BYTES = 16,   /* runtime/debug/mod.go: modinfo is framed by 16 bytes on each side */
    NOTE_GO_BUILDID = 4,
};
static const char magic[] = "\xff Go buildinf:";

static const unsigned char *search_segment(const struct segment *segment)
{
    const unsigned char *at = segment->bytes, *end = segment->bytes + segment->size;
    while (at && end - at >= HEADER_BYTES) {
        at = memmem(at, (size_t)(end - at), magic, sizeof(magic) - 1);
        if (!at)
            return NULL;
        if ((segment->address + (uint64_t)(at - segment->bytes)) % ALIGNMENT == 0 &&
            end - at >= HEADER_BYTES)
            return at;
        at++;
    }
    return NULL;
}

/* The header, and how many bytes there are from it on. */
static const unsigned char *find_header(const struct image *image, uint64_t *n)
{
    const struct section *section = image_section(image, ".go.buildinfo");
    const unsigned char *at = section ? image_rest(image, section->address, n) : NULL;
    if (at && *n >= HEADER_BYTES && memcmp(at, magic, sizeof(magic) - 1) == 0)
        return at;
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        at = segment->executable ? NULL : search_segment(segment);
        if (at) {
            *n = segment->size - (uint64_t)(at - segment->bytes);
            return at;
        }
    }
    return NULL;
}

static bool read_text(const unsigned char **at, const unsigned char *end, struct str *text)
{
    uint32_t len;
    if (!read_varint(at, end, &len) || len > (size_t)(end - *at))
        return false;
    *text = (struct str){(const char *)*at, len};
    *at += len;
    return true;
}

/* ---- the module lines: "path\tX", "mod\tPATH\tVERSION\tSUM", "dep\t...", "build\tK=V" ---- */

static struct str unquote(struct str value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        return str_slice(value, 1, value.len - 1);
    return value;
}

static void add_setting(struct binary *binary, struct str line)
{
    ptrdiff_t equals = str_find_char(line, '=');
    if (equals < 0)
        return;
    struct binary_setting setting = {.key = unquote(str_slice(line, 0, (size_t)equals)),
                                     .value = unquote(str_skip(line, (size_t)equals + 1))};
    if (str_is(setting.key, "GOOS"))
        binary->goos = setting.value;
    else if (str_is(setting.key, "GOARCH"))
        binary->goarch = setting.value;
    VEC_PUSH(binary->memory, &binary->settings, setting);
}

static void add_line(struct binary *binary, struct str line)
{
    struct str word = str_cut(&line, '\t');
    if (str_is(word, "path")) {
        binary->path = line;
    } else if (str_is(word, "build")) {
        add_setting(binary, line);
    } else if (str_is(word, "mod") || str_is(word, "dep")) {
        struct binary_setting module = {.key = str_cut(&line, '\t')};
        module.value = str_cut(&line, '\t');
        if (str_is(word, "mod"))
            binary->main_module = module.key;
        VEC_PUSH(binary->memory, &binary->modules, module);
    }
}

static void add_lines(const struct image *image, struct binary *binary, struct str text)
{
    if (text.len < 2 * SENTINEL_BYTES)
        return;
    text = str_copy(&binary->arena,
                    str_slice(text, SENTINEL_BYTES, text.len - SENTINEL_BYTES));
    for (size_t i = 0; text.ptr; i++) {
        struct str line = str_cut(&text, '\n');
        if (i < image->limits->max[BINARY_LIMIT_MODULES])
            add_line(binary, line);
        else
            limits_cut(image, BINARY_LIMIT_MODULES, 1);
    }
}

/* ---- the build id ---- */

static struct str id_of_note(const struct image *image)
{
    const struct section *section = image_section(image, ".note.go.buildid");
    const unsigned char *at =
        section && section->size >= 16 ? image_at(image, section->address, section->size) : NULL;
    if (!at || read_u32(at) != 4 || read_u32(at + 8) != NOTE_GO_BUILDID ||
        read_u32(at + 4) > section->size - 16)
        return STR_NONE;
    return (struct str){(const char *)at + 16, read_u32(at + 4)};
}

/* Linked by another linker: cmd/link puts it at the start of the code too. */
static struct str id_of_text(const struct image *image)
{
    static const char mark[] = "\xff Go build ID: \"";
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        if (!segment->executable)
            continue;
        struct str text = {(const char *)segment->bytes, segment->size};
        text = str_slice(text, 0, 64 << 10);
        ptrdiff_t at = str_find(text, (struct str){mark, sizeof(mark) - 1});
        ptrdiff_t end = at < 0 ? -1 : str_find(str_skip(text, (size_t)at), STR("\"\n \xff"));
        if (end >= 0)
            return str_slice(text, (size_t)at + sizeof(mark) - 1, (size_t)(at + end));
    }
    return STR_NONE;
}

unsigned go_minor(struct str version)
{
    ptrdiff_t at = str_find(version, STR("go1."));
    unsigned minor = 0;
    if (at < 0)
        return 0;
    for (size_t i = (size_t)at + 4; i < version.len && minor < 1000; i++) {
        if (version.ptr[i] < '0' || version.ptr[i] > '9')
            break;
        minor = minor * 10 + (unsigned)(version.ptr[i] - '0');
    }
    return minor;
}

static enum status fail(const struct image *image, enum diag_code code, const char *what)
{
    diag_add(image->sink, code, image->name, 0, DIAG_NO_OFFSET, "%s", what);
    return STATUS_BAD_INPUT;
}

/* Only the table that Go 1.18 and newer writes; older ones point to the texts. */
static enum status read_texts(const struct image *image, const unsigned char *at, uint64_t n,
                              struct binary *binary)
{
    const unsigned char *end = at + n;
    struct str version, modules;
    if (!(at[15] & FLAG_INLINE_TEXTS))
        return fail(image, DIAG_BINARY_NOT_GO,
                    "this program was made by a Go release before 1.18 (its buildinfo is the old "
                    "one); 1.18 and newer can be read");
    at += HEADER_BYTES;
    if (!read_text(&at, end, &version) || !read_text(&at, end, &modules))
        return fail(image, DIAG_BINARY_DAMAGED, "the buildinfo table: its texts reach beyond the "
                                                "end of their segment");
    binary->go_version = str_copy(&binary->arena, version);
    add_lines(image, binary, modules);
    return STATUS_OK;
}

enum status buildinfo_read(const struct image *image, struct binary *binary)
{
    uint64_t n;
    enum status status = STATUS_OK;
    binary->goos = image->goos.len ? image->goos : STR("linux");
    binary->goarch = image->machine == MACHINE_AMD64 ? STR("amd64") : STR("arm64");
    const unsigned char *at = find_header(image, &n);
    if (at)
        status = read_texts(image, at, n, binary);
    struct str id = id_of_note(image);
    binary->build_id = str_copy(&binary->arena, id.len ? id : id_of_text(image));
    return status;
}
