/* text_words.c: numbers and words on the lines of text profiles. */
#include "profile/text_form.h"

void text_skip_blanks(struct str *text)
{
    while (text->len && (text->ptr[0] == ' ' || text->ptr[0] == '\t'))
        *text = str_skip(*text, 1);
}

bool text_take_char(struct str *text, char c)
{
    text_skip_blanks(text);
    if (!text->len || text->ptr[0] != c)
        return false;
    *text = str_skip(*text, 1);
    return true;
}

bool text_take_number(struct str *text, int64_t *value)
{
    text_skip_blanks(text);
    size_t len = text->len && text->ptr[0] == '-';
    while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9')
        len++;
    if (!str_to_i64(str_slice(*text, 0, len), value))
        return false;
    *text = str_skip(*text, len);
    return true;
}

/* Value + 1 of a lower-case hexadecimal digit; 0 is none. */
static const unsigned char hex_digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

bool text_is_hex(char c)
{
    return hex_digits[(unsigned char)c];
}

static unsigned any_hex_digit(char c)
{
    return hex_digits[(unsigned char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c)];
}

size_t text_count_hex(struct str text)
{
    size_t count = 0;
    while (count < text.len && any_hex_digit(text.ptr[count]))
        count++;
    return count;
}

bool text_to_hex(struct str digits, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (*value >> 60)
            return false;
        *value = *value << 4 | (any_hex_digit(digits.ptr[i]) - 1);
    }
    return true;
}

/* 0x and up to 16 digits. */
bool text_take_hex(struct str *text, uint64_t *value)
{
    const char *at = text->ptr, *end = at + text->len;
    uint64_t result = 0;
    unsigned digit;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (end - at < 3 || at[0] != '0' || at[1] != 'x')
        return false;
    const char *digits = at += 2;
    for (; at < end && (digit = hex_digits[(unsigned char)*at]) != 0; at++)
        result = result << 4 | (digit - 1);
    if (at == digits || at - digits > 16)
        return false;
    *text = str_span(at, end);
    *value = result;
    return true;
}

struct profile_type text_type(struct profile *profile, const char *type, const char *unit)
{
    return (struct profile_type){.type = intern_add(&profile->strings, str_from(type)),
                                 .unit = intern_add(&profile->strings, str_from(unit))};
}

int64_t text_to_int64(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;
    return value > -0x1p63 ? (int64_t)value : INT64_MIN;
}
