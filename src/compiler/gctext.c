/* gctext: gc's own lines again, at -m or -m=2. */
#include "compiler/compiler_int.h"

static void position_print(const struct compiler *compiler, const struct message *message,
                           struct sb *out)
{
    if (!message->path)
        return;
    sb_add(out, compiler_str(compiler, message->path));
    if (message->line)
        sb_addf(out, ":%u", message->line);
    if (message->column)
        sb_addf(out, ":%u", message->column);
    sb_adds(out, ": ");
}

/* At -m, "can inline F with cost N as: ..." is "can inline F" (inline/inl.go,
 * noteInlinableFunc). */
static struct str text_at_level(const struct message *message, unsigned level)
{
    ptrdiff_t cost = -1;
    if (level < 2 && message->kind == MESSAGE_CAN_INLINE)
        cost = str_find(message->text, STR(" with cost "));
    return cost < 0 ? message->text : str_slice(message->text, 0, (size_t)cost);
}

static bool printed_at(const struct message *message, unsigned level)
{
    return level >= 2 || message->kind == MESSAGE_CAN_INLINE ||
           message_level(message->text) < 2;
}

static void header_print(const struct compiler *compiler, const struct compiled_package *package,
                         struct sb *out)
{
    if (!package->import_path)
        return;
    sb_addf(out, "# %.*s", STR_ARGS(compiler_str(compiler, package->import_path)));
    if (package->for_test)
        sb_addf(out, " [%.*s]", STR_ARGS(compiler_str(compiler, package->for_test)));
    sb_addc(out, '\n');
}

void compiler_print_gc(const struct compiler *compiler, size_t package_index, unsigned level,
                       struct sb *out)
{
    const struct compiled_package *package = &compiler->packages.at[package_index];
    size_t end = (size_t)package->first_message + package->message_count;
    bool headed = false;
    for (size_t i = package->first_message; i < end; i++) {
        const struct message *message = &compiler->messages.at[i];
        if (!printed_at(message, level))
            continue;
        if (!headed)
            header_print(compiler, package, out);
        headed = true;
        position_print(compiler, message, out);
        sb_add(out, text_at_level(message, level));
        sb_addc(out, '\n');
        struct str story = level >= 2 ? story_text(compiler, message) : STR_NONE;
        sb_add(out, story);
        if (story.len && story.ptr[story.len - 1] != '\n')
            sb_addc(out, '\n');
    }
}
