/*
 * A disk that could not keep what it was given: the n-th sync of one file fails with EIO, and what was written to the file since the sync before is
 * gone. Every later sync says that all is well, as Linux does: an error is told once.
 *
 *   LOST_WRITE_FILE=/data/part.h5 LOST_WRITE_CALL=fsync LOST_WRITE_NUMBER=1 LOST_WRITE_LOG=/tmp/log LD_PRELOAD=lost_write.so PROGRAM...
 *
 * A line of the log for each write that is lost: its offset and its bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_WRITES 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    off_t offset;
    size_t bytes;
} unsynced[MOST_WRITES];
static size_t writes;
static long syncs;

static int is_target(int fd) {
    const char *target = getenv("LOST_WRITE_FILE");
    char link[40];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t bytes = readlink(link, path, sizeof path);
    return target != NULL && bytes == (ssize_t)strlen(target) && strncmp(path, target, strlen(target)) == 0;
}

static ssize_t write_next(int fd, const void *data, size_t bytes, off_t offset) {
    static __typeof__(pwrite) *next;
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "pwrite");
    return next(fd, data, bytes, offset);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
    pthread_mutex_lock(&lock);
    if (is_target(fd)) {
        if (writes == MOST_WRITES) abort();
        unsynced[writes].offset = offset;
        unsynced[writes++].bytes = bytes;
    }
    ssize_t written = write_next(fd, data, bytes, offset);
    pthread_mutex_unlock(&lock);
    return written;
}

/* Where off_t has 64 bits the two are one. */
extern __typeof__(pwrite64) pwrite64 __attribute__((alias("pwrite")));

static void lose(int fd) {
    FILE *log = fopen(getenv("LOST_WRITE_LOG"), "a");
    if (log == NULL) abort();
    for (size_t i = 0; i < writes; i++) {
        void *zeros = calloc(1, unsynced[i].bytes);
        if (zeros == NULL || write_next(fd, zeros, unsynced[i].bytes, unsynced[i].offset) < 0) abort();
        free(zeros);
        fprintf(log, "%lld %zu\n", (long long)unsynced[i].offset, unsynced[i].bytes);
    }
    fclose(log);
}

/* Returns whether this call is the one that fails. */
static int fails(int fd, const char *call) {
    int is_it = 0;
    pthread_mutex_lock(&lock);
    if (is_target(fd)) {
        const char *wanted = getenv("LOST_WRITE_CALL");
        const char *number = getenv("LOST_WRITE_NUMBER");
        is_it = wanted != NULL && number != NULL && strcmp(wanted, call) == 0 && ++syncs == atol(number);
        if (is_it) lose(fd);
        writes = 0;
    }
    pthread_mutex_unlock(&lock);
    if (is_it) errno = EIO;
    return is_it;
}

int fsync(int fd) {
    static __typeof__(fsync) *next;
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "fsync");
    return fails(fd, "fsync") ? -1 : next(fd);
}

int fdatasync(int fd) {
    static __typeof__(fdatasync) *next;
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "fdatasync");
    return fails(fd, "fdatasync") ? -1 : next(fd);
}
