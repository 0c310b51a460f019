/* types.h: the layout of type descriptors, for the files that read them. */
#ifndef UNHEAP_BINARY_TYPES_H
#define UNHEAP_BINARY_TYPES_H

#include "binary_int.h"

/* internal/abi.Kind. */
enum {
    GO_KIND_ARRAY = 17,
    GO_KIND_CHAN = 18,
    GO_KIND_FUNC = 19,
    GO_KIND_INTERFACE = 20,
    GO_KIND_MAP = 21,
    GO_KIND_POINTER = 22,
    GO_KIND_SLICE = 23,
    GO_KIND_STRUCT = 25,
    GO_KIND_MAX = 26,
    GO_KIND_MASK = 31, /* the flags above left Kind_ in Go 1.26 */
};

/* internal/abi.Type. */
enum {
    TYPE_POINTER_BYTES = 8,
    TYPE_FLAGS = 20,
    TYPE_ALIGN = 21,
    TYPE_KIND = 23,
    TYPE_TEXT = 40, /* an offset from moduledata.types */
    TYPE_BYTES = 48,
    FLAG_UNCOMMON = 1,
    FLAG_EXTRA_STAR = 2,
    FLAG_NAMED = 4,
};

static inline unsigned descriptor_kind(const unsigned char *at)
{
    return at[TYPE_KIND] & GO_KIND_MASK;
}

/* The common part, when a descriptor may lie there; else NULL. */
const unsigned char *descriptor_at(const struct binary *binary, uint64_t address);
/* Eight bytes of a descriptor; 0 when there are none. */
uint64_t descriptor_part(const struct binary *binary, uint64_t address, size_t offset);
/* abi.Name at an address. `embedded` may be NULL. */
struct str name_text(const struct binary *binary, uint64_t address, bool *embedded);
/* With package paths, in the binary's arena; empty when the descriptor is damaged. */
struct str type_name(struct binary *binary, uint64_t address);

#endif
