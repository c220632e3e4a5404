#include "host/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace linnet::host {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  const int error = errno;
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(error));
}

// Calls again what a signal interrupted.
template <typename Call>
auto uninterrupted(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
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
    const ssize_t n = uninterrupted([&] { return ::write(fd, data.data(), data.size()); });
    if (n <= 0) return false;
    data = data.subspan(static_cast<size_t>(n));
  }
  return true;
}

// The descriptor; the data is on the disk already, so that an interruption loses nothing.
bool close_written(int fd) {
  return ::close(fd) == 0 || errno == EINTR;
}

// A temporary file beside `path` that is complete on the disk; gone if it does not replace it.
class WrittenFile {
 public:
  WrittenFile(const std::string& path, std::span<const uint8_t> data)
      : path_(path), temporary_(path + kLetters) {
    FileDescriptor file(uninterrupted([this] {
      temporary_.replace(path_.size(), std::string::npos, kLetters);
      return ::mkstemp(temporary_.data());
    }));
    if (file.get() < 0) fail(path, "cannot create a temporary file beside it");
    const mode_t mask = ::umask(0);
    ::umask(mask);
    const bool written = write_all(file.get(), data) &&
                         uninterrupted([&] { return ::fchmod(file.get(), 0666 & ~mask); }) == 0 &&
                         uninterrupted([&] { return ::fsync(file.get()); }) == 0;
    const int write_error = errno;
    if (written && close_written(file.release())) return;
    if (!written) errno = write_error;
    give_up();
  }
  ~WrittenFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  WrittenFile(const WrittenFile&) = delete;
  WrittenFile& operator=(const WrittenFile&) = delete;

  void replace() {
    const auto rename = [this] { return ::rename(temporary_.c_str(), path_.c_str()); };
    if (uninterrupted(rename) != 0) fail(path_, "cannot write");
    temporary_.clear();
  }

 private:
  static constexpr const char* kLetters = ".XXXXXX";

  [[noreturn]] void give_up() {
    const int error = errno;
    ::unlink(temporary_.c_str());
    errno = error;
    fail(path_, "cannot write");
  }

  std::string path_, temporary_;
};

}  // namespace

std::vector<uint8_t> read_file(const std::string& path, size_t max_bytes) {
  FileDescriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
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
    const ssize_t n = uninterrupted([&] { return ::read(file.get(), block, sizeof block); });
    if (n < 0) fail(path, "cannot read");
    if (n == 0) break;
    if (data.size() + static_cast<size_t>(n) > max_bytes) {
      throw std::runtime_error(path + ": expected at most " + std::to_string(max_bytes) +
                               " bytes, found more");
    }
    data.insert(data.end(), block, block + n);
  }
  if (S_ISREG(info.st_mode) && data.size() < static_cast<size_t>(info.st_size)) {
    throw std::runtime_error(path + ": expected " + std::to_string(info.st_size) +
                             " bytes, found only " + std::to_string(data.size()) +
                             "; was it written to while it was read?");
  }
  return data;
}

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void write_file_atomically(const std::string& path, std::span<const uint8_t> data) {
  WrittenFile file(path, data);
  file.replace();
}

void write_text_atomically(const std::string& path, const std::string& text) {
  write_file_atomically(path, bytes_of(text));
}

void write_files_atomically(std::span<const NewFile> files) {
  std::deque<WrittenFile> written;
  for (const NewFile& file : files) written.emplace_back(file.path, file.data);
  for (WrittenFile& file : written) file.replace();
}

double number_in(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return 0;
  // Not fscanf, which would make a static program 50 KB larger.
  char text[64] = "";
  const char* const line = std::fgets(text, sizeof text, file);
  (void)std::fclose(file);
  return line == nullptr ? 0 : std::strtod(text, nullptr);
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
