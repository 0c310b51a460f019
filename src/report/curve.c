/* curve.c: figures over time as one line of blocks, the highest of them as high as a line is. */
#include "report_int.h"

enum { LEVELS = 8 };

void curve_add(struct sb *out, const double *values, size_t count, double most)
{
    for (size_t i = 0; i < count; i++) {
        int level = most > 0 && values[i] > 0 ? (int)(values[i] / most * LEVELS + 0.5) : 0;
        if (level == 0 && values[i] > 0)
            level = 1;
        if (level == 0)
            sb_addc(out, ' ');
        else
            utf8_add(out, 0x2580 + (uint32_t)level); /* lower blocks of one to eight eighths */
    }
}
