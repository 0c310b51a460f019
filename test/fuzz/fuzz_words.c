/* fuzz_words.c: any bytes, as a name or a source line, cut, wrapped and written as JSON. The first
 * byte is the width. What comes out is valid UTF-8 in lines that fit and cannot steer a terminal.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report/report_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    _Exit(0);
}

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_words: %s\n", what);
    abort();
}

static void check_line(struct str line, size_t width)
{
    struct sb same;
    sb_init(&same, &(struct memory){.exhausted = exhausted});
    utf8_add_line(&same, line);
    demand(str_equal(sb_str(&same), line), "cleaning it again changes a line");
    demand(utf8_width(line) <= width, "a line is too long");
    sb_release(&same);
}

static void check_wrap(struct str text, size_t width, struct sb *out)
{
    wrap_add(out, text, 0, width);
    struct str rest = sb_str(out);
    demand(out->len && out->text[out->len - 1] == '\n', "no line feed at the end");
    while (rest.len)
        check_line(str_cut(&rest, '\n'), width);
    sb_clear(out);
}

static void check_fit(struct str text, size_t width, struct sb *out)
{
    report_fit(out, text, width);
    check_line(sb_str(out), width);
    sb_clear(out);
    struct place place = {.file = text, .line = (uint32_t)width};
    place_add(out, &place, width + 4);
    check_line(sb_str(out), width + 4);
    sb_clear(out);
}

static void check_json(struct str text, const struct memory *memory, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, memory, out, true);
    json_write(&json, NULL, json_new_text(&json, text));
    demand(!memchr(out->text, '<', out->len), "a < in a script element");
    json_t *value = json_loadb(out->text, out->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    demand(value != NULL, "the JSON text cannot be read");
    struct sb valid;
    sb_init(&valid, memory);
    utf8_add_valid(&valid, text);
    demand(json_string_length(value) == valid.len &&
               memcmp(json_string_value(value), valid.text, valid.len) == 0,
           "the text is not what was written");
    sb_release(&valid);
    json_decref(value);
    json_out_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct memory memory = {.exhausted = exhausted};
    struct sb out;
    if (n == 0)
        return 0;
    size_t width = bytes[0] % 120 + 1;
    struct str text = {(const char *)bytes + 1, n - 1};
    sb_init(&out, &memory);
    check_wrap(text, width, &out);
    check_fit(text, width, &out);
    check_json(text, &memory, &out);
    sb_release(&out);
    return 0;
}
