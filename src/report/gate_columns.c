/* gate_columns: a column in the units that SARIF knows. gc counts bytes; SARIF counts UTF-16 code
 * units or code points (section 3.14.27, columnKind), and viewers take the first unless told
 * otherwise. The source tells the difference; without it the column stays what it is, which is
 * right for lines of ASCII. */
#include "gate_int.h"

void gate_columns_init(struct gate_columns *columns, const struct memory *memory)
{
    *columns = (struct gate_columns){.memory = memory};
    map_init(&columns->known, memory);
}

void gate_columns_release(struct gate_columns *columns)
{
    for (size_t i = 0; i < columns->files.len; i++) {
        if (columns->files.at[i].is_open)
            source_close(&columns->files.at[i].source);
    }
    VEC_RELEASE(columns->memory, &columns->files);
    map_release(&columns->known);
}

static const struct gate_columns_file *file_of(struct gate_columns *columns, struct str path)
{
    bool added;
    uint64_t *index =
        map_put(&columns->known, hash_bytes(path.ptr ? path.ptr : "", path.len) | 1, &added);
    if (added) {
        struct gate_columns_file file = {.is_open = false};
        file.is_open = source_open(&file.source, path, columns->memory, NULL);
        VEC_PUSH(columns->memory, &columns->files, file);
        *index = columns->files.len;
    }
    return &columns->files.at[*index - 1];
}

uint32_t gate_column_utf16(struct gate_columns *columns, const struct place *place)
{
    const struct gate_columns_file *file = file_of(columns, place->file);
    struct str line = file->is_open ? source_line(&file->source, place->line) : STR_NONE;
    if (place->column == 0 || place->column - 1 > line.len)
        return place->column;
    struct str before = str_slice(line, 0, place->column - 1);
    uint32_t units = 0;
    for (size_t at = 0; at < before.len;)
        units += utf8_next(before, &at) > 0xffff ? 2 : 1; /* beyond the basic plane: a pair */
    return units + 1;
}
