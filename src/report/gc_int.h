/* gc_int.h: what the files about the collector share. */
#ifndef UNHEAP_REPORT_GC_INT_H
#define UNHEAP_REPORT_GC_INT_H

#include "live/live.h"
#include "report_int.h"

/* ---- gc_words.c ---- */

/* "1.24ms", "31.0s", "2m05s". */
void gc_add_seconds(struct sb *out, double seconds);
void gc_add_bytes(struct sb *out, double bytes);
/* The sentence that explains a trace, and what to do; without line feed. */
void gc_explain(const struct gc_summary *summary, struct sb *out);

/* ---- gc_picture.c ---- */

enum gc_curve { GC_CURVE_LIVE, GC_CURVE_PAUSE, GC_CURVE_SHARE, GC_CURVE_COUNT };
/* One line of blocks, `width` of them, the highest value of each part of the time; the largest of
 * all (bytes, seconds or a share) in *most. */
void gc_add_curve(const struct gc_trace *trace, enum gc_curve curve, size_t width, double *most,
                  struct sb *out);
/* When a cycle was, in seconds from the trace's beginning: runs stand one behind the other, each
 * begins where the one before it ended. `base` is 0 before the first, and kept for the next. */
double gc_time(const struct gc_trace *trace, size_t cycle, double *base);

/* ---- gc_json.c ---- */

void gc_json_summary(struct json_out *json, const char *name, const struct gc_summary *summary);

#endif
