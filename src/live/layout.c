/* layout.c: where the runtime's fields lie in this release. */
#include "live_int.h"

struct layout {
    unsigned minor;
    bool arm64;
    int32_t offsets[LAYOUT_FIELDS];
};

enum { AMD64 = 0, ARM64 = 1 };
static const struct layout layouts[] = {
#define X(minor, machine, ...) {minor, machine, {__VA_ARGS__}},
#include "live_layouts.h"
#undef X
};

const struct layout *layout_of(const struct live_target *target)
{
    bool arm64 = str_is(target->program->code->goarch, "arm64");
    const struct layout *newest = NULL;
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        const struct layout *one = &layouts[i];
        if (one->arm64 == arm64 && one->minor <= target->minor &&
            (!newest || one->minor > newest->minor))
            newest = one;
    }
    return newest;
}

int32_t layout_offset(const struct layout *layout, enum layout_field field)
{
    return layout->offsets[field];
}
