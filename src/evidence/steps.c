/* The single steps between an allocation and the heap, each kept once. */
#include "evidence_int.h"

void steps_init(struct steps *steps, const struct memory *memory)
{
    *steps = (struct steps){0};
    intern_init(&steps->keys, memory);
    sb_init(&steps->scratch, memory);
}

void steps_release(struct steps *steps, const struct memory *memory)
{
    VEC_RELEASE(memory, &steps->at);
    intern_release(&steps->keys);
    sb_release(&steps->scratch);
}

uint32_t steps_add(struct steps *steps, const struct memory *memory, enum step_class class,
                   struct str place_key, uint32_t line, uint32_t column, struct str expression,
                   bool *added)
{
    sb_clear(&steps->scratch);
    sb_addf(&steps->scratch, "%d\t%.*s\t%u\t%u\t%.*s", class, STR_ARGS(place_key), line, column,
            STR_ARGS(expression));
    uint32_t id = intern_add(&steps->keys, sb_str(&steps->scratch));
    *added = id > steps->at.len;
    if (*added)
        VEC_PUSH(memory, &steps->at, (struct step){.class = class});
    return id - 1;
}
