#include "host/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace linnet::host {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  const int error = errno;
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(error));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};

// Retries short and interrupted writes.
bool write_all(int fd, std::span<const uint8_t> data) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data = data.subspan(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

std::vector<uint8_t> read_file(const std::string& path, size_t max_bytes) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(path, "cannot open");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail(path, "cannot read");
  if (S_ISDIR(info.st_mode)) throw std::runtime_error(path + ": expected a file, found a folder");
  std::vector<uint8_t> data;
  data.reserve(info.st_size > 0 && static_cast<size_t>(info.st_size) <= max_bytes
                   ? static_cast<size_t>(info.st_size)
                   : 0);
  uint8_t block[1 << 16];
  for (;;) {
    const ssize_t n = ::read(file.get(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "cannot read");
    if (n == 0) return data;
    if (data.size() + static_cast<size_t>(n) > max_bytes) {
      throw std::runtime_error(path + ": expected at most " + std::to_string(max_bytes) +
                               " bytes, found more");
    }
    data.insert(data.end(), block, block + n);
  }
}

void write_file_atomically(const std::string& path, std::span<const uint8_t> data) {
  std::string temporary = path + ".XXXXXX";
  FileDescriptor file(::mkstemp(temporary.data()));
  if (file.get() < 0) fail(path, "cannot create a temporary file beside it");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const bool written = write_all(file.get(), data) && ::fchmod(file.get(), 0666 & ~mask) == 0 &&
                       ::fsync(file.get()) == 0;
  const int write_error = errno;
  const bool closed = ::close(file.release()) == 0;
  if (!written || !closed || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = written ? errno : write_error;
    ::unlink(temporary.c_str());
    errno = error;
    fail(path, "cannot write");
  }
}

void write_text_atomically(const std::string& path, const std::string& text) {
  write_file_atomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string file_stem(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const size_t dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

AlignedFile::AlignedFile(const std::string& path) : AlignedFile(read_file(path)) {}

AlignedFile::AlignedFile(std::vector<uint8_t> bytes) : storage_(std::move(bytes)) {
  constexpr size_t kAlignment = 64;
  size_ = storage_.size();
  storage_.resize(size_ + kAlignment);
  const auto address = reinterpret_cast<uintptr_t>(storage_.data());
  const size_t shift = (kAlignment - address % kAlignment) % kAlignment;
  begin_ = storage_.data() + shift;
  if (shift != 0) std::memmove(begin_, storage_.data(), size_);
}

}  // namespace linnet::host
