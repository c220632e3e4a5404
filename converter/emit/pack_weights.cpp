#include "converter/emit/pack_weights.h"

#include <cstring>

#include "kernels/dwconv_f32/pack.h"
#include "kernels/dwconv_s8/pack.h"
#include "kernels/igemm_f32/pack.h"
#include "kernels/igemm_s8/pack.h"
#include "kernels/igemm_s8/small_sums.h"
#include "kernels/winograd_f32/pack.h"
#include "model/conv_segments.h"

namespace linnet::converter {
namespace {

template <typename T>
std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const uint8_t*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

size_t taps(const Step& step) {
  return static_cast<size_t>(step.window.kernel_h) * static_cast<size_t>(step.window.kernel_w);
}

std::vector<float> pack_f32(const Step& step) {
  const size_t outputs = step.bias.size();
  if (step.op == format::k_dwconv2d) {
    return pack_dwconv_f32(step.weights.data(), step.bias.data(), outputs, taps(step));
  }
  const size_t inputs = step.weights.size() / outputs / taps(step);
  if (step.op == format::k_winograd_conv2d) {
    return pack_winograd_f32(step.parameter, step.weights.data(), step.bias.data(), outputs,
                             inputs);
  }
  return pack_igemm_f32(step.weights.data(), step.bias.data(), outputs, inputs, taps(step));
}

// Channels of each segment that the kernel will be called with.
std::vector<int> segment_channels(const Step& step, const std::vector<Buffer>& buffers) {
  format::Node node{};
  node.kernel_h = static_cast<uint8_t>(step.window.kernel_h);
  node.kernel_w = static_cast<uint8_t>(step.window.kernel_w);
  node.dilation_w = static_cast<uint8_t>(step.window.dilation_w);
  const View in{step.operands[0].data(), static_cast<int>(step.operands[0].size())};
  const ConvSegments segments(node, in, buffers[in.segments[0].tensor].channels);
  std::vector<int> k;
  segments.for_each(node, in, [&](int channels) { k.push_back(channels); });
  return k;
}

std::vector<uint8_t> pack_s8(const Step& step, const std::vector<Buffer>& buffers) {
  const Int8Step& int8 = *step.int8;
  if (step.op == format::k_add) return bytes_of(std::vector<format::AddRecord>{int8.add});
  if (step.op == format::k_activation) return bytes_of(int8.table);
  std::vector<uint8_t> packed;
  if (step.op == format::k_dwconv2d) {
    packed = pack_dwconv_s8(int8.weights.data(), int8.bias.data(), int8.multiplier.data(),
                            int8.bias.size(), taps(step));
  } else {
    packed = pack_igemm_s8(int8.weights.data(), int8.bias.data(), int8.multiplier.data(),
                           int8.bias.size(), segment_channels(step, buffers));
  }
  const std::vector<uint8_t> table = bytes_of(int8.table);
  packed.insert(packed.end(), table.begin(), table.end());
  return packed;
}

}  // namespace

std::vector<uint8_t> pack_weights(const Step& step, const std::vector<Buffer>& buffers) {
  if (step.op == format::k_quantize || step.op == format::k_dequantize) {
    return bytes_of(step.int8->multiplier);
  }
  const bool reads_s8 = buffers[step.operands[0][0].tensor].dtype == format::kS8;
  return reads_s8 ? pack_s8(step, buffers) : bytes_of(pack_f32(step));
}

bool has_small_sums(const Step& step, const std::vector<Buffer>& buffers,
                    const std::vector<uint8_t>& packed) {
  const auto type_of = [&](const std::vector<format::Segment>& view) {
    return buffers[view[0].tensor].dtype;
  };
  if (step.op != format::k_conv2d || type_of(step.operands[0]) != format::kS8 ||
      type_of(step.output) != format::kS8) {
    return false;
  }
  size_t padded_k = 0;
  for (const int k : segment_channels(step, buffers)) {
    padded_k += igemm_s8_padded_k(static_cast<size_t>(k));
  }
  return igemm_s8_has_small_sums(packed.data(), igemm_s8_panel_bytes(padded_k),
                                 step.int8->bias.size());
}

}  // namespace linnet::converter
