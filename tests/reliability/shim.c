/* Stands between a program and the calls with which it changes files below one folder (LD_PRELOAD).
 *
 * What it does is said in a file that it maps (PLAN): count the calls, kill the process group at one of them, or let
 * them fail. Files that end in -shm are left out: SQLite maps them into memory, and makes them anew after a crash.
 * Calls that libc makes inside itself (stdio) are not seen; neither SQLite, Python, Rust nor FAISS's writers as they
 * are used here go that way below a data folder, which the tests hold against strace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, SYNC = 2, TRUNCATE = 4, RENAME = 8, UNLINK = 16, CREATE = 32, MKDIR = 64, RMDIR = 128, OPEN = 256 };
enum action { COUNT, KILL_BEFORE, KILL_TORN, KILL_AFTER, FAIL, FAIL_SHORT };

struct plan { /* as `Plan` in shim.py lays it out */
    uint32_t action, error, kinds, lasting;
    uint64_t at, count, hits, seen[9];
    char folder[1024], log[1024];
};

static struct plan nothing = {0}, *plan = &nothing;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void map_plan(void) {
    const char *name = getenv("RELIABILITY_PLAN");
    int fd = name ? syscall(SYS_openat, AT_FDCWD, name, O_RDWR) : -1;
    if (fd < 0) return;
    void *found = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (found != MAP_FAILED) plan = found;
}

/* The path of `name` below the directory `dir`, absolute. */
static void path_at(int dir, const char *name, char *out) {
    if (name[0] == '/') { snprintf(out, PATH_MAX, "%s", name); return; }
    char link[64], folder[PATH_MAX];
    snprintf(link, sizeof link, dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
    ssize_t length = readlink(link, folder, sizeof folder - 1);
    folder[length < 0 ? 0 : length] = 0;
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX) out[0] = 0;
}

static void path_of(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    out[length < 0 ? 0 : length] = 0;
}

static int is_ours(const char *path) {
    size_t length = strlen(plan->folder), all = strlen(path);
    if (!length || strncmp(path, plan->folder, length) || (path[length] && path[length] != '/')) return 0;
    return all < 4 || strcmp(path + all - 4, "-shm");
}

static void record(int kind, const char *path, const char *other, const void *data, uint64_t size, int64_t offset) {
    if (!plan->log[0]) return;
    uint64_t head[5] = {kind, strlen(path), strlen(other), size, offset};
    struct iovec parts[] = {{head, sizeof head}, {(void *)path, head[1]}, {(void *)other, head[2]}, {(void *)data, data ? size : 0}};
    pthread_mutex_lock(&log_lock);
    int fd = syscall(SYS_openat, AT_FDCWD, plan->log, O_WRONLY | O_APPEND | O_CREAT, 0600);
    syscall(SYS_writev, fd, parts, 4);
    syscall(SYS_close, fd);
    pthread_mutex_unlock(&log_lock);
}

static void die(void) {
    for (;;) kill(0, SIGKILL);
}

/* What is to happen to this call: COUNT means that it goes on as it is. */
static int decide(int kind, const char *path) {
    if (!is_ours(path)) return COUNT;
    __atomic_add_fetch(&plan->seen[__builtin_ctz(kind)], 1, __ATOMIC_SEQ_CST);
    if (!(plan->kinds & kind)) return COUNT;
    uint64_t number = __atomic_add_fetch(&plan->count, 1, __ATOMIC_SEQ_CST);
    if (!plan->at || (plan->lasting ? number < plan->at : number != plan->at)) return COUNT;
    __atomic_add_fetch(&plan->hits, 1, __ATOMIC_SEQ_CST);
    if (plan->action == KILL_BEFORE) die();
    return plan->action;
}

/* Let a call happen that cannot be torn, or not. */
#define WHOLE(kind, path, other, call, worked)                                                    \
    do {                                                                                          \
        int action = decide(kind, path);                                                          \
        if (action == FAIL || action == FAIL_SHORT) { errno = plan->error; return -1; }           \
        if (action == KILL_TORN) die();                                                           \
        int result = call;                                                                        \
        int kept = errno;                                                                         \
        if (result worked && is_ours(path)) record(kind, path, other, NULL, 0, 0);                \
        if (action == KILL_AFTER) die();                                                          \
        errno = kept;                                                                             \
        return result;                                                                            \
    } while (0)

static ssize_t put(int fd, const void *data, size_t size, off_t at) {
    return at < 0 ? syscall(SYS_write, fd, data, size) : syscall(SYS_pwrite64, fd, data, size, at);
}

static ssize_t written(int fd, const void *data, size_t size, off_t at) {
    char path[PATH_MAX];
    path_of(fd, path);
    if (!is_ours(path)) return put(fd, data, size, at);
    int action = decide(WRITE, path);
    if (action == FAIL || (action == FAIL_SHORT && size < 2)) { errno = plan->error; return -1; }
    if (action == KILL_TORN || action == FAIL_SHORT) size /= 2;
    off_t place = at;
    if (at < 0) place = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t done = put(fd, data, size, at);
    int kept = errno;
    if (done > 0) record(WRITE, path, "", data, done, place);
    if (action == KILL_TORN || action == KILL_AFTER) die();
    errno = kept;
    return done;
}

static ssize_t written_parts(int fd, const struct iovec *parts, int count, off_t at) {
    size_t size = 0;
    for (int i = 0; i < count; i++) size += parts[i].iov_len;
    char *all = malloc(size ? size : 1), *end = all;
    if (!all) { errno = ENOMEM; return -1; }
    for (int i = 0; i < count; i++) end = mempcpy(end, parts[i].iov_base, parts[i].iov_len);
    ssize_t done = written(fd, all, size, at);
    int kept = errno;
    free(all);
    errno = kept;
    return done;
}

ssize_t write(int fd, const void *data, size_t size) { return written(fd, data, size, -1); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return written(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return written(fd, data, size, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return written_parts(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return written_parts(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return written_parts(fd, parts, count, at); }

static int synced(int fd, int number) {
    char path[PATH_MAX];
    path_of(fd, path);
    WHOLE(SYNC, path, "", syscall(number, fd), == 0);
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int cut(int fd, off_t size) {
    char path[PATH_MAX];
    path_of(fd, path);
    if (!is_ours(path)) return syscall(SYS_ftruncate, fd, size);
    int action = decide(TRUNCATE, path);
    if (action == FAIL || action == FAIL_SHORT) { errno = plan->error; return -1; }
    if (action == KILL_TORN) die();
    int result = syscall(SYS_ftruncate, fd, size), kept = errno;
    if (!result) record(TRUNCATE, path, "", NULL, 0, size);
    if (action == KILL_AFTER) die();
    errno = kept;
    return result;
}
int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

static int renamed(int from, const char *old, int to, const char *new, unsigned flags) {
    char path[PATH_MAX], other[PATH_MAX];
    path_at(from, old, path);
    path_at(to, new, other);
    const char *ours = is_ours(other) ? other : path;
    int action = decide(RENAME, ours);
    if (action == FAIL || action == FAIL_SHORT) { errno = plan->error; return -1; }
    if (action == KILL_TORN) die();
    int result = syscall(SYS_renameat2, from, old, to, new, flags), kept = errno;
    if (!result && is_ours(ours)) record(RENAME, path, other, NULL, 0, 0);
    if (action == KILL_AFTER) die();
    errno = kept;
    return result;
}
int rename(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return renamed(from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) { return renamed(from, old, to, new, flags); }

static int removed(int dir, const char *name, int flags) {
    char path[PATH_MAX];
    path_at(dir, name, path);
    WHOLE(flags & AT_REMOVEDIR ? RMDIR : UNLINK, path, "", syscall(SYS_unlinkat, dir, name, flags), == 0);
}
int unlink(const char *name) { return removed(AT_FDCWD, name, 0); }
int unlinkat(int dir, const char *name, int flags) { return removed(dir, name, flags); }
int rmdir(const char *name) { return removed(AT_FDCWD, name, AT_REMOVEDIR); }

static int made(int dir, const char *name, mode_t mode) {
    char path[PATH_MAX];
    path_at(dir, name, path);
    if (!syscall(SYS_faccessat, AT_FDCWD, path, F_OK)) { errno = EEXIST; return -1; } /* as on a read-only disk too */
    WHOLE(MKDIR, path, "", syscall(SYS_mkdirat, dir, name, mode), == 0);
}
int mkdir(const char *name, mode_t mode) { return made(AT_FDCWD, name, mode); }
int mkdirat(int dir, const char *name, mode_t mode) { return made(dir, name, mode); }

/* Opening creates a file, empties one, or only asks for the right to write to one. */
static int opened(int dir, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return syscall(SYS_openat, dir, name, flags, mode);
    path_at(dir, name, path);
    if (!is_ours(path)) return syscall(SYS_openat, dir, name, flags, mode);
    int there = !syscall(SYS_faccessat, AT_FDCWD, path, F_OK), empties = there && (flags & O_TRUNC);
    int kind = empties ? TRUNCATE : !there && (flags & O_CREAT) ? CREATE : OPEN, action = decide(kind, path);
    if (action == FAIL || action == FAIL_SHORT) { errno = plan->error; return -1; }
    if (action == KILL_TORN) die();
    int result = syscall(SYS_openat, dir, name, flags, mode), kept = errno;
    if (result >= 0 && kind != OPEN) record(kind, path, "", NULL, 0, 0);
    if (action == KILL_AFTER) die();
    errno = kept;
    return result;
}

#define OPENING(name, parameters, dir)                                      \
    int name parameters {                                                   \
        mode_t mode = 0;                                                    \
        if (flags & (O_CREAT | __O_TMPFILE)) {                              \
            va_list more;                                                   \
            va_start(more, flags);                                          \
            mode = va_arg(more, mode_t);                                    \
            va_end(more);                                                   \
        }                                                                   \
        return opened(dir, file, flags, mode);                              \
    }
OPENING(open, (const char *file, int flags, ...), AT_FDCWD)
OPENING(open64, (const char *file, int flags, ...), AT_FDCWD)
OPENING(openat, (int dir, const char *file, int flags, ...), dir)
OPENING(openat64, (int dir, const char *file, int flags, ...), dir)
int creat(const char *file, mode_t mode) { return opened(AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *file, mode_t mode) { return opened(AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* A disk that is read-only says so also when it is asked. */
static int asked(int dir, const char *name, int mode, int flags) {
    char path[PATH_MAX];
    path_at(dir, name, path);
    if ((mode & W_OK) && plan->at && plan->action == FAIL && plan->error == EROFS && is_ours(path)) {
        errno = EROFS;
        return -1;
    }
    return syscall(SYS_faccessat2, dir, name, mode, flags);
}
int access(const char *name, int mode) { return asked(AT_FDCWD, name, mode, 0); }
int faccessat(int dir, const char *name, int mode, int flags) { return asked(dir, name, mode, flags); }

static int reserved(int fd, int mode, off_t at, off_t size) {
    char path[PATH_MAX];
    path_of(fd, path);
    WHOLE(WRITE, path, "", syscall(SYS_fallocate, fd, mode, at, size), == 0);
}
int fallocate(int fd, int mode, off_t at, off_t size) { return reserved(fd, mode, at, size); }
int fallocate64(int fd, int mode, off64_t at, off64_t size) { return reserved(fd, mode, at, size); }
int posix_fallocate(int fd, off_t at, off_t size) { return reserved(fd, 0, at, size) ? errno : 0; }
int posix_fallocate64(int fd, off64_t at, off64_t size) { return reserved(fd, 0, at, size) ? errno : 0; }
