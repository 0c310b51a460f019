/* json.c: jansson's values streamed into a string builder.
 *
 * jansson answers "no memory" with NULL or -1; here that goes the way of all memory, to
 * `exhausted`. Texts are made valid UTF-8 first, so nothing else can fail. */
#include "report_int.h"

/* Nine digits tell any two shares apart that a person could; and the same on every machine. */
enum { DUMP_FLAGS = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9) };

static void exhausted(struct json_out *json)
{
    json->memory->exhausted(json->memory->ctx, 0);
    BUG("exhausted() returned");
}

static json_t *must(struct json_out *json, json_t *value)
{
    if (!value)
        exhausted(json);
    return value;
}

void json_out_init(struct json_out *json, const struct memory *memory, struct sb *out,
                   bool in_html)
{
    *json = (struct json_out){.memory = memory, .out = out, .in_html = in_html, .first = true};
    sb_init(&json->scratch, memory);
}

void json_out_release(struct json_out *json)
{
    sb_release(&json->scratch);
}

/* A "<" can only stand inside a text, where its escape means the same. Without it no end tag and no
 * comment can begin (HTML standard, 13.2.5.4 and 4.12.1.3). */
static int dump_piece(const char *bytes, size_t n, void *ctx)
{
    struct json_out *json = ctx;
    if (!json->in_html) {
        sb_addn(json->out, bytes, n);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '<')
            sb_adds(json->out, "\\u003c");
        else
            sb_addc(json->out, bytes[i]);
    }
    return 0;
}

/* The comma and the name in front of the next element. Names are our own and need no escapes. */
static void add_name(struct json_out *json, const char *name)
{
    if (!json->first)
        sb_addc(json->out, ',');
    json->first = false;
    if (name)
        sb_addf(json->out, "\"%s\":", name);
}

void json_begin(struct json_out *json, const char *name, char bracket)
{
    add_name(json, name);
    sb_addc(json->out, bracket);
    json->first = true;
}

void json_end(struct json_out *json, char bracket)
{
    sb_addc(json->out, bracket);
    json->first = false;
}

void json_write(struct json_out *json, const char *name, json_t *value)
{
    add_name(json, name);
    if (json_dump_callback(value, dump_piece, json, DUMP_FLAGS))
        exhausted(json);
    json_decref(value);
}

json_t *json_new_object(struct json_out *json)
{
    return must(json, json_object());
}

json_t *json_new_list(struct json_out *json)
{
    return must(json, json_array());
}

json_t *json_new_text(struct json_out *json, struct str text)
{
    sb_clear(&json->scratch);
    utf8_add_valid(&json->scratch, text);
    return must(json, json_stringn_nocheck(json->scratch.text, json->scratch.len));
}

json_t *json_new_number(struct json_out *json, int64_t number)
{
    return must(json, json_integer(number));
}

json_t *json_new_fraction(struct json_out *json, double fraction)
{
    return must(json, json_real(fraction));
}

json_t *json_new_bool(struct json_out *json, bool truth)
{
    return must(json, json_boolean(truth));
}

void json_put(struct json_out *json, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new_nocheck(object, name, value))
        exhausted(json);
}

void json_push(struct json_out *json, json_t *list, json_t *value)
{
    if (json_array_append_new(list, value))
        exhausted(json);
}
