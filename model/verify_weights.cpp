// The verifier's checks of weights and of what belongs to int8.
#include <cstring>

#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/dwconv_s8/dwconv_s8.h"
#include "kernels/eltwise_s8/eltwise_s8.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/igemm_s8/small_sums.h"
#include "kernels/quantize/quantize.h"
#include "kernels/table_s8/table_s8.h"
#include "kernels/winograd_f32/winograd_f32.h"
#include "model/conv_segments.h"
#include "model/verifier.h"

namespace linnet::format {

// Which of a node's int8 fields mean something; the others must be 0.
bool Verifier::check_quantization(const Node& node, const OpTraits& traits) {
  const bool reads_s8 = input_type(node) == kS8;
  const bool makes_s8 =
      output_type(node) == kS8 && (traits.weights != WeightKind::none || node.op == k_add);
  const bool has_zero =
      reads_s8 && (traits.weights == WeightKind::igemm || traits.weights == WeightKind::dwconv ||
                   node.op == k_dequantize);
  if (!expect(has_zero || node.in_zero_point == 0, "in_zero_point: unused by this op", 0, 1))
    return false;
  if (!makes_s8) {
    return expect(node.out_zero_point == 0 && node.out_low == 0 && node.out_high == 0,
                  "out_zero_point, out_low, out_high: unused by this op", 0, 1);
  }
  if (!expect(node.out_low <= node.out_high, "out_high: less than out_low", 0, 1)) return false;
  return equal(0, node.activation, "activation: int8 has clamps and tables instead");
}

uint64_t Verifier::panel_bytes_s8(const Node& node) const {
  const View in = view_.operand(node, 0);
  const ConvSegments segments(node, in, view_.tensor(in.segments[0].tensor).channels);
  uint64_t padded_k = 0;
  segments.for_each(node, in, [&](int channels) {
    padded_k += round_up64(static_cast<uint64_t>(channels), kIgemmS8Group);
  });
  return round_up64(sizeof(IgemmS8PanelHeader) + padded_k * kIgemmS8PanelWidth, kIgemmS8PanelAlign);
}

uint64_t Verifier::weight_bytes(const Node& node, WeightLayout layout) const {
  const uint64_t taps = uint64_t{node.kernel_h} * node.kernel_w;
  const auto in = static_cast<uint64_t>(view_.operand(node, 0).channels());
  const auto out = static_cast<uint64_t>(view_.output(node).channels());
  const bool has_table = layout != kWinogradF32N8k1 && (node.parameter & kHasTable) != 0;
  const uint64_t table = has_table ? kTableS8Entries : 0;
  const auto panels = [&](uint64_t k) {
    return (out + kIgemmF32PanelWidth - 1) / kIgemmF32PanelWidth *
           round_up64((k + 1) * kIgemmF32PanelWidth * sizeof(float), kIgemmF32PanelAlign);
  };
  switch (layout) {
    case kIgemmF32N8k1:
      return panels(in * taps);
    case kWinogradF32N8k1:
      return winograd_bias_floats(out) * sizeof(float) +
             winograd_positions(node.parameter) * panels(in);
    case kDwconvF32K1c8:
      return round_up64(out, kDwconvF32ChannelMultiple) * (taps + 1) * sizeof(float);
    case kIgemmS8N8k4:
      return (out + kIgemmS8PanelWidth - 1) / kIgemmS8PanelWidth * panel_bytes_s8(node) + table;
    case kDwconvS8K1c8:
      return dwconv_s8_weight_bytes(out, taps) + table;
    case kAddS8:
      return sizeof(AddRecord);
    case kTableS8:
      return kTableS8Entries;
    case kScales:
      return out * sizeof(float);
    default:  // kNoWeights
      return 0;
  }
}

bool Verifier::check_weights(const Node& node, const OpTraits& traits, uint64_t* cursor) {
  const WeightLayout layout = layout_of(traits, input_type(node));
  if (node.weight_layout != layout) {
    return fail(
        VerifyCode::unsupported,
        "weight_layout: no kernel of this build reads it; convert the model with this release",
        layout, node.weight_layout);
  }
  const uint64_t bytes = weight_bytes(node, layout);
  if (bytes == 0) {
    return equal(0, uint64_t{node.weight_offset} | node.weight_bytes, "weights: this op has none");
  }
  const SectionRange& range = header().sections[kWeights];
  const uint64_t start = round_up64(*cursor, kAlignment);
  if (!equal(start, node.weight_offset, "weight_offset: regions must follow one another"))
    return false;
  if (!equal(bytes, node.weight_bytes, "weight_bytes")) return false;
  const uint64_t end = start + node.weight_bytes;
  if (!at_most(range.bytes, end, "weight region: ends beyond the section")) return false;
  const uint8_t* section = bytes_ + range.offset;
  if (!expect(all_zero(section + *cursor, start - *cursor), "padding before weights: not zero", 0,
              1))
    return false;
  *cursor = end;
  return check_contents(node, section + start);
}

bool Verifier::check_contents(const Node& node, const uint8_t* weights) {
  switch (static_cast<WeightLayout>(node.weight_layout)) {
    case kIgemmS8N8k4:
      return check_panels_s8(node, weights);
    case kDwconvS8K1c8:
      return check_dwconv_s8(node, weights);
    case kAddS8:
      return check_add_s8(weights);
    case kTableS8:
      return true;
    case kScales:
      return check_scales(weights, static_cast<uint64_t>(view_.output(node).channels()));
    default:
      return check_floats(weights, node.weight_bytes / sizeof(float));
  }
}

bool Verifier::check_dwconv_s8(const Node& node, const uint8_t* weights) {
  const uint64_t row = dwconv_s8_row_channels(static_cast<uint64_t>(view_.output(node).channels()));
  const uint64_t taps = uint64_t{node.kernel_h} * node.kernel_w;
  return check_multipliers(weights + row * sizeof(int32_t), row) &&
         check_int8(weights + row * (sizeof(int32_t) + sizeof(float)), row * taps);
}

bool Verifier::check_add_s8(const uint8_t* weights) {
  AddRecord record;
  std::memcpy(&record, weights, sizeof record);
  return check_multipliers(weights, 2) &&
         expect(record.multiplier[0] <= kLargestAddMultiplier &&
                    record.multiplier[1] <= kLargestAddMultiplier,
                "multiplier of an add: above 2^100", 0, 1) &&
         expect(all_zero(record.reserved, sizeof record.reserved),
                "reserved bytes of an add: not zero", 0, 1);
}

bool Verifier::check_panels_s8(const Node& node, const uint8_t* panels) {
  const uint64_t panel_bytes = panel_bytes_s8(node);
  const auto out = static_cast<uint64_t>(view_.output(node).channels());
  const uint8_t* const first = panels;
  for (uint64_t c = 0; c < out; c += kIgemmS8PanelWidth, panels += panel_bytes) {
    if (!check_multipliers(panels + offsetof(IgemmS8PanelHeader, multiplier), kIgemmS8PanelWidth) ||
        !check_int8(panels + sizeof(IgemmS8PanelHeader), panel_bytes - sizeof(IgemmS8PanelHeader)))
      return false;
  }
  return expect((node.parameter & kSmallSums) == 0 ||
                    igemm_s8_has_small_sums(first, panel_bytes, static_cast<size_t>(out)),
                "parameter: says that sums are small, but the weights make large ones", 0, 1);
}

bool Verifier::check_floats(const uint8_t* bytes, uint64_t count) {
  const auto* weights = reinterpret_cast<const float*>(bytes);
  for (uint64_t i = 0; i < count; ++i) {
    if (!is_finite(weights[i])) {
      return fail(VerifyCode::bad, "weight: infinite or not a number; the source model is broken",
                  0, i);
    }
  }
  return true;
}

bool Verifier::check_multipliers(const uint8_t* bytes, uint64_t count) {
  const auto* multipliers = reinterpret_cast<const float*>(bytes);
  for (uint64_t i = 0; i < count; ++i) {
    if (!is_finite(multipliers[i]) || multipliers[i] < 0) {
      return fail(VerifyCode::bad, "multiplier: must be finite and not negative", 0, i);
    }
  }
  return true;
}

// Between the bounds no subnormal number can matter, which some kernels take for 0.
bool Verifier::check_scales(const uint8_t* bytes, uint64_t count) {
  const auto* scales = reinterpret_cast<const float*>(bytes);
  for (uint64_t i = 0; i < count; ++i) {
    const bool ok = scales[i] == 0 ||
                    (scales[i] >= kSmallestQuantizeScale && scales[i] <= kLargestQuantizeScale);
    if (!ok) return fail(VerifyCode::bad, "scale: must be 0 or from 2^-100 to 2^100", 0, i);
  }
  return true;
}

// Sums of two products must fit into 16 bits: -128 is no weight.
bool Verifier::check_int8(const uint8_t* bytes, uint64_t count) {
  uint8_t found = 0;
  for (uint64_t i = 0; i < count; ++i) found |= static_cast<uint8_t>(bytes[i] == 0x80);
  return expect(found == 0, "int8 weight: must be from -127 to 127", 0, 1);
}

}  // namespace linnet::format
