/*
 * Writes down what a process does to the files below a folder: an LD_PRELOAD library, for replay.py.
 *
 *   gcc -std=c11 -O2 -shared -fPIC -o trace.so trace.c
 *   POWERLOSS_ROOT=/data POWERLOSS_TRACE=/tmp/trace LD_PRELOAD=trace.so PROGRAM...
 *
 * Each process appends to POWERLOSS_TRACE.<pid>. A record is written when its call has returned, before the program sees that: whatever
 * the program does because of the call comes later than the record's time (CLOCK_MONOTONIC, as System.nanoTime). Only calls that
 * succeeded and changed something are written, except sync_file_range, which promises nothing and is written for completeness.
 *
 * Which file a descriptor is, is asked of /proc/self/fd each time: no table of descriptors can go stale. What a process does through a FILE
 * of glibc, through mmap or io_uring is not seen; a shared, writable mapping of a file below the root, a clone, and a mount are written as
 * UNKNOWN, which replay.py refuses. `strace -f -y` shows whether anything was missed (PowerLossToolIT compares).
 *
 * A record, little-endian:
 *   0 u32 magic "PLTR"   4 u16 kind   6 u16 flags    8 u64 ns    16 u64 inode   24 u64 offset   32 u64 bytes (of data; or the new length)
 *  40 u32 dataBytes     44 u16 pathBytes   46 u16 otherPathBytes   48 path, other path (relative to the root), data
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
    OPEN = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, LINK, SYMLINK, CLOSE, SYNC_RANGE, ZERO, UNKNOWN
};

enum { CREATED = 1, TRUNCATED = 2, EVERY_WRITE_SYNCED = 4, EXCHANGE = 8, DIRECTORY = 16 };

#define MAGIC 0x52544C50u
#define FICLONE_REQUEST 0x40049409ul
#define FICLONERANGE_REQUEST 0x4020940Dul
#define LONGEST_DATA (1u << 30)

struct record {
    uint32_t magic;
    uint16_t kind;
    uint16_t flags;
    uint64_t ns;
    uint64_t inode;
    uint64_t offset;
    uint64_t bytes;
    uint32_t data_bytes;
    uint16_t path_bytes;
    uint16_t other_bytes;
};

static char root[PATH_MAX];
static size_t root_bytes;
static int log_fd = -1;

/* ---- the log: raw system calls, so that nothing here is traced */

static void die(const char *what) {
    dprintf(2, "trace: %s: %s\n", what, strerror(errno));
    _exit(99);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("POWERLOSS_ROOT");
    const char *name = getenv("POWERLOSS_TRACE");
    char file[PATH_MAX];
    if (folder == NULL || name == NULL || log_fd >= 0) {
        return;
    }
    if (realpath(folder, root) == NULL) {
        die(folder);
    }
    root_bytes = strlen(root);
    snprintf(file, sizeof file, "%s.%ld", name, (long)syscall(SYS_getpid));
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_fd < 0) {
        die(file);
    }
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* One append, so that records of threads do not mix. Keeps errno: the program looks at its own call's. */
static void put(struct record *record, const char *path, const char *other, const struct iovec *data, int count) {
    int saved = errno;
    struct iovec parts[3 + 64];
    size_t total = sizeof *record;
    record->magic = MAGIC;
    record->ns = now();
    record->path_bytes = (uint16_t)strlen(path);
    record->other_bytes = (uint16_t)strlen(other);
    parts[0] = (struct iovec){record, sizeof *record};
    parts[1] = (struct iovec){(void *)path, record->path_bytes};
    parts[2] = (struct iovec){(void *)other, record->other_bytes};
    total += record->path_bytes + (size_t)record->other_bytes + record->data_bytes;
    if (count > 0) {
        memcpy(parts + 3, data, (size_t)count * sizeof *data);
    }
    if (syscall(SYS_writev, log_fd, parts, 3 + count) != (ssize_t)total) {
        die("record not written whole");
    }
    errno = saved;
}

/* ---- which file it is */

/* Returns whether an absolute path is below the root; makes it relative. */
static int below(const char *absolute, char *relative) {
    if (strncmp(absolute, root, root_bytes) != 0 || (absolute[root_bytes] != '/' && absolute[root_bytes] != 0)) {
        return 0;
    }
    snprintf(relative, PATH_MAX, "%s", absolute[root_bytes] == 0 ? "" : absolute + root_bytes + 1);
    return 1;
}

static int of_fd(int fd, char *relative) {
    char link[40];
    char absolute[PATH_MAX];
    ssize_t bytes;
    if (log_fd < 0 || fd < 0) {
        return 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    bytes = syscall(SYS_readlinkat, AT_FDCWD, link, absolute, sizeof absolute - 1);
    if (bytes <= 0 || absolute[0] != '/') {
        return 0;
    }
    absolute[bytes] = 0;
    return below(absolute, relative);
}

/* The folder's real path and the last name: symbolic links in the folder are followed, the name itself is not. */
static int of_path(int folder_fd, const char *path, char *relative) {
    char given[2 * PATH_MAX];
    char folder[PATH_MAX];
    char absolute[2 * PATH_MAX];
    char link[40];
    char *slash;
    size_t end;
    int saved = errno;
    if (log_fd < 0 || path == NULL || path[0] == 0) {
        return 0;
    }
    if (path[0] == '/') {
        snprintf(given, sizeof given, "%s", path);
    } else if (folder_fd == AT_FDCWD) {
        snprintf(given, sizeof given, "./%s", path);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder_fd);
        snprintf(given, sizeof given, "%s/%s", link, path);
    }
    for (end = strlen(given); end > 1 && given[end - 1] == '/'; end--) {
        given[end - 1] = 0;
    }
    slash = strrchr(given, '/');
    *slash = 0;
    if (realpath(slash == given ? "/" : given, folder) == NULL) {
        errno = saved;
        return 0;
    }
    errno = saved;
    snprintf(absolute, sizeof absolute, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, slash + 1);
    return below(absolute, relative);
}

static uint64_t inode_of(int fd) {
    struct stat found;
    int saved = errno;
    uint64_t inode = fstat(fd, &found) == 0 ? (uint64_t)found.st_ino : 0;
    errno = saved;
    return inode;
}

static uint64_t inode_at(int folder_fd, const char *path) {
    struct stat found;
    int saved = errno;
    uint64_t inode = fstatat(folder_fd, path, &found, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)found.st_ino : 0;
    errno = saved;
    return inode;
}

static int is_folder(int fd) {
    struct stat found;
    int saved = errno;
    int is = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
    errno = saved;
    return is;
}

static void simple(enum kind kind, int fd, uint64_t offset, uint64_t bytes) {
    char path[PATH_MAX];
    if (of_fd(fd, path)) {
        struct record record = {.kind = (uint16_t)kind, .inode = inode_of(fd), .offset = offset, .bytes = bytes};
        record.flags = is_folder(fd) ? DIRECTORY : 0;
        put(&record, path, "", NULL, 0);
    }
}

static void unknown(int fd, const char *what) {
    char path[PATH_MAX];
    if (of_fd(fd, path)) {
        struct record record = {.kind = UNKNOWN, .inode = inode_of(fd)};
        put(&record, path, what, NULL, 0);
    }
}

static void two_paths(enum kind kind, const char *path, const char *other, uint64_t inode, unsigned flags) {
    struct record record = {.kind = (uint16_t)kind, .flags = (uint16_t)flags, .inode = inode};
    put(&record, path, other, NULL, 0);
}

/* ---- data */

static void wrote(int fd, const struct iovec *data, int count, uint64_t offset, ssize_t written) {
    char path[PATH_MAX];
    struct iovec used[64];
    size_t left = (size_t)written;
    int parts = 0;
    if (written <= 0 || !of_fd(fd, path)) {
        return;
    }
    for (; parts < count && left > 0; parts++) {
        if (parts == 64 || left > LONGEST_DATA) {
            unknown(fd, "write too long");
            return;
        }
        used[parts] = data[parts];
        if (used[parts].iov_len > left) {
            used[parts].iov_len = left;
        }
        left -= used[parts].iov_len;
    }
    struct record record = {
        .kind = WRITE, .inode = inode_of(fd), .offset = offset, .bytes = (uint64_t)written, .data_bytes = (uint32_t)written};
    record.flags = (fcntl(fd, F_GETFL) & (O_SYNC | O_DSYNC)) != 0 ? EVERY_WRITE_SYNCED : 0;
    put(&record, path, "", used, parts);
}

/* Where a write that moves the position has begun; with O_APPEND too. */
static uint64_t begun_at(int fd, ssize_t written) {
    int saved = errno;
    off_t end = lseek(fd, 0, SEEK_CUR);
    errno = saved;
    return end < written ? 0 : (uint64_t)(end - written);
}

/* What the kernel copied is read back: the caller does not have it. */
static void copied(int fd, uint64_t offset, ssize_t bytes) {
    char path[PATH_MAX];
    char proc[40];
    void *data;
    int saved = errno;
    int reader;
    if (bytes <= 0 || !of_fd(fd, path)) {
        return;
    }
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    reader = (int)syscall(SYS_openat, AT_FDCWD, proc, O_RDONLY | O_CLOEXEC);
    data = malloc((size_t)bytes);
    if (reader < 0 || data == NULL || syscall(SYS_pread64, reader, data, (size_t)bytes, offset) != bytes) {
        die("copied bytes not read back");
    }
    wrote(fd, &(struct iovec){data, (size_t)bytes}, 1, offset, bytes);
    free(data);
    syscall(SYS_close, reader);
    errno = saved;
}

/* ---- the calls */

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, #name)

/* Where off_t has 64 bits the two are one. */
#define ALIAS(name, other) extern __typeof__(name) name __attribute__((alias(#other)));

ssize_t write(int fd, const void *data, size_t bytes) {
    NEXT(write);
    ssize_t result = next(fd, data, bytes);
    if (result > 0 && log_fd >= 0) {
        char path[PATH_MAX];
        if (of_fd(fd, path)) {
            wrote(fd, &(struct iovec){(void *)data, bytes}, 1, begun_at(fd, result), result);
        }
    }
    return result;
}

ssize_t writev(int fd, const struct iovec *data, int count) {
    NEXT(writev);
    ssize_t result = next(fd, data, count);
    if (result > 0 && log_fd >= 0) {
        char path[PATH_MAX];
        if (of_fd(fd, path)) {
            wrote(fd, data, count, begun_at(fd, result), result);
        }
    }
    return result;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
    NEXT(pwrite);
    ssize_t result = next(fd, data, bytes, offset);
    wrote(fd, &(struct iovec){(void *)data, bytes}, 1, (uint64_t)offset, result);
    return result;
}
ALIAS(pwrite64, pwrite)

ssize_t pwritev(int fd, const struct iovec *data, int count, off_t offset) {
    NEXT(pwritev);
    ssize_t result = next(fd, data, count, offset);
    wrote(fd, data, count, (uint64_t)offset, result);
    return result;
}
ALIAS(pwritev64, pwritev)

ssize_t pwritev2(int fd, const struct iovec *data, int count, off_t offset, int flags) {
    NEXT(pwritev2);
    ssize_t result = next(fd, data, count, offset, flags);
    if (result > 0 && flags != 0) {
        unknown(fd, "pwritev2 with flags");
    }
    wrote(fd, data, count, offset == -1 ? begun_at(fd, result) : (uint64_t)offset, result);
    return result;
}
ALIAS(pwritev64v2, pwritev2)

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t bytes, unsigned flags) {
    NEXT(copy_file_range);
    ssize_t result = next(in, in_offset, out, out_offset, bytes, flags);
    if (result > 0) {
        copied(out, out_offset == NULL ? begun_at(out, result) : (uint64_t)(*out_offset - result), result);
    }
    return result;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t bytes) {
    NEXT(sendfile);
    ssize_t result = next(out, in, offset, bytes);
    char path[PATH_MAX];
    if (result > 0 && of_fd(out, path)) {
        copied(out, begun_at(out, result), result);
    }
    return result;
}
ALIAS(sendfile64, sendfile)

int ftruncate(int fd, off_t length) {
    NEXT(ftruncate);
    int result = next(fd, length);
    if (result == 0) simple(TRUNCATE, fd, 0, (uint64_t)length);
    return result;
}
ALIAS(ftruncate64, ftruncate)

int truncate(const char *path, off_t length) {
    NEXT(truncate);
    int result = next(path, length);
    char relative[PATH_MAX];
    if (result == 0 && of_path(AT_FDCWD, path, relative)) {
        struct record record = {.kind = TRUNCATE, .inode = inode_at(AT_FDCWD, path), .bytes = (uint64_t)length};
        put(&record, relative, "", NULL, 0);
    }
    return result;
}
ALIAS(truncate64, truncate)

static void allocated(int fd, int mode, uint64_t offset, uint64_t bytes) {
    if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
        unknown(fd, "fallocate that moves data");
        return;
    }
    if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
        simple(ZERO, fd, offset, bytes);
    }
    if ((mode & FALLOC_FL_KEEP_SIZE) == 0) {
        struct stat found;
        if (fstat(fd, &found) == 0) {
            simple(TRUNCATE, fd, 0, (uint64_t)found.st_size);
        }
    }
}

int fallocate(int fd, int mode, off_t offset, off_t bytes) {
    NEXT(fallocate);
    int result = next(fd, mode, offset, bytes);
    if (result == 0) allocated(fd, mode, (uint64_t)offset, (uint64_t)bytes);
    return result;
}
ALIAS(fallocate64, fallocate)

int posix_fallocate(int fd, off_t offset, off_t bytes) {
    NEXT(posix_fallocate);
    int result = next(fd, offset, bytes);
    if (result == 0) allocated(fd, 0, (uint64_t)offset, (uint64_t)bytes);
    return result;
}
ALIAS(posix_fallocate64, posix_fallocate)

/* What was written while a sync ran may not be in it: the time at which it began is kept as the offset. */
int fsync(int fd) {
    NEXT(fsync);
    uint64_t begun = now();
    int result = next(fd);
    if (result == 0) simple(SYNC, fd, begun, 0);
    return result;
}

int fdatasync(int fd) {
    NEXT(fdatasync);
    uint64_t begun = now();
    int result = next(fd);
    if (result == 0) simple(SYNC, fd, begun, 0);
    return result;
}

int syncfs(int fd) {
    NEXT(syncfs);
    int result = next(fd);
    if (result == 0) unknown(fd, "syncfs");
    return result;
}

int sync_file_range(int fd, off64_t offset, off64_t bytes, unsigned flags) {
    NEXT(sync_file_range);
    int result = next(fd, offset, bytes, flags);
    if (result == 0) simple(SYNC_RANGE, fd, (uint64_t)offset, (uint64_t)bytes);
    return result;
}

int close(int fd) {
    NEXT(close);
    char path[PATH_MAX];
    int is_below = of_fd(fd, path);
    uint64_t inode = is_below ? inode_of(fd) : 0;
    int result = next(fd);
    if (result == 0 && is_below) two_paths(CLOSE, path, "", inode, 0);
    return result;
}

/* ---- names */

static void opened(int fd, int flags, int existed) {
    char path[PATH_MAX];
    if (fd < 0 || (flags & (O_CREAT | O_TRUNC)) == 0 || !of_fd(fd, path) || is_folder(fd)) {
        return;
    }
    unsigned what = (existed ? 0u : CREATED) | ((flags & O_TRUNC) != 0 && existed ? TRUNCATED : 0u);
    if (what != 0) {
        two_paths(OPEN, path, "", inode_of(fd), what);
    }
}

#define OPEN_MODE(flags) \
    mode_t mode = 0; \
    if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) {
    NEXT(open);
    OPEN_MODE(flags)
    int existed = (flags & O_CREAT) == 0 || inode_at(AT_FDCWD, path) != 0;
    int fd = next(path, flags, mode);
    opened(fd, flags, existed);
    return fd;
}
ALIAS(open64, open)

int openat(int folder, const char *path, int flags, ...) {
    NEXT(openat);
    OPEN_MODE(flags)
    int existed = (flags & O_CREAT) == 0 || inode_at(folder, path) != 0;
    int fd = next(folder, path, flags, mode);
    opened(fd, flags, existed);
    return fd;
}
ALIAS(openat64, openat)

int creat(const char *path, mode_t mode) {
    NEXT(creat);
    int existed = inode_at(AT_FDCWD, path) != 0;
    int fd = next(path, mode);
    opened(fd, O_CREAT | O_TRUNC, existed);
    return fd;
}
ALIAS(creat64, creat)

static void renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned flags, int result) {
    char path[PATH_MAX];
    char other[PATH_MAX];
    int saved = errno;
    if (result != 0 || log_fd < 0) {
        return;
    }
    int is_from = of_path(from_folder, from, path);
    int is_to = of_path(to_folder, to, other);
    errno = saved;
    if (is_from != is_to) {
        struct record record = {.kind = UNKNOWN};
        put(&record, is_from ? path : other, "renamed into or out of the root", NULL, 0);
    } else if (is_from) {
        two_paths(RENAME, path, other, inode_at(to_folder, to), (flags & RENAME_EXCHANGE) != 0 ? EXCHANGE : 0);
    }
}

int rename(const char *from, const char *to) {
    NEXT(rename);
    int result = next(from, to);
    renamed(AT_FDCWD, from, AT_FDCWD, to, 0, result);
    return result;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    NEXT(renameat);
    int result = next(from_folder, from, to_folder, to);
    renamed(from_folder, from, to_folder, to, 0, result);
    return result;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    NEXT(renameat2);
    int result = next(from_folder, from, to_folder, to, flags);
    renamed(from_folder, from, to_folder, to, flags, result);
    return result;
}

static void named(enum kind kind, int folder, const char *path, int result) {
    char relative[PATH_MAX];
    if (result == 0 && of_path(folder, path, relative)) {
        two_paths(kind, relative, "", kind == MKDIR ? inode_at(folder, path) : 0, 0);
    }
}

int unlink(const char *path) {
    NEXT(unlink);
    int result = next(path);
    named(UNLINK, AT_FDCWD, path, result);
    return result;
}

int unlinkat(int folder, const char *path, int flags) {
    NEXT(unlinkat);
    int result = next(folder, path, flags);
    named((flags & AT_REMOVEDIR) != 0 ? RMDIR : UNLINK, folder, path, result);
    return result;
}

int remove(const char *path) {
    struct stat found;
    int is_there = lstat(path, &found) == 0;
    return is_there && S_ISDIR(found.st_mode) ? rmdir(path) : unlink(path);
}

int mkdir(const char *path, mode_t mode) {
    NEXT(mkdir);
    int result = next(path, mode);
    named(MKDIR, AT_FDCWD, path, result);
    return result;
}

int mkdirat(int folder, const char *path, mode_t mode) {
    NEXT(mkdirat);
    int result = next(folder, path, mode);
    named(MKDIR, folder, path, result);
    return result;
}

int rmdir(const char *path) {
    NEXT(rmdir);
    int result = next(path);
    named(RMDIR, AT_FDCWD, path, result);
    return result;
}

static void linked(int from_folder, const char *from, int to_folder, const char *to, int result) {
    char path[PATH_MAX];
    char other[PATH_MAX];
    if (result == 0 && of_path(to_folder, to, other)) {
        if (of_path(from_folder, from, path)) {
            two_paths(LINK, path, other, inode_at(to_folder, to), 0);
        } else {
            struct record record = {.kind = UNKNOWN};
            put(&record, other, "linked from outside the root", NULL, 0);
        }
    }
}

int link(const char *from, const char *to) {
    NEXT(link);
    int result = next(from, to);
    linked(AT_FDCWD, from, AT_FDCWD, to, result);
    return result;
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    NEXT(linkat);
    int result = next(from_folder, from, to_folder, to, flags);
    linked(from_folder, from, to_folder, to, result);
    return result;
}

static void symlinked(const char *target, int folder, const char *path, int result) {
    char relative[PATH_MAX];
    if (result == 0 && of_path(folder, path, relative)) {
        two_paths(SYMLINK, relative, target, 0, 0);
    }
}

int symlink(const char *target, const char *path) {
    NEXT(symlink);
    int result = next(target, path);
    symlinked(target, AT_FDCWD, path, result);
    return result;
}

int symlinkat(const char *target, int folder, const char *path) {
    NEXT(symlinkat);
    int result = next(target, folder, path);
    symlinked(target, folder, path, result);
    return result;
}

/* ---- what cannot be replayed */

void *mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset) {
    NEXT(mmap);
    void *result = next(address, bytes, protection, flags, fd, offset);
    if (fd >= 0 && (flags & MAP_TYPE) != MAP_PRIVATE && (protection & PROT_WRITE) != 0 && result != MAP_FAILED) {
        unknown(fd, "writable mapping");
    }
    return result;
}
ALIAS(mmap64, mmap)

int ioctl(int fd, unsigned long request, ...) {
    NEXT(ioctl);
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    int result = next(fd, request, argument);
    if (result == 0 && (request == FICLONE_REQUEST || request == FICLONERANGE_REQUEST)) {
        unknown(fd, "clone");
    }
    return result;
}
