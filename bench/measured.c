/* measured.c: runs a program and writes what it took to descriptor 3, for the benchmarks' scripts.
 *
 *   measured PROGRAM [ARGUMENT...] 3>figures
 *
 * "USER+SYSTEM-SECONDS PEAK-MEGABYTES STATUS". A program of its own, because the peak of resident
 * memory that the kernel tells of a child begins with that of whoever forked it. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    if (argc < 2)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 1;
    dprintf(3, "%.3f %.1f %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
            (double)usage.ru_maxrss / 1024, status);
    return status ? 1 : 0;
}
