/* log: what the readers of -json=0 logs share. */
#ifndef UNHEAP_COMPILER_LOG_INT_H
#define UNHEAP_COMPILER_LOG_INT_H

#include "compiler/compiler_int.h"

/* One log file as text: lines as -m=2 prints them, as far as the log tells. */
struct log_text {
    const char *path; /* of the log */
    struct arena arena;
    struct sb text;
    struct str package, version, source; /* of the log's first line */
    VEC(struct inlined_copy) copies;     /* offsets are those of text */
    VEC(struct inline_place) places;     /* paths are ids of strings */
    struct intern strings;
};
void log_text_init(struct log_text *text, const char *path, const struct memory *memory);
void log_text_release(struct log_text *text);
/* Reads a log's bytes. Lines that are no records are told once. */
void log_file_read(struct log_text *text, struct str bytes, struct diag_sink *sink);

/* ---- log_names.c: logs do not name functions; their source does ---- */
struct log_source {
    struct file file;
    struct arena *arena;
    VEC(const char *) lines; /* where each line starts, and the end */
};
void log_source_open(struct log_source *source, struct str path, struct arena *arena);
void log_source_close(struct log_source *source);
/* gc's name of the function declared at the place: "F", "(*T).M"; empty when the source does not
 * show it (closures, missing files). */
struct str log_source_function(const struct log_source *source, uint32_t line, uint32_t column);

#endif
