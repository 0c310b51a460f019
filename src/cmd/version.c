/* unheap version. */
#include "cmd.h"

int verb_version(struct cmd *cmd, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return cmd_print(cmd, STR("unheap " UNHEAP_VERSION "\n"));
}
