// The kernels behind a dense convolution, with one face: what they read, how large what they make
// is, how large a panel is and how to call them. int8 makes int8 or floats, as the step's output
// is: one class, so that the code around it is there once.
#pragma once

#include "engine/ops/op.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/igemm_s8/igemm_s8.h"
#include "model/conv_segments.h"

namespace linnet {

class ConvKernelF32 {
 public:
  using In = float;
  using Variant = IgemmF32Variant;
  static constexpr int kPanel = kIgemmF32PanelWidth;
  static constexpr size_t kOverRead = 0;  // values

  explicit ConvKernelF32(const SessionState&, const Step& step)
      : variant_(*static_cast<const Variant*>(step.kernel)), epilogue_(epilogue_of(*step.node)) {}

  static const Variant& select(uint32_t features) { return igemm_f32_select(features); }
  static bool large_calls(const Variant&) { return false; }  // as igemm_s8.h says
  // k: what the segments' channels add up to in a panel, each rounded up with padded().
  static size_t padded(size_t k) { return k; }
  static size_t panel_bytes(size_t k) { return igemm_f32_panel_floats(k) * sizeof(float); }
  static constexpr size_t out_bytes() { return sizeof(float); }

  // rows: tile after tile, as those of igemm_s8.
  void call(int m, int segments, const float* const* rows, const int* k, const uint8_t* panels,
            size_t panel_bytes, int n, void* out, size_t stride) const {
    const int mr = variant_.mr;
    auto* to = static_cast<float*>(out);
    for (; m > 0; m -= mr) {
      variant_.function(m < mr ? m : mr, segments, rows, k, reinterpret_cast<const float*>(panels),
                        panel_bytes / sizeof(float), n, epilogue_, to, stride);
      rows += static_cast<std::ptrdiff_t>(mr) * segments;
      to += static_cast<size_t>(mr) * stride;
    }
  }

 private:
  const Variant& variant_;
  Epilogue epilogue_;
};

class ConvKernelS8 {
 public:
  using In = int8_t;
  using Variant = IgemmS8Variant;
  static constexpr int kPanel = kIgemmS8PanelWidth;
  static constexpr size_t kOverRead = kIgemmS8OverRead;

  ConvKernelS8(const SessionState& session, const Step& step)
      : variant_(*static_cast<const Variant*>(step.kernel)),
        out_type_(step.out_type),
        to_(requantize_of(*step.node)),
        table_(table_of(*step.node, step.weights)),
        table_variant_(table_s8_select(session.cpu_features)) {}

  static const Variant& select(uint32_t features) { return igemm_s8_select(features); }
  static bool large_calls(const Variant& variant) { return variant.large_calls; }
  static size_t padded(size_t k) { return igemm_s8_padded_k(k); }
  static size_t panel_bytes(size_t k) { return igemm_s8_panel_bytes(k); }
  size_t out_bytes() const { return element_bytes(out_type_); }

  void call(int m, int segments, const int8_t* const* rows, const int* k, const uint8_t* panels,
            size_t panel_bytes, int n, void* out, size_t stride) const {
    if (out_type_ == format::kF32) {
      variant_.to_f32(m, segments, rows, k, panels, panel_bytes, n, static_cast<float*>(out),
                      stride);
      return;
    }
    auto* bytes = static_cast<int8_t*>(out);
    variant_.to_s8(m, segments, rows, k, panels, panel_bytes, n, to_, bytes, stride);
    if (table_ != nullptr) table_variant_.apply(m, n, bytes, stride, table_, bytes, stride);
  }

 private:
  const Variant& variant_;
  format::DType out_type_;
  RequantizeS8 to_;
  const int8_t* table_;
  const TableS8Variant& table_variant_;
};

}  // namespace linnet
