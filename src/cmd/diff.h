/* diff.h: what the files of the verb diff share. */
#ifndef UNHEAP_CMD_DIFF_H
#define UNHEAP_CMD_DIFF_H

#include "cmd.h"
#include "compare/compare.h"
#include "report/report.h"

enum diff_format { DIFF_TEXT, DIFF_MARKDOWN, DIFF_JSON };
enum { MAX_RULES = 64 };

/* One side as it was given. */
struct diff_side {
    const char *const *sources;
    size_t count;
    const char *dir, *diagnostics; /* for causes */
    struct flag_list work;         /* of -per: a number, or one for each run, in words */
    char name[256];                /* for people */
};

struct diff_flags {
    struct diff_side sides[COMPARE_SIDES];
    struct str sample_index;
    enum compare_scale scale;
    enum report_diff_by by;
    enum diff_format format;
    struct compare_rule rules[MAX_RULES];
    size_t rule_count;
    char work_name[64];
    double *work[COMPARE_SIDES]; /* for each run; NULL without -per */
    const char *html;
    unsigned rows, seconds, timeout;
    const char *tls_ca, *tls_cert, *tls_key, *tags;
    struct flag_list packages, maps;
    bool causes;

    /* As they were typed. */
    struct {
        const char *sample_index, *normalize, *per, *by, *format;
        const char *dir, *old_dir, *diagnostics, *old_diagnostics;
        struct flag_list rules;
        bool json;
    } typed;
};

/* -1 to go on, else the exit code. The flags point into argv. */
int diff_flags_parse(struct cmd *cmd, struct diff_flags *flags, int argc, char **argv);
void diff_flags_release(struct cmd *cmd, struct diff_flags *flags);

#endif
