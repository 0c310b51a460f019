/* render: a test program that is called with arguments writes a document instead of testing. */
#ifndef TEST_REPORT_RENDER_H
#define TEST_REPORT_RENDER_H

int render_main(int argc, char **argv);

#endif
