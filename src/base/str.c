/* str.c: slices of text.
 *
 * A slice with len 0 may have ptr NULL, which memcmp and its kin must not be given: so every
 * function looks at the length first. */
#include "base/base_int.h"

struct str str_from(const char *nul_terminated)
{
    if (!nul_terminated)
        return STR_NONE;
    return (struct str){nul_terminated, strlen(nul_terminated)};
}

struct str str_span(const char *begin, const char *end)
{
    return (struct str){begin, (size_t)(end - begin)};
}

static bool same_bytes(const char *a, const char *b, size_t n)
{
    return n == 0 || memcmp(a, b, n) == 0;
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && same_bytes(a.ptr, b.ptr, a.len);
}

bool str_is(struct str a, const char *nul_terminated)
{
    return str_equal(a, str_from(nul_terminated));
}

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str text, struct str prefix)
{
    return text.len >= prefix.len && same_bytes(text.ptr, prefix.ptr, prefix.len);
}

bool str_ends(struct str text, struct str suffix)
{
    return text.len >= suffix.len &&
           same_bytes(text.len ? text.ptr + text.len - suffix.len : NULL, suffix.ptr, suffix.len);
}

bool str_contains(struct str text, struct str part)
{
    return str_find(text, part) >= 0;
}

static ptrdiff_t index_in(struct str text, const char *found)
{
    return found ? found - text.ptr : -1;
}

ptrdiff_t str_find(struct str text, struct str part)
{
    if (part.len == 0)
        return 0;
    if (text.len < part.len)
        return -1;
    return index_in(text, memmem(text.ptr, text.len, part.ptr, part.len));
}

ptrdiff_t str_find_char(struct str text, char c)
{
    return text.len ? index_in(text, memchr(text.ptr, c, text.len)) : -1;
}

ptrdiff_t str_find_last(struct str text, char c)
{
    return text.len ? index_in(text, memrchr(text.ptr, c, text.len)) : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r'); /* \t \n \v \f \r */
}

struct str str_trim(struct str text)
{
    while (text.len && is_space(text.ptr[0]))
        text = str_skip(text, 1);
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

struct str str_slice(struct str text, size_t from, size_t to)
{
    if (to > text.len)
        to = text.len;
    if (from > to)
        from = to;
    return from == 0 ? (struct str){text.ptr, to} : (struct str){text.ptr + from, to - from};
}

struct str str_skip(struct str text, size_t n)
{
    return str_slice(text, n, text.len);
}

struct str str_cut(struct str *rest, char sep)
{
    struct str piece = *rest;
    ptrdiff_t at = str_find_char(piece, sep);
    if (at < 0) {
        *rest = STR_NONE;
        return piece;
    }
    *rest = str_skip(piece, (size_t)at + 1);
    return str_slice(piece, 0, (size_t)at);
}

bool str_to_u64(struct str text, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.ptr[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, digit, &sum))
            return false;
    }
    *value = sum;
    return text.len > 0;
}

bool str_to_i64(struct str text, int64_t *value)
{
    bool negative = text.len && text.ptr[0] == '-';
    uint64_t magnitude;
    if (!str_to_u64(str_skip(text, negative), &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

uint64_t str_hash(struct str text)
{
    return hash_bytes(text.ptr, text.len);
}

struct str str_copy(struct arena *arena, struct str text)
{
    return (struct str){arena_strndup(arena, text.ptr, text.len), text.len};
}

struct str str_base_name(struct str path)
{
    return str_skip(path, (size_t)(str_find_last(path, '/') + 1));
}

struct str str_dir_name(struct str path)
{
    ptrdiff_t slash = str_find_last(path, '/');
    return slash < 0 ? STR_NONE : str_slice(path, 0, (size_t)slash);
}
