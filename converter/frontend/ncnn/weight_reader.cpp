#include "converter/frontend/ncnn/weight_reader.h"

#include <cmath>
#include <cstring>

#include "converter/error.h"
#include "converter/half.h"

namespace linnet::converter::ncnn {
namespace {

constexpr uint32_t kTagHalf = 0x01306B47;
constexpr uint32_t kTagInt8 = 0x000D4B38;
constexpr uint32_t kTagFloat = 0;
constexpr uint32_t kTagFloatScaled = 0x0002C056;
constexpr size_t kTableEntries = 256;

uint32_t read_u32(const uint8_t* p) {
  return p[0] | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
}

std::vector<float> floats_from(Bytes bytes) {
  std::vector<float> out(bytes.size() / sizeof(float));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

size_t aligned(size_t bytes) {
  return (bytes + 3) / 4 * 4;
}

void check_finite(const Layer& layer, const std::vector<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw ConvertError(layer.describe(), "a weight is infinite or not a number");
    }
  }
}

}  // namespace

Bytes WeightReader::take(const Layer& layer, size_t bytes) {
  if (bytes > file_.size() - position_) {
    throw ConvertError(layer.describe(), "its weights need " + std::to_string(bytes) +
                                             " bytes at byte " + std::to_string(position_) +
                                             " of the .bin file, which has " +
                                             std::to_string(file_.size()) +
                                             "; do the .param and the .bin file belong together?");
  }
  const Bytes out = file_.subspan(position_, bytes);
  position_ += bytes;
  return out;
}

WeightBlob WeightReader::tagged(const Layer& layer, size_t count) {
  // No encoding needs less than a byte per value: refuse absurd counts before multiplying.
  if (count > file_.size()) (void)take(layer, count);
  const uint32_t tag = read_u32(take(layer, 4).data());
  WeightBlob blob;
  if (tag == kTagHalf) {
    has_half_ = true;
    const Bytes data = take(layer, aligned(2 * count));
    for (size_t i = 0; i < count; ++i) {
      blob.values.push_back(
          half_to_float(static_cast<uint16_t>(data[2 * i] | data[2 * i + 1] << 8)));
    }
  } else if (tag == kTagInt8) {
    blob.is_int8 = true;
    const Bytes data = take(layer, aligned(count));
    for (size_t i = 0; i < count; ++i) blob.values.push_back(static_cast<int8_t>(data[i]));
  } else if (tag == kTagFloat || tag == kTagFloatScaled) {
    blob.values = floats_from(take(layer, 4 * count));
  } else {
    const std::vector<float> table = floats_from(take(layer, kTableEntries * sizeof(float)));
    const Bytes data = take(layer, aligned(count));
    for (size_t i = 0; i < count; ++i) blob.values.push_back(table[data[i]]);
  }
  check_finite(layer, blob.values);
  return blob;
}

std::vector<float> WeightReader::plain(const Layer& layer, size_t count) {
  if (count > file_.size()) (void)take(layer, count);
  std::vector<float> values = floats_from(take(layer, 4 * count));
  check_finite(layer, values);
  return values;
}

void WeightReader::finish() const {
  if (position_ == file_.size()) return;
  throw ConvertError("", "the layers use " + std::to_string(position_) +
                             " bytes of the .bin file, which has " + std::to_string(file_.size()) +
                             "; do the .param and the .bin file belong together?");
}

}  // namespace linnet::converter::ncnn
