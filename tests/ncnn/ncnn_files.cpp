#include "tests/ncnn/ncnn_files.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace linnet::test {
namespace {

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// For normal half-precision numbers that are exact.
uint16_t to_half(float value) {
  if (value == 0) return 0;
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto exponent = static_cast<int>(bits >> 23 & 0xFF) - 112;
  if ((bits & 0x1FFF) != 0 || exponent < 1 || exponent > 30) {
    throw std::logic_error("not a half-precision number");
  }
  return static_cast<uint16_t>((bits >> 16 & 0x8000) | static_cast<uint32_t>(exponent) << 10 |
                               (bits >> 13 & 0x3FF));
}

void append(const void* data, size_t bytes, std::vector<uint8_t>* out) {
  const auto* const p = static_cast<const uint8_t*>(data);
  out->insert(out->end(), p, p + bytes);
}

}  // namespace

converter::Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

NcnnFiles& NcnnFiles::layer(const std::string& type, const std::string& inputs,
                            const std::string& outputs, const std::string& params) {
  const std::vector<std::string> in = words_of(inputs), out = words_of(outputs);
  std::string line = type + " " + type + "_" + std::to_string(lines_.size()) + " " +
                     std::to_string(in.size()) + " " + std::to_string(out.size());
  for (const std::string& name : in) line += " " + name;
  for (const std::string& name : out) line += " " + name;
  lines_.push_back(line + (params.empty() ? "" : " ") + params);
  blobs_ += out.size();
  return *this;
}

NcnnFiles& NcnnFiles::plain(const std::vector<float>& values) {
  append(values.data(), values.size() * sizeof(float), &bin_);
  return *this;
}

NcnnFiles& NcnnFiles::tagged(const std::vector<float>& values, Storage storage) {
  constexpr uint32_t kTags[] = {0, 0x01306B47, 0x000D4B38, 0x00000001};
  append(&kTags[static_cast<size_t>(storage)], 4, &bin_);
  if (storage == Storage::f32) return plain(values);
  if (storage == Storage::table) {
    std::vector<float> table(256, 0.0f);
    std::copy(values.begin(), values.end(), table.begin());
    plain(table);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (storage == Storage::f16) {
      const uint16_t half = to_half(values[i]);
      append(&half, sizeof half, &bin_);
    } else if (storage == Storage::s8) {
      bin_.push_back(static_cast<uint8_t>(static_cast<int8_t>(values[i])));
    } else {
      bin_.push_back(static_cast<uint8_t>(i));
    }
  }
  bin_.resize((bin_.size() + 3) / 4 * 4);
  return *this;
}

std::vector<float> NcnnFiles::numbers(size_t count, float scale) {
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) {
    state_ = state_ * 1664525 + 1013904223;
    values.push_back(scale * (static_cast<float>(state_ >> 16) / 32768.0f - 1));
  }
  return values;
}

NcnnFiles& NcnnFiles::conv(const std::string& in, const std::string& out, int inputs, int outputs,
                           int kernel, int stride, const std::string& params) {
  const size_t count = static_cast<size_t>(inputs) * static_cast<size_t>(outputs) *
                       static_cast<size_t>(kernel * kernel);
  layer("Convolution", in, out,
        "0=" + std::to_string(outputs) + " 1=" + std::to_string(kernel) +
            " 3=" + std::to_string(stride) + " 4=" + std::to_string(kernel / 2) +
            " 5=1 6=" + std::to_string(count) + (params.empty() ? "" : " ") + params);
  const float scale = std::sqrt(3.0f / static_cast<float>(inputs * kernel * kernel));
  tagged(numbers(count, scale));
  return plain(numbers(static_cast<size_t>(outputs), 0.5f));
}

NcnnFiles& NcnnFiles::heads(const std::string& in, int channels, bool tail) {
  constexpr int kOutputs = 3 * (5 + 2);
  layer("Split", in, "y0,y1,y2");
  conv("y0", "head0", channels, kOutputs);
  conv("y1", "s16", channels, channels, 3, 2);
  layer("Split", "s16", "s16_0,s16_1");
  conv("s16_0", "head1", channels, kOutputs);
  conv("s16_1", "s32", channels, channels, 3, 2);
  conv("s32", "head2", channels, kOutputs);
  for (const char* k : {"0", "1", "2"}) {
    if (!tail) break;
    const std::string name = std::string("head") + k;
    layer("Reshape", name, name + "_reshaped", "0=-1 1=7 2=3");
    layer("Permute", name + "_reshaped", name + "_permuted", "0=1");
  }
  return *this;
}

std::string NcnnFiles::param() const {
  std::string text =
      "7767517\n" + std::to_string(lines_.size()) + " " + std::to_string(blobs_) + "\n";
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}

converter::Graph NcnnFiles::import(const converter::ImportOptions& options) const {
  return converter::import_ncnn(bytes_of(param()), bin_, options);
}

}  // namespace linnet::test
