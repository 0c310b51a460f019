/* image.h: what the readers of the three formats share. Each fills image->segments, machine, goos
 * and entry from image->file. */
#ifndef UNHEAP_BINARY_IMAGE_H
#define UNHEAP_BINARY_IMAGE_H

#include "binary_int.h"

NODISCARD enum status image_open_pe(struct image *image);
NODISCARD enum status image_open_macho(struct image *image);

/* Tells what is wrong, and gives the status for it. */
NODISCARD enum status image_fail(const struct image *image, enum diag_code code, uint64_t offset,
                                 const char *what);
/* n bytes of the file, or NULL when it does not have them. */
const unsigned char *image_file_at(const struct image *image, uint64_t offset, uint64_t n);
/* Adds a piece with address, size, offset and rights; one of no bytes is passed over. `table` is
 * what describes it, for messages. */
NODISCARD enum status image_add_segment(struct image *image, const struct segment *segment,
                                        const char *table);

#endif
