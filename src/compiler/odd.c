/* odd: lines of a text that are no messages: errors of a build, forms that are not known, remarks
 * of other programs. They are told, not lost: build errors word for word, the rest counted. */
#include "compiler/compiler_int.h"

/* gc stops at errors of syntax and types before it says anything else about a package. */
static bool package_failed(const struct compiler *compiler, uint32_t index)
{
    if (index >= compiler->packages.len)
        return true;
    const struct compiled_package *package = &compiler->packages.at[index];
    for (size_t i = 0; i < package->message_count; i++) {
        if (compiler->messages.at[package->first_message + i].kind != MESSAGE_OTHER)
            return false;
    }
    return true;
}

/* The forms that are not known, and what other programs wrote. */
struct strangers {
    uint64_t count;
    const struct odd_line *first;
};

/* Sorts one line into the build's errors or the strangers. */
static void odd_line_sort(const struct odd_lines *odd, const struct odd_line *line,
                          struct sb *errors, struct strangers *strangers)
{
    bool belongs = line->positioned || errors->len > 0; /* "\tother declaration of f" */
    if (odd->failed || (belongs && package_failed(odd->compiler, line->package))) {
        if (errors->len)
            sb_addc(errors, '\n');
        sb_add(errors, line->text);
        return;
    }
    strangers->count++;
    if (!strangers->first)
        strangers->first = line;
}

static void strangers_tell(const struct odd_lines *odd, const struct strangers *strangers,
                           struct diag_sink *sink)
{
    bool one = strangers->count == 1;
    diag_add(sink, DIAG_COMPILER_LINE, odd->name, strangers->first->line + 1, DIAG_NO_OFFSET,
             "%llu line%s no message that is known%s: %.*s", (unsigned long long)strangers->count,
             one ? " is" : "s are", one ? "" : ", the first is",
             STR_ARGS(strangers->first->text));
}

void odd_lines_tell(const struct odd_lines *odd, struct diag_sink *sink)
{
    bool foreign = odd->compiler->packages.len == 0; /* told as a whole, by check_content */
    struct sb errors;
    sb_init(&errors, odd->compiler->memory);
    struct strangers strangers = {0, NULL};
    for (size_t i = 0; i < odd->piece_count; i++) {
        const struct piece *piece = &odd->pieces[i];
        for (size_t j = 0; j < piece->odd.len; j++)
            odd_line_sort(odd, &piece->odd.at[j], &errors, &strangers);
        if (!odd->failed)
            strangers.count += piece->odd_count - piece->odd.len;
    }
    if (errors.len)
        diag_add(sink, DIAG_COMPILER_BUILD, odd->name, 0, DIAG_NO_OFFSET, "%s", errors.text);
    if (strangers.first && !foreign)
        strangers_tell(odd, &strangers, sink);
    sb_release(&errors);
}
