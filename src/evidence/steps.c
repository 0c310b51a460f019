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

uint32_t steps_add(struct steps *steps, const struct memory *memory, const struct step_key *key,
                   bool *added)
{
    sb_clear(&steps->scratch);
    sb_addf(&steps->scratch, "%d\t%.*s\t%u\t%u\t%.*s", key->class, STR_ARGS(key->place), key->line,
            key->column, STR_ARGS(key->expression));
    uint32_t id = intern_add(&steps->keys, sb_str(&steps->scratch));
    *added = id > steps->at.len;
    if (*added)
        VEC_PUSH(memory, &steps->at, (struct step){.class = key->class});
    return id - 1;
}
