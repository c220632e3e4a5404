// Files, whole. Errors are std::runtime_error with one line that names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace linnet::host {

// Reads a whole file of at most `max_bytes`. One that ends before the size that it had when it was
// opened is an error.
std::vector<uint8_t> read_file(const std::string& path, size_t max_bytes = size_t{1} << 31);

// Writes `data` to a temporary file in the same folder (`path` and six letters), flushes it and
// renames it to `path`: readers see the old file or the new one, never half of one. The temporary
// file stays behind only if the program is killed.
void write_file_atomically(const std::string& path, std::span<const uint8_t> data);
void write_text_atomically(const std::string& path, const std::string& text);
// Several files that belong together: none is replaced before all are written.
struct NewFile {
  std::string path;
  std::span<const uint8_t> data;
};
void write_files_atomically(std::span<const NewFile> files);
// Those of `text` itself.
std::span<const uint8_t> bytes_of(const std::string& text);

// The number that a file of the system (sysfs) begins with; 0 if there is none.
double number_in(const std::string& path);

// "/a/b/name.ext" -> "name".
std::string file_stem(const std::string& path);

// A file in memory at a 64-byte aligned address, as the engine wants models.
class AlignedFile {
 public:
  explicit AlignedFile(const std::string& path);
  // Bytes that are no file yet.
  explicit AlignedFile(std::vector<uint8_t> bytes);
  AlignedFile(const AlignedFile&) = delete;
  AlignedFile& operator=(const AlignedFile&) = delete;
  const void* data() const { return begin_; }
  uint8_t* data() { return begin_; }
  size_t size() const { return size_; }

 private:
  std::vector<uint8_t> storage_;
  uint8_t* begin_ = nullptr;
  size_t size_ = 0;
};

}  // namespace linnet::host
