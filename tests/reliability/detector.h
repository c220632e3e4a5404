// The demo detector, converted once, and what a detection gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linnet/linnet.h"
#include "tests/engine/open_session.h"

namespace linnet::test {

// model/demo/demo.onnx as a .lnt file, in floats or int8 (calibrated on the demo's pictures).
const std::vector<uint8_t>& demo_file(linnet_type type);

// Pixels of any content: patches and noise, so that a detector finds something now and then.
struct Picture {
  linnet_image image;
  std::vector<uint8_t> pixels;  // what image.planes points to
};
Picture random_picture(uint32_t seed, linnet_pixel_format format, int width, int height,
                       size_t gap = 0);  // gap: bytes between rows
// Bytes that the planes of a picture have, without the gap after the last row.
size_t plane_bytes(const linnet_image& image, int plane);

// Masks for linnet_config.cpu_features: all, the portable kernels, each instruction set alone.
std::vector<uint32_t> feature_masks();

// Detects with a low threshold, so that there are boxes; throws std::runtime_error with the line if
// it fails.
std::vector<linnet_box> detect(linnet_session* session, const linnet_image& image);

bool same_bits(const std::vector<linnet_box>& a, const std::vector<linnet_box>& b);

}  // namespace linnet::test
