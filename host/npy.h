// NumPy .npy files (format 1.0 and 2.0) of little-endian float32 in C order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace linnet::host {

struct NpyArray {
  std::vector<size_t> shape;
  std::vector<float> data;
};

// Throws std::runtime_error with one line for anything else than float32 in C order.
NpyArray read_npy(const std::string& path);
// The same of a file that was read; errors begin with `path`.
NpyArray parse_npy(const std::string& path, std::span<const uint8_t> file);
// [1,3,H,W] to [H][W][3], as the engine wants its input.
std::vector<float> to_nhwc(const NpyArray& tensor);
void write_npy(const std::string& path, const std::vector<size_t>& shape, const float* data);

}  // namespace linnet::host
