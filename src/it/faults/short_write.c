/*
 * A kernel that takes less than it was given: every n-th pwrite below a folder writes only half of its bytes, and says so.
 *
 *   SHORT_WRITE_ROOT=/data SHORT_WRITE_EVERY=7 SHORT_WRITE_LOG=/tmp/log LD_PRELOAD=short_write.so PROGRAM...
 *
 * A line of the log for each write that is cut: how many of its bytes are taken.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void note(size_t bytes) {
    const char *path = getenv("SHORT_WRITE_LOG");
    FILE *log = path == NULL ? NULL : fopen(path, "a");
    if (log == NULL) abort();
    fprintf(log, "%zu\n", bytes);
    fclose(log);
}

static int is_below(int fd, const char *root) {
    char link[40];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t bytes = readlink(link, path, sizeof path);
    return bytes > (ssize_t)strlen(root) && strncmp(path, root, strlen(root)) == 0;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
    static __typeof__(pwrite) *next;
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "pwrite");
    const char *root = getenv("SHORT_WRITE_ROOT");
    const char *every = getenv("SHORT_WRITE_EVERY");
    if (root != NULL && every != NULL && bytes > 1 && is_below(fd, root) && ++calls % atol(every) == 0) {
        bytes /= 2;
        note(bytes);
    }
    return next(fd, data, bytes, offset);
}

/* Where off_t has 64 bits the two are one. */
extern __typeof__(pwrite64) pwrite64 __attribute__((alias("pwrite")));
