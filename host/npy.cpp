#include "host/npy.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "host/file.h"

namespace linnet::host {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
  throw std::runtime_error(path + ": " + problem);
}

// Text of the header dictionary; *data_offset is where the numbers start.
std::string header_of(const std::string& path, std::span<const uint8_t> file, size_t* data_offset) {
  if (file.size() < 10 || std::memcmp(file.data(), kMagic, kMagicBytes) != 0) {
    fail(path, "expected a .npy file, found something else");
  }
  const size_t length_bytes = file[6] == 1 ? 2 : 4;
  size_t length = 0;
  if (file.size() < 8 + length_bytes) fail(path, "the .npy header is cut off");
  for (size_t i = length_bytes; i-- > 0;) length = length << 8 | file[8 + i];
  *data_offset = 8 + length_bytes + length;
  if (length > file.size() || *data_offset > file.size()) fail(path, "the .npy header is cut off");
  return {reinterpret_cast<const char*>(file.data()) + 8 + length_bytes, length};
}

std::vector<size_t> parse_shape(const std::string& path, const std::string& header) {
  const size_t key = header.find("'shape'");
  const size_t open = key == std::string::npos ? key : header.find('(', key);
  const size_t close = open == std::string::npos ? open : header.find(')', open);
  if (close == std::string::npos) fail(path, "the .npy header has no shape");
  std::vector<size_t> shape;
  const char* p = header.data() + open + 1;
  const char* const end = header.data() + close;
  while (p != end) {
    if (*p == ',' || *p == ' ') {
      ++p;
      continue;
    }
    size_t value = 0;
    const auto [next, error] = std::from_chars(p, end, value);
    if (error != std::errc()) fail(path, "the .npy header has a malformed shape");
    shape.push_back(value);
    p = next;
  }
  return shape;
}

}  // namespace

NpyArray read_npy(const std::string& path) {
  return parse_npy(path, read_file(path));
}

NpyArray parse_npy(const std::string& path, std::span<const uint8_t> file) {
  size_t offset = 0;
  const std::string header = header_of(path, file, &offset);
  if (header.find("'<f4'") == std::string::npos ||
      header.find("'fortran_order': False") == std::string::npos) {
    fail(path, "expected little-endian float32 in C order, found " + header);
  }
  NpyArray array;
  array.shape = parse_shape(path, header);
  size_t count = 1;
  for (const size_t extent : array.shape) {
    if (extent != 0 && count > file.size() / extent)
      fail(path, "the shape is larger than the file");
    count *= extent;
  }
  const size_t bytes = count * sizeof(float);
  if (file.size() - offset != bytes) {
    fail(path, "expected " + std::to_string(bytes) + " bytes of data, found " +
                   std::to_string(file.size() - offset));
  }
  array.data.resize(count);
  if (bytes != 0) std::memcpy(array.data.data(), file.data() + offset, bytes);
  return array;
}

void write_npy(const std::string& path, const std::vector<size_t>& shape, const float* data) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  size_t count = 1;
  for (const size_t extent : shape) {
    header += std::to_string(extent) + ",";
    count *= extent;
  }
  header += "), }";
  constexpr size_t kPrefix = 10;
  header.append(63 - (kPrefix + header.size()) % 64, ' ');
  header.push_back('\n');
  std::vector<uint8_t> file(kMagic, kMagic + kMagicBytes);
  const size_t length = header.size();
  for (const size_t byte : {size_t{1}, size_t{0}, length & 0xFF, length >> 8}) {
    file.push_back(static_cast<uint8_t>(byte));
  }
  file.insert(file.end(), header.begin(), header.end());
  const auto* bytes = reinterpret_cast<const uint8_t*>(data);
  file.insert(file.end(), bytes, bytes + count * sizeof(float));
  write_file_atomically(path, file);
}

std::vector<float> to_nhwc(const NpyArray& tensor) {
  constexpr size_t kChannels = 3;
  const size_t pixels = tensor.shape[2] * tensor.shape[3];
  std::vector<float> out(kChannels * pixels);
  for (size_t c = 0; c < kChannels; ++c) {
    for (size_t i = 0; i < pixels; ++i) out[kChannels * i + c] = tensor.data[c * pixels + i];
  }
  return out;
}

}  // namespace linnet::host
