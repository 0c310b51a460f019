/* render.c: writes a document of the sample evidence, for tests in other languages:
 * `render SAMPLE text COLUMNS | color COLUMNS | json | html`, on standard output. */
#include "render.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"
#include "sample.h"

static const char *const samples[] = {
    [SAMPLE_SHOP] = "shop", [SAMPLE_HOSTILE] = "hostile", [SAMPLE_BIG] = "big",
    [SAMPLE_EMPTY] = "empty",
};

static int sample_kind_of(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(samples); i++)
        if (strcmp(name, samples[i]) == 0)
            return (int)i;
    return -1;
}

static bool render_as(const struct evidence *evidence, const char *form, const char *columns,
                      struct sb *out)
{
    struct report_style style = {
        .columns = columns ? (unsigned)strtoul(columns, NULL, 10) : 100,
        .color = strcmp(form, "color") == 0,
        .command = "unheap hot -profile heap.pb.gz -html page.html ./...",
    };
    if (strcmp(form, "json") == 0)
        report_hot_json(evidence, out);
    else if (strcmp(form, "html") == 0)
        report_hot_html(evidence, &style, out);
    else if (strcmp(form, "text") == 0 || style.color)
        report_hot_text(evidence, &style, out);
    else
        return false;
    return true;
}

int render_main(int argc, char **argv)
{
    int kind = argc >= 3 ? sample_kind_of(argv[1]) : -1;
    if (kind < 0) {
        fprintf(stderr, "usage: %s shop|hostile|big|empty text|color|json|html [COLUMNS]\n",
                argv[0]);
        return 2;
    }
    struct evidence *evidence = sample_new((enum sample_kind)kind, &sample_memory);
    struct sb out;
    sb_init(&out, &sample_memory);
    bool known = render_as(evidence, argv[2], argc > 3 ? argv[3] : NULL, &out);
    fwrite(out.text, 1, out.len, stdout);
    sb_release(&out);
    sample_free(evidence);
    return known ? 0 : 2;
}
