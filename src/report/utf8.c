/* utf8.c: foreign bytes made fit to be shown.
 *
 * Names, paths and source lines come from profiles and files that anybody may have written. What
 * leaves this room is valid UTF-8, and what goes to a terminal can neither move the cursor nor turn
 * the reading direction. */
#include "report_int.h"

/* The second byte of a sequence may be in a narrower range than 80..BF (Unicode, table 3-7). */
struct lead {
    unsigned char from, to;         /* first byte */
    unsigned char length;           /* of the sequence */
    unsigned char second, second_to;
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct lead *find_lead(unsigned char byte)
{
    for (size_t i = 0; i < COUNT_OF(leads); i++)
        if (byte >= leads[i].from && byte <= leads[i].to)
            return &leads[i];
    return NULL;
}

static bool follows(const struct lead *lead, const unsigned char *bytes, size_t n)
{
    if (n < lead->length || bytes[1] < lead->second || bytes[1] > lead->second_to)
        return false;
    for (size_t i = 2; i < lead->length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return true;
}

uint32_t utf8_next(struct str text, size_t *pos)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr + *pos;
    if (bytes[0] < 0x80) {
        *pos += 1;
        return bytes[0];
    }
    const struct lead *lead = find_lead(bytes[0]);
    if (!lead || !follows(lead, bytes, text.len - *pos)) {
        *pos += 1;
        return CODE_REPLACEMENT;
    }
    uint32_t code = bytes[0] & (0xffu >> (lead->length + 1));
    for (size_t i = 1; i < lead->length; i++)
        code = code << 6 | (bytes[i] & 0x3f);
    *pos += lead->length;
    return code;
}

void utf8_add(struct sb *out, uint32_t code)
{
    if (code < 0x80) {
        sb_addc(out, (char)code);
        return;
    }
    char bytes[4];
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)((0xf00 >> n) | code);
    sb_addn(out, bytes, n);
}

void utf8_add_valid(struct sb *out, struct str text)
{
    for (size_t pos = 0; pos < text.len;)
        utf8_add(out, utf8_next(text, &pos));
}

/* C0 and C1 controls, and the characters that "Trojan Source" (CVE-2021-42574) turns text with. */
static bool steers(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void utf8_add_line(struct sb *out, struct str text)
{
    for (size_t pos = 0; pos < text.len;) {
        uint32_t code = utf8_next(text, &pos);
        if (code == '\t' || code == '\n' || code == '\r')
            code = ' ';
        utf8_add(out, steers(code) ? CODE_REPLACEMENT : code);
    }
}

size_t utf8_width(struct str text)
{
    size_t width = 0;
    for (size_t pos = 0; pos < text.len; width++)
        utf8_next(text, &pos);
    return width;
}
