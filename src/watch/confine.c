/* confine.c: what the daemon gives up once it has started: privileges, capabilities but the one it
 * reads processes with, and the system calls it does not need (seccomp(2)). It can then no longer
 * start programs, open connections, trace, or write to another's memory.
 *
 * C1. A call that is not on the list answers EPERM; the daemon goes on without what wanted it.
 * C2. Landlock may not be laid on the thread that reads processes: a domain may not look into those
 *     outside of it (security/landlock/task.c). So it is laid on all that the network reaches and
 *     that need not write: the threads that answer, and the hand when it runs no commands. The
 *     loop's own thread writes captures and the history; what else it may write is its user's. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "watch_int.h"

/* Sanitizers look for leaks at the end by calls that are not on the list. */
#if defined(__SANITIZE_ADDRESS__)
#elif defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* ---- capabilities ---- */

/* Root keeps what lets it write into folders of others. */
static unsigned kept_capabilities(void)
{
    unsigned kept = 1u << CAP_SYS_PTRACE;
    return geteuid() == 0 ? kept | 1u << CAP_DAC_OVERRIDE : kept;
}

static bool set_capabilities(unsigned mask)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data))
        return false;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    data[0].effective = data[0].permitted &= mask;
    data[1].effective = data[1].permitted = 0;
    data[0].inheritable = data[1].inheritable = 0;
    return syscall(SYS_capset, &header, data) == 0;
}

/* ---- system calls ---- */

#ifdef OWN_ARCHITECTURE
static const unsigned allowed[] = {
    /* files */
    SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_openat, SYS_close,
    SYS_close_range, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_faccessat2,
    SYS_lseek, SYS_getdents64, SYS_readlinkat, SYS_getcwd, SYS_fcntl, SYS_ioctl, SYS_flock,
    SYS_ftruncate, SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_renameat2, SYS_unlinkat,
    SYS_mkdirat, SYS_fchmod, SYS_fchown, SYS_fchmodat, SYS_fchownat, SYS_umask, SYS_sendfile,
    SYS_dup, SYS_dup3, SYS_pipe2, SYS_eventfd2, SYS_utimensat, SYS_fstatfs, SYS_statfs,
    /* memory, time, waiting */
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_ppoll,
    SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_futex,
    SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
    SYS_restart_syscall, SYS_sched_yield, SYS_sched_getaffinity, SYS_getcpu, SYS_membarrier,
    /* connections that were accepted */
    SYS_accept, SYS_accept4, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_shutdown,
    SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
    /* processes: children of our own, and reading others */
    SYS_clone, SYS_clone3, SYS_wait4, SYS_waitid, SYS_exit, SYS_exit_group, SYS_kill, SYS_tgkill,
    SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack,
    SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_set_tid_address, SYS_prctl,
    SYS_uname, SYS_sysinfo, SYS_getrandom, SYS_getrlimit, SYS_prlimit64, SYS_process_vm_readv,
#ifdef SYS_open /* older names of the same, which amd64 has */
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_rename, SYS_unlink, SYS_mkdir,
    SYS_chmod, SYS_dup2, SYS_pipe, SYS_poll, SYS_select, SYS_epoll_wait, SYS_fork, SYS_vfork,
    SYS_time, SYS_arch_prctl,
#endif
};
/* For -url. */
static const unsigned outwards[] = {SYS_socket, SYS_connect, SYS_bind, SYS_sendmmsg,
                                    SYS_socketpair};

enum { PROGRAM_MAX = COUNT_OF(allowed) * 2 + COUNT_OF(outwards) * 2 + 8 };

static size_t add_calls(struct sock_filter *program, size_t at, const unsigned *calls,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        program[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
        program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    return at;
}

static bool set_filter(bool network)
{
    struct sock_filter program[PROGRAM_MAX] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    size_t count = add_calls(program, 4, allowed, COUNT_OF(allowed));
    if (network)
        count = add_calls(program, count, outwards, COUNT_OF(outwards));
    program[count++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM); /* C1 */
    struct sock_fprog filter = {.len = (unsigned short)count, .filter = program};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}
#else
static const unsigned allowed[1];
static bool set_filter(bool network)
{
    (void)network;
    return false;
}
#endif

/* ---- both ---- */

void watch_confine(struct watch *watch)
{
    bool fewer = set_capabilities(kept_capabilities());
    bool quiet = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    bool filtered = quiet && set_filter(watch->options.url != NULL);
    char calls[64] = "no seccomp";
    if (filtered)
        snprintf(calls, sizeof(calls), "%zu system calls", COUNT_OF(allowed));
    watch_tell(watch, "confined: %s, %s, %s, %s",
               !fewer             ? "capabilities as given"
               : geteuid() == 0   ? "capabilities sys_ptrace and dac_override"
                                  : "no capability but sys_ptrace",
               quiet ? "no new privileges" : "no no_new_privs", calls,
               watch->landlocked ? "landlock on what answers the network"
                                 : "no landlock in this kernel");
}

/* ---- landlock ---- */

/* On this thread, and those that it starts: they can write no file and start no program. */
static bool lay_landlock(void)
{
    const uint64_t writing =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
        LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
        LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
        LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
        LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    struct landlock_ruleset_attr rules = {.handled_access_fs = writing};
    long fd = syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
    if (fd < 0)
        return false;
    bool laid = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
    close((int)fd);
    return laid;
}

void watch_confine_answers(struct watch *watch)
{
    watch->landlocked = lay_landlock();
}

void confine_hand(bool runs_commands)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (geteuid() != 0)
        (void)set_capabilities(0);
    if (!runs_commands)
        (void)lay_landlock();
}
