/* A disk that fails, for tests: preloaded (LD_PRELOAD), it counts what a process does to files below
 * $FAULT_FOLDER - writes, syncs, renames - and lets the n-th fail. The process orders it by opening
 * names in that folder that are not there: ".fault-full-N" (from the n-th on nothing can be written:
 * ENOSPC), ".fault-error-N" (the n-th alone fails: EIO), ".fault-readonly" (no file opens
 * for writing: EROFS), ".fault-packed" (no room at all, not even in SQLite's shared memory), ".fault-none" (nothing fails; the count
 * goes into the file .count, and begins anew). With $FAULT_LOG all of it is recorded there, with names ".mark-..." that it opens: see power_loss.ts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long count, fail_at, fails_on;
static int failure, read_only, packed;
static int log_file = -2;

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

static const char *folder(void) {
  const char *path = getenv("FAULT_FOLDER");
  return path && *path ? path : NULL;
}

static int below(const char *path) {
  const char *start = folder();
  return start && path && strncmp(path, start, strlen(start)) == 0;
}

/* The path of an open file, where it lies below the folder. */
static int path_of(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

/* Whether this operation fails; it is counted. The shared memory of SQLite is no disk, unless that is packed:
 * then a file can be made, and nothing be put into it. */
static int fails(const char *path, int needs_room) {
  size_t length = strlen(path);
  if (packed && needs_room && access(path, F_OK) == 0) {
    errno = ENOSPC;
    return 1;
  }
  if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return 0;
  pthread_mutex_lock(&lock);
  long n = ++count;
  int hit = fail_at > 0 && (n == fail_at || (fails_on && n > fail_at && needs_room));
  pthread_mutex_unlock(&lock);
  if (hit) errno = failure;
  return hit;
}

/* A record: kind, path, second path, offset, bytes. Called after the operation succeeded. */
static void record(char kind, const char *path, const char *other, int64_t offset,
                   const void *bytes, uint64_t length) {
  const char *name = getenv("FAULT_LOG");
  if (!name || !*name) return;
  REAL(write);
  pthread_mutex_lock(&lock);
  if (log_file == -2) log_file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  uint32_t sizes[2] = { (uint32_t)strlen(path), other ? (uint32_t)strlen(other) : 0 };
  if (real(log_file, &kind, 1) < 0 || real(log_file, sizes, 8) < 0 ||
      real(log_file, path, sizes[0]) < 0 || real(log_file, other ? other : "", sizes[1]) < 0 ||
      real(log_file, &offset, 8) < 0 || real(log_file, &length, 8) < 0 ||
      (length > 0 && real(log_file, bytes, length) < 0)) abort();
  pthread_mutex_unlock(&lock);
}

static void order(const char *path) {
  const char *name = strrchr(path, '/');
  if (name && strncmp(name, "/.mark-", 7) == 0) record('m', path, NULL, 0, NULL, 0);
  if (!name || strncmp(name, "/.fault-", 8) != 0) return;
  pthread_mutex_lock(&lock);
  if (strcmp(name, "/.fault-none") == 0) {
    char counted[4096];
    snprintf(counted, sizeof counted, "%s/.count", folder());
    FILE *file = fopen(counted, "w");
    if (file) {
      fprintf(file, "%ld", count);
      fclose(file);
    }
  }
  count = 0;
  read_only = strcmp(name, "/.fault-readonly") == 0;
  packed = strcmp(name, "/.fault-packed") == 0;
  fails_on = strncmp(name, "/.fault-full-", 13) == 0;
  failure = fails_on ? ENOSPC : EIO;
  fail_at = fails_on ? atol(name + 13) : strncmp(name, "/.fault-error-", 14) == 0 ? atol(name + 14) : 0;
  pthread_mutex_unlock(&lock);
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (!below(path)) return real(path, flags, mode);
  order(path);
  if (read_only && (flags & (O_WRONLY | O_RDWR | O_CREAT))) {
    errno = EROFS;
    return -1;
  }
  int missing = (flags & O_CREAT) && access(path, F_OK) != 0;
  if (missing && fails(path, 1)) return -1;
  int fd = real(path, flags, mode);
  if (fd >= 0 && (missing || (flags & O_TRUNC))) record(missing ? 'c' : 't', path, NULL, 0, NULL, 0);
  return fd;
}

#define OPEN(name)                                                      \
  int name(const char *path, int flags, ...) {                          \
    REAL(name);                                                         \
    va_list list;                                                       \
    va_start(list, flags);                                              \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list);                                                       \
    return opened(real, path, flags, mode);                             \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  char path[4096];
  if (!folder() || !path_of(fd, path, sizeof path)) return real(fd, bytes, length);
  if (fails(path, 1)) return -1;
  off_t end = lseek(fd, 0, SEEK_CUR);
  if (fcntl(fd, F_GETFL) & O_APPEND) end = lseek(fd, 0, SEEK_END);
  ssize_t done = real(fd, bytes, length);
  if (done > 0) record('w', path, NULL, end, bytes, done);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64);
  char path[4096];
  if (!folder() || !path_of(fd, path, sizeof path)) return real(fd, bytes, length, offset);
  if (fails(path, 1)) return -1;
  ssize_t done = real(fd, bytes, length, offset);
  if (done > 0) record('w', path, NULL, offset, bytes, done);
  return done;
}

static int truncated(int (*real)(int, off64_t), int fd, off64_t length) {
  char path[4096];
  if (!folder() || !path_of(fd, path, sizeof path)) return real(fd, length);
  if (fails(path, 0)) return -1;
  int done = real(fd, length);
  if (done == 0) record('l', path, NULL, length, NULL, 0);
  return done;
}

int ftruncate(int fd, off_t length) {
  REAL(ftruncate);
  return truncated(real, fd, length);
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  return truncated(real, fd, length);
}

static int synced(int fd, int (*real)(int)) {
  char path[4096];
  if (!folder() || !path_of(fd, path, sizeof path)) return real(fd);
  if (fails(path, 0)) return -1;
  int done = real(fd);
  if (done == 0) record('s', path, NULL, 0, NULL, 0);
  return done;
}

int fsync(int fd) {
  REAL(fsync);
  return synced(fd, real);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return synced(fd, real);
}

/* Copies within the kernel are left to whoever copies, who reads and writes then. */
ssize_t copy_file_range(int from, off64_t *in, int to, off64_t *out, size_t length, unsigned flags) {
  REAL(copy_file_range);
  char path[4096];
  if (!folder() || !path_of(to, path, sizeof path)) return real(from, in, to, out, length, flags);
  errno = ENOSYS;
  return -1;
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
  REAL(sendfile64);
  char path[4096];
  if (!folder() || !path_of(to, path, sizeof path)) return real(to, from, offset, length);
  errno = ENOSYS;
  return -1;
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (!below(from)) return real(from, to);
  if (fails(to, 0)) return -1;
  int done = real(from, to);
  if (done == 0) record('r', from, to, 0, NULL, 0);
  return done;
}

int unlink(const char *path) {
  REAL(unlink);
  int done = real(path);
  if (done == 0 && below(path)) record('u', path, NULL, 0, NULL, 0);
  return done;
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  if (below(path) && access(path, F_OK) != 0 && fails(path, 1)) return -1;
  int done = real(path, mode);
  if (done == 0 && below(path)) record('d', path, NULL, 0, NULL, 0);
  return done;
}
