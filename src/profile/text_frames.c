/* text_frames.c: the frames that pprof takes off the leaf of a text profile's stacks once they have
 * names, because they belong to the profiler or the allocator and not to who called it. Protobuf
 * profiles bring these patterns along.
 *
 * The names and their order are those of google/pprof, profile/legacy_profile.go
 * (addLegacyFrameInfo), so that `-proto` says what pprof's says. */
#include "profile/text_form.h"

static const char *const heap_dropped[] = {
    /* C */
    "calloc", "cfree", "malloc", "free", "memalign", "do_memalign", "(__)?posix_memalign",
    "pvalloc", "valloc", "realloc",
    /* tcmalloc */
    "tcmalloc::.*", "tc_calloc", "tc_cfree", "tc_malloc", "tc_free", "tc_memalign",
    "tc_posix_memalign", "tc_pvalloc", "tc_valloc", "tc_realloc", "tc_new", "tc_delete",
    "tc_newarray", "tc_deletearray", "tc_new_nothrow", "tc_newarray_nothrow",
    /* macOS */
    "malloc_zone_malloc", "malloc_zone_calloc", "malloc_zone_valloc", "malloc_zone_realloc",
    "malloc_zone_memalign", "malloc_zone_free",
    /* Go */
    "runtime\\..*",
    /* C++ */
    "BaseArena::.*", "(::)?do_malloc_no_errno", "(::)?do_malloc_pages", "(::)?do_malloc",
    "DoSampledAllocation", "MallocedMemBlock::MallocedMemBlock", "_M_allocate",
    "__builtin_(vec_)?delete", "__builtin_(vec_)?new", "__gnu_cxx::new_allocator::allocate",
    "__libc_malloc", "__malloc_alloc_template::allocate", "allocate", "cpp_alloc",
    "operator new(\\[\\])?", "simple_alloc::allocate",
};
/* Go's runtime in the middle of a stack. */
static const char *const heap_kept[] = {
    "runtime\\.panic", "runtime\\.reflectcall", "runtime\\.call[0-9]*",
};
static const char *const lock_dropped[] = {
    "RecordLockProfileData", "(base::)?RecordLockProfileData.*",
    "(base::)?SubmitMutexProfileData.*", "(base::)?SubmitSpinLockProfileData.*",
    "(base::Mutex::)?AwaitCommon.*", "(base::Mutex::)?Unlock.*", "(base::Mutex::)?UnlockSlow.*",
    "(base::Mutex::)?ReaderUnlock.*", "(base::MutexLock::)?~MutexLock.*",
    "(Mutex::)?AwaitCommon.*", "(Mutex::)?Unlock.*", "(Mutex::)?UnlockSlow.*",
    "(Mutex::)?ReaderUnlock.*", "(MutexLock::)?~MutexLock.*", "(SpinLock::)?Unlock.*",
    "(SpinLock::)?SlowUnlock.*", "(SpinLockHolder::)?~SpinLockHolder.*",
};
static const char *const other_dropped[] = {
    "ProfileData::Add", "ProfileData::prof_handler", "CpuProfiler::prof_handler",
    "__pthread_sighandler", "__restore",
};

static uint32_t any_of(struct profile *profile, const char *const *names, size_t count)
{
    struct sb pattern;
    sb_init(&pattern, profile->memory);
    for (size_t i = 0; i < count; i++)
        sb_addf(&pattern, "%s%s", i ? "|" : "", names[i]);
    uint32_t text = intern_add(&profile->strings, sb_str(&pattern));
    sb_release(&pattern);
    return text;
}

void text_set_frames(struct profile *profile)
{
    switch (profile_kind(profile)) {
    case PROFILE_HEAP:
        profile->drop_frames = any_of(profile, heap_dropped, COUNT_OF(heap_dropped));
        profile->keep_frames = any_of(profile, heap_kept, COUNT_OF(heap_kept));
        break;
    case PROFILE_CONTENTION:
        profile->drop_frames = any_of(profile, lock_dropped, COUNT_OF(lock_dropped));
        break;
    default:
        profile->drop_frames = any_of(profile, other_dropped, COUNT_OF(other_dropped));
        break;
    }
}
