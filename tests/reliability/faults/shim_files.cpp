// Calls on files that fail or do less than asked for. Covers what the programs and the C++ library
// call; what the C library does inside itself (stdio's writes, closedir's close) is not seen.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <initializer_list>

#include "tests/reliability/faults/shim.h"

namespace {

using linnet::faults::fails;
using linnet::faults::Fault;
using linnet::faults::hidden;

int errno_of(Fault fault) {
  return fault == Fault::disk_full ? ENOSPC : fault == Fault::interrupted ? EINTR : EIO;
}

// True, with errno set, if the call is to fail with one of these.
bool breaks(const char* function, std::initializer_list<Fault> faults) {
  for (const Fault fault : faults) {
    if (!fails(fault, function)) continue;
    errno = errno_of(fault);
    return true;
  }
  return false;
}

void die() {
  (void)::kill(::getpid(), SIGKILL);
}

// Less than asked for, and neither nothing nor a multiple of a block.
size_t shortened(const char* function, size_t bytes) {
  constexpr size_t kMost = 4093;
  return bytes > 1 && fails(Fault::short_count, function) ? std::min((bytes + 1) / 2, kMost)
                                                          : bytes;
}

template <typename Function>
Function* hidden_as(const char* name) {
  return reinterpret_cast<Function*>(hidden(name));
}

constexpr auto kIo = Fault::io_error;
constexpr auto kFull = Fault::disk_full;
constexpr auto kInterrupted = Fault::interrupted;

bool open_breaks(const char* function, int flags) {
  return breaks(function, {kIo, kInterrupted}) ||
         ((flags & O_CREAT) != 0 && breaks(function, {kFull}));
}

// The third or fourth argument, which is there only if a file may be made.
mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

#define LINNET_WRAP_OPEN(name)                                       \
  int name(const char* path, int flags, ...) {                       \
    const auto real = hidden_as<int(const char*, int, ...)>(#name);  \
    va_list arguments;                                               \
    va_start(arguments, flags);                                      \
    const mode_t mode = mode_of(flags, arguments);                   \
    va_end(arguments);                                               \
    return open_breaks(#name, flags) ? -1 : real(path, flags, mode); \
  }
LINNET_WRAP_OPEN(open)
LINNET_WRAP_OPEN(open64)

#define LINNET_WRAP_OPENAT(name)                                             \
  int name(int folder, const char* path, int flags, ...) {                   \
    const auto real = hidden_as<int(int, const char*, int, ...)>(#name);     \
    va_list arguments;                                                       \
    va_start(arguments, flags);                                              \
    const mode_t mode = mode_of(flags, arguments);                           \
    va_end(arguments);                                                       \
    return open_breaks(#name, flags) ? -1 : real(folder, path, flags, mode); \
  }
LINNET_WRAP_OPENAT(openat)
LINNET_WRAP_OPENAT(openat64)

// Functions that return -1, or null, and set errno. The first kind changes files.
#define LINNET_WRAP_CHANGE(result, name, parameters, arguments, ...) \
  result name parameters {                                           \
    const auto real = hidden_as<result parameters>(#name);           \
    if (fails(Fault::killed, #name)) die();                          \
    return breaks(#name, {__VA_ARGS__}) ? -1 : real arguments;       \
  }

LINNET_WRAP_CHANGE(int, mkstemp, (char* path), (path), kIo, kFull, kInterrupted)
LINNET_WRAP_CHANGE(int, mkstemp64, (char* path), (path), kIo, kFull, kInterrupted)
LINNET_WRAP_CHANGE(int, fchmod, (int file, mode_t mode), (file, mode), kIo, kInterrupted)
LINNET_WRAP_CHANGE(int, fsync, (int file), (file), kIo, kFull, kInterrupted)
LINNET_WRAP_CHANGE(int, rename, (const char* from, const char* to), (from, to), kIo, kFull)
LINNET_WRAP_CHANGE(int, mkdir, (const char* path, mode_t mode), (path, mode), kIo, kFull)

#define LINNET_WRAP(result, name, parameters, arguments, failure, ...) \
  result name parameters {                                             \
    const auto real = hidden_as<result parameters>(#name);             \
    return breaks(#name, {__VA_ARGS__}) ? failure : real arguments;    \
  }

LINNET_WRAP(int, stat, (const char* path, struct stat* info), (path, info), -1, kIo)
LINNET_WRAP(int, lstat, (const char* path, struct stat* info), (path, info), -1, kIo)
LINNET_WRAP(int, fstat, (int file, struct stat* info), (file, info), -1, kIo)
LINNET_WRAP(DIR*, opendir, (const char* path), (path), nullptr, kIo)
LINNET_WRAP(DIR*, fdopendir, (int folder), (folder), nullptr, kIo)
LINNET_WRAP(dirent*, readdir, (DIR * folder), (folder), nullptr, kIo)
LINNET_WRAP(FILE*, fopen, (const char* path, const char* mode), (path, mode), nullptr, kIo,
            kInterrupted)
LINNET_WRAP(char*, fgets, (char* text, int bytes, FILE* file), (text, bytes, file), nullptr, kIo)

// The file is closed all the same, as Linux does it.
int close(int file) {
  const auto real = hidden_as<int(int)>("close");
  const int mode = ::fcntl(file, F_GETFL);
  const bool written = mode != -1 && (mode & O_ACCMODE) != O_RDONLY;
  const int status = real(file);
  if (written && breaks("close", {kFull})) return -1;
  return breaks("close", {kIo, kInterrupted}) ? -1 : status;
}

ssize_t read(int file, void* data, size_t bytes) {
  const auto real = hidden_as<ssize_t(int, void*, size_t)>("read");
  if (breaks("read", {kIo, kInterrupted})) return -1;
  if (fails(Fault::end_of_file, "read")) return 0;
  return real(file, data, shortened("read", bytes));
}

ssize_t write(int file, const void* data, size_t bytes) {
  const auto real = hidden_as<ssize_t(int, const void*, size_t)>("write");
  if (fails(Fault::killed, "write")) {
    (void)real(file, data, bytes / 2);
    die();
  }
  if (breaks("write", {kIo, kFull, kInterrupted})) return -1;
  return real(file, data, shortened("write", bytes));
}

}  // extern "C"
