/* regex.h: regular expressions in Go's syntax, which is RE2's; time linear in the text on any
 * pattern. */
#ifndef UNHEAP_REGEX_H
#define UNHEAP_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct regex;

/* What is called when memory runs out in here, and does not return: C++ would end the program by a
 * signal. For the whole process, from main; RE2 makes its machines while it matches. */
void regex_set_exhausted(void (*exhausted)(void));

/* NULL when the pattern does not compile: `err` then holds why, in the words Go's users know. */
struct regex *regex_compile(const char *pattern, size_t len, char *err, size_t err_size);
/* Whether it matches anywhere in the text. */
bool regex_matches(const struct regex *regex, const char *text, size_t len);

/* A group of the leftmost match; at is NULL when the group took no part. */
struct regex_group {
    const char *at;
    size_t len;
};
enum { REGEX_MAX_GROUPS = 7 };
/* The same, and groups 0 (all that matched) to count - 1. */
bool regex_groups(const struct regex *regex, const char *text, size_t len,
                  struct regex_group *groups, size_t count);
/* NULL is fine. */
void regex_free(struct regex *regex);

#ifdef __cplusplus
}
#endif
#endif
