/* module: where the module begins, and what its go.mod requires. */
#include "gate_int.h"

#include <limits.h>
#include <stdlib.h>

struct str gate_find_up(const char *dir, const char *name, struct arena *arena)
{
    char real[PATH_MAX];
    if (!realpath(dir ? dir : ".", real))
        return STR_NONE;
    struct str at = str_from(real);
    struct str found = STR_NONE;
    struct sb path;
    sb_init(&path, arena->memory);
    while (at.len && !found.len) {
        sb_clear(&path);
        sb_addf(&path, "%.*s/%s", STR_ARGS(at), name);
        if (file_exists(path.text) || dir_exists(path.text))
            found = str_copy(arena, at);
        at = str_dir_name(at);
    }
    sb_release(&path);
    return found;
}

int gate_str_order(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static int module_order(const void *left, const void *right)
{
    const struct gate_module *a = left, *b = right;
    int order = str_compare(a->path, b->path);
    return order ? order : str_compare(a->version, b->version);
}

/* "path version // indirect" */
static void requirement_add(struct gate_list *list, struct str line)
{
    struct str rest = str_trim(line);
    struct str path = str_cut(&rest, ' ');
    struct str version = str_trim(rest);
    version = str_trim(str_cut(&version, ' '));
    if (path.len == 0 || version.len == 0 || version.ptr[0] != 'v')
        return;
    struct gate_module module = {str_copy(&list->arena, path), str_copy(&list->arena, version)};
    VEC_PUSH(list->memory, &list->modules, module);
}

static void go_mod_read(struct str text, struct gate_list *list)
{
    bool in_block = false;
    while (text.ptr) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (str_starts(line, STR("module ")) && !list->module.len) {
            struct str rest = str_trim(str_skip(line, 7));
            struct str path = str_cut(&rest, ' ');
            if (path.len > 1 && (path.ptr[0] == '"' || path.ptr[0] == '`'))
                path = str_slice(path, 1, path.len - 1);
            list->module = str_copy(&list->arena, path);
        } else if (str_starts(line, STR("require ("))) {
            in_block = true;
        } else if (str_is(line, ")")) {
            in_block = false;
        } else if (str_starts(line, STR("require "))) {
            requirement_add(list, str_skip(line, 8));
        } else if (in_block) {
            requirement_add(list, line);
        }
    }
}

void gate_module_read(struct str module_dir, struct gate_list *list)
{
    struct sb path;
    sb_init(&path, list->memory);
    sb_addf(&path, "%.*s/go.mod", STR_ARGS(module_dir));
    struct diag_sink *quiet = diag_sink_new(list->memory); /* without go.mod nothing is required */
    struct file file;
    if (module_dir.len && file_exists(path.text) &&
        file_open(&file, path.text, list->memory, quiet) == STATUS_OK) {
        go_mod_read((struct str){(const char *)file.bytes, file.size}, list);
        file_close(&file);
    }
    if (list->modules.len)
        qsort(list->modules.at, list->modules.len, sizeof(*list->modules.at), module_order);
    diag_sink_free(quiet);
    sb_release(&path);
}
