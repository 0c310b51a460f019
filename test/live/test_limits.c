/* The ceilings of this room, one by one: what a hostile or a very large process has is taken up to
 * them and no further. Those of heap profiles, traces and ledgers stand in the tests of those. */
#include "live_test.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

enum { WAITING = 4, DEAD = 6, G_BYTES = 512 };

/* ---- goroutines ---- */

/* Far from the image: a list that has one goroutine again and again, and a stack without end. */
static const uint64_t LIST = UINT64_C(1) << 40, G = UINT64_C(2) << 40, STACK = UINT64_C(3) << 40;

struct endless {
    struct image_test *image;
    struct live_reader image_reader;
    unsigned char g[G_BYTES];
    uint64_t frame;              /* what stands on the stack everywhere */
    size_t goroutines, deep;     /* how many were read; and whole stacks */
    size_t largest;              /* piece of a stack */
};

static void fill(const struct live_piece *piece, uint64_t word)
{
    for (size_t at = 0; at + 8 <= piece->size; at += 8)
        memcpy((unsigned char *)piece->to + at, &word, 8);
}

static bool read_endless(void *ctx, const struct live_piece *pieces, size_t count)
{
    struct endless *endless = ctx;
    if (pieces[0].address < LIST)
        return endless->image_reader.read(endless->image_reader.ctx, pieces, count);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].address >= STACK) {
            fill(&pieces[i], endless->frame);
            endless->deep += pieces[i].size == LIMIT_LIVE_STACK_BYTES;
            if (pieces[i].size > endless->largest)
                endless->largest = pieces[i].size;
        } else if (pieces[i].address >= G) {
            memcpy(pieces[i].to, endless->g, pieces[i].size);
            endless->goroutines++;
        } else {
            fill(&pieces[i], G);
        }
    }
    return true;
}

static void put_field(struct endless *endless, enum layout_field field, uint64_t value)
{
    memcpy(endless->g + layout_offset(layout_of(endless->image->target), field), &value,
           sizeof(value));
}

static void endless_begin(struct endless *endless, uint64_t count, uint32_t status)
{
    memset(endless, 0, sizeof(*endless));
    endless->image = image_new(EM_X86_64, 26, false);
    endless->image_reader = endless->image->target->reader;
    endless->frame = image_pc(IN_HELPER, 8);
    image_u64(endless->image, image_variable(LIVE_VARIABLE_ALLGS), LIST);
    image_u64(endless->image, image_variable(LIVE_VARIABLE_ALLGS) + 8, count);
    put_field(endless, FIELD_G_STACK_LOW, STACK);
    put_field(endless, FIELD_G_STACK_HIGH, STACK + (UINT64_C(1) << 30));
    put_field(endless, FIELD_G_SP, STACK);
    put_field(endless, FIELD_G_PC, image_pc(IN_WORK, 8));
    put_field(endless, FIELD_G_START, image_pc(IN_HELPER, 0));
    put_field(endless, FIELD_G_STATUS, status);
    endless->image->target->reader = (struct live_reader){.read = read_endless, .ctx = endless};
}

static void test_LIMIT_LIVE_GOROUTINES(void **state)
{
    struct endless endless;
    struct live_goroutines found;
    (void)state;
    endless_begin(&endless, LIMIT_LIVE_GOROUTINES + 1000, DEAD);
    (void)!live_goroutines_read(endless.image->target, false, endless.image->sink, &found);
    assert_int_equal(endless.goroutines, LIMIT_LIVE_GOROUTINES);
    live_goroutines_release(&found);
    image_free(endless.image);
}

/* Stacks of 1 GB that are as deep: of each only its beginning is read, of all together no more than
 * the second limit, and of what is read only so many frames are kept. */
static void test_LIMIT_LIVE_STACK_BYTES_and_DEEP_BYTES_and_STACK(void **state)
{
    enum { DEEP = LIMIT_LIVE_DEEP_BYTES / LIMIT_LIVE_STACK_BYTES };
    struct endless endless;
    struct live_goroutines found;
    (void)state;
    endless_begin(&endless, DEEP + 6, WAITING);
    const struct live_target *target = endless.image->target;
    assert_int_equal(live_goroutines_read(target, false, endless.image->sink, &found), STATUS_OK);
    assert_int_equal(endless.deep, DEEP);
    assert_int_equal(endless.largest, LIMIT_LIVE_STACK_BYTES);
    assert_int_equal(found.count, DEEP + 6);
    assert_int_equal(found.groups.len, 2);
    assert_int_equal(found.groups.at[0].count, DEEP);
    assert_int_equal(found.groups.at[0].depth, LIMIT_LIVE_STACK);
    live_goroutines_release(&found);
    image_free(endless.image);
}

/* ---- executables ---- */

static void test_LIMIT_LIVE_PROGRAMS(void **state)
{
    struct live *live = live_new(&plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    (void)state;
    for (int i = 0; i < LIMIT_LIVE_PROGRAMS + 5; i++) {
        struct image_test *image = image_new(EM_X86_64, 26, false);
        struct live_program *program;
        assert_int_equal(program_open(live, image->path, sink, &program), STATUS_OK);
        program_release(live, program);
        assert_in_range(live->program_count, 1, LIMIT_LIVE_PROGRAMS);
        image_free(image);
    }
    assert_int_equal(live->program_count, LIMIT_LIVE_PROGRAMS);
    live_free(live);
    diag_sink_free(sink);
}

struct counted {
    size_t bytes;
};

static bool read_nothing(void *ctx, const struct live_piece *pieces, size_t count)
{
    struct counted *counted = ctx;
    for (size_t i = 0; i < count; i++) {
        memset(pieces[i].to, 0, pieces[i].size);
        counted->bytes += pieces[i].size;
    }
    return true;
}

/* A stripped executable whose data are larger than what is searched for moduledata, which is not
 * there. The file is sparse. */
static void test_LIMIT_LIVE_SCAN_BYTES(void **state)
{
    const uint64_t size = LIMIT_LIVE_SCAN_BYTES + (UINT64_C(64) << 20);
    struct counted counted = {0};
    const struct live_reader reader = {.read = read_nothing, .ctx = &counted};
    struct image_test *image = image_new(EM_X86_64, 26, true);
    struct live *live = live_new(&plenty);
    struct live_target *target = NULL;
    const off_t data = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    Elf64_Phdr segment;
    int fd = open(image->path, O_RDWR | O_CLOEXEC);
    (void)state;
    assert_int_equal(pread(fd, &segment, sizeof(segment), data), sizeof(segment));
    assert_int_equal(ftruncate(fd, (off_t)(segment.p_offset + size)), 0);
    segment.p_filesz = segment.p_memsz = size;
    assert_int_equal(pwrite(fd, &segment, sizeof(segment), data), sizeof(segment));
    close(fd);
    assert_int_not_equal(target_of_image(live, image->path, &reader, image->sink, &target),
                         STATUS_OK);
    assert_in_range(counted.bytes, LIMIT_LIVE_SCAN_BYTES, LIMIT_LIVE_SCAN_BYTES + (1 << 20));
    live_detach(target);
    live_free(live);
    image_free(image);
}

/* ---- files of /proc ---- */

static void count_bytes(void *ctx, struct str line)
{
    *(size_t *)ctx += line.len + 1;
}

static void test_LIMIT_LIVE_MAPS_BYTES(void **state)
{
    struct sb text;
    size_t told = 0;
    char path[] = "/tmp/live-maps-XXXXXX";
    static char lines[1 << 20];
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    memset(lines, '\n', sizeof(lines));
    for (size_t size = 0; size < LIMIT_LIVE_MAPS_BYTES + sizeof(lines); size += sizeof(lines))
        assert_int_equal(write(fd, lines, sizeof(lines)), sizeof(lines));
    close(fd);
    assert_false(kernel_file_lines(path, count_bytes, &told));
    assert_in_range(told, LIMIT_LIVE_MAPS_BYTES - KERNEL_FILE_BYTES, LIMIT_LIVE_MAPS_BYTES);
    unlink(path);
    /* One of /proc that has no end to speak of: 8 bytes for each page that an address can name. */
    sb_init(&text, &plenty);
    assert_int_not_equal(live_proc_file(getpid(), "pagemap", NULL, &text), STATUS_OK);
    assert_in_range(text.len, 0, LIMIT_LIVE_MAPS_BYTES + (1 << 20));
    sb_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_LIMIT_LIVE_GOROUTINES),
        cmocka_unit_test(test_LIMIT_LIVE_STACK_BYTES_and_DEEP_BYTES_and_STACK),
        cmocka_unit_test(test_LIMIT_LIVE_PROGRAMS),
        cmocka_unit_test(test_LIMIT_LIVE_SCAN_BYTES),
        cmocka_unit_test(test_LIMIT_LIVE_MAPS_BYTES),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
