/* sb.c: the one string builder.
 *
 * S1. text holds cap bytes, len < cap, text[len] is NUL.
 * S2. An append that does not fit under the ceiling is left out whole and sets `full`; from then on
 *     every append is left out, so a cut text never continues after a gap. */
#include <stdio.h>

#include "base/base_int.h"

enum { SB_FIRST = 64 };

void sb_init(struct sb *sb, const struct memory *memory)
{
    *sb = (struct sb){.memory = memory, .text = memory_get(memory, SB_FIRST), .cap = SB_FIRST};
    sb->text[0] = '\0'; /* S1 */
}

void sb_release(struct sb *sb)
{
    memory_put(sb->memory, sb->text);
    *sb = (struct sb){.memory = sb->memory};
}

void sb_clear(struct sb *sb)
{
    sb->len = 0;
    sb->full = false;
    sb->text[0] = '\0';
}

bool sb_reserve_up_to(struct sb *sb, size_t n, size_t max_bytes)
{
    if (sb->full)
        return false;
    if (n < sb->cap - sb->len && sb->len + n <= max_bytes)
        return true;
    size_t room = sb->len < max_bytes ? max_bytes - sb->len : 0;
    if (n > room) {
        sb->full = true; /* S2 */
        return false;
    }
    size_t cap = capacity_after(sb->cap, sb->len + n + 1, SB_FIRST, max_bytes + 1);
    sb->text = memory_resize(sb->memory, sb->text, cap);
    sb->cap = cap;
    return true;
}

static inline bool reserve(struct sb *sb, size_t n)
{
    return sb_reserve_up_to(sb, n, LIMIT_BUILDER_BYTES);
}

char *sb_extend(struct sb *sb, size_t n)
{
    if (!reserve(sb, n))
        return NULL;
    sb->len += n;
    sb->text[sb->len] = '\0';
    return sb->text + sb->len - n;
}

void sb_addn(struct sb *sb, const void *bytes, size_t n)
{
    char *at = n ? sb_extend(sb, n) : NULL;
    if (at)
        memcpy(at, bytes, n);
}

void sb_add(struct sb *sb, struct str text)
{
    sb_addn(sb, text.ptr, text.len);
}

void sb_adds(struct sb *sb, const char *nul_terminated)
{
    sb_addn(sb, nul_terminated, strlen(nul_terminated));
}

void sb_addc(struct sb *sb, char c)
{
    if (!reserve(sb, 1))
        return;
    sb->text[sb->len++] = c;
    sb->text[sb->len] = '\0';
}

void sb_repeat(struct sb *sb, char c, size_t n)
{
    if (!reserve(sb, n))
        return;
    memset(sb->text + sb->len, c, n);
    sb->len += n;
    sb->text[sb->len] = '\0';
}

void sb_vaddf(struct sb *sb, const char *fmt, va_list args)
{
    if (sb->full)
        return;
    size_t room = sb->cap - sb->len;
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(sb->text + sb->len, room, fmt, args);
    if (n < 0)
        BUG("sb_addf: a format that cannot be printed");
    bool cut = (size_t)n >= room;
    if (cut)
        sb->text[sb->len] = '\0'; /* S1, should there be no room for the whole */
    if (reserve(sb, (size_t)n)) {
        if (cut)
            vsnprintf(sb->text + sb->len, sb->cap - sb->len, fmt, again);
        sb->len += (size_t)n;
    }
    va_end(again);
}

void sb_addf(struct sb *sb, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    sb_vaddf(sb, fmt, args);
    va_end(args);
}

struct str sb_str(const struct sb *sb)
{
    return (struct str){sb->text, sb->len};
}
