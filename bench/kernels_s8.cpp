// The cases of the int8 kernels.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "bench/buffers.h"
#include "bench/kernels.h"
#include "bench/layer_rows.h"
#include "kernels/igemm_s8/igemm_s8.h"
#include "kernels/igemm_s8/pack.h"
#include "kernels/igemm_s8/small_sums.h"

namespace linnet::bench {
namespace {

std::vector<int8_t> values(size_t count) {
  std::vector<int8_t> v(count);
  uint32_t state = 1;
  for (int8_t& x : v) {
    state = state * 1664525u + 1013904223u;
    x = static_cast<int8_t>(std::max(static_cast<int32_t>(state) >> 24, -127));
  }
  return v;
}

// Cubes of those, from -127 to 127: in trained networks, too, few weights are large.
std::vector<int8_t> weights(size_t count) {
  std::vector<int8_t> w = values(count);
  for (int8_t& x : w) x = static_cast<int8_t>(x * x * x / (127 * 127));
  return w;
}

// Like what comes out of a ReLU: from -128 on, ever fewer.
std::vector<int8_t> inputs(size_t count) {
  constexpr double kMean = 18;
  std::vector<int8_t> in = values(count);
  for (int8_t& x : in) {
    const double above = -kMean * std::log((x + 128.5) / 256);
    x = static_cast<int8_t>(std::min(above, 255.0) - 128);
  }
  return in;
}

// A dense convolution as tiles of mr pixels.
class DenseS8 {
 public:
  DenseS8(const IgemmS8Variant& variant, const Layer& layer)
      : variant_(variant),
        layer_(layer),
        in_(inputs(in_values(layer) + kIgemmS8OverRead)),
        padding_(static_cast<size_t>(layer.in_channels) + kIgemmS8OverRead),
        k_(taps(layer), layer.in_channels),
        panel_bytes_(igemm_s8_panel_bytes(
            taps(layer) * igemm_s8_padded_k(static_cast<size_t>(layer.in_channels)))),
        panels_(igemm_s8_panel_count(static_cast<size_t>(layer.out_channels)) * panel_bytes_ /
                sizeof(float)),
        out_(out_values(layer)) {
    const auto n = static_cast<size_t>(layer.out_channels);
    const std::vector<int32_t> bias(n);
    const std::vector<float> multiplier(n, shortened(1e-3f));
    const std::vector<int8_t> w = weights(n * taps(layer) * padding_.size());
    const std::vector<uint8_t> packed =
        pack_igemm_s8(w.data(), bias.data(), multiplier.data(), n, k_);
    std::memcpy(panels_.data(), packed.data(), packed.size());
    to_.small = igemm_s8_has_small_sums(packed.data(), panel_bytes_, n);
    const int8_t* const in = in_.data();
    rows_ = tile_rows<int8_t>(layer, static_cast<size_t>(variant.mr), in, padding_.data());
  }

  void operator()() {
    const int n = layer_.out_channels;
    variant_.to_s8(static_cast<int>(pixels(layer_)), static_cast<int>(k_.size()), rows_.data(),
                   k_.data(), panels_.data(), panel_bytes_, n, to_, out_.data(),
                   static_cast<size_t>(n));
  }

 private:
  const IgemmS8Variant& variant_;
  const Layer& layer_;
  std::vector<int8_t> in_, padding_;
  std::vector<int> k_;
  size_t panel_bytes_;
  Buffer panels_;
  RequantizeS8 to_;
  std::vector<int8_t> out_;
  std::vector<const int8_t*> rows_;
};

}  // namespace

std::vector<KernelCase> igemm_s8_cases() {
  std::vector<KernelCase> cases;
  int count = 0;
  const IgemmS8Variant* variants = igemm_s8_variants(&count);
  for (int i = 0; i < count; ++i) {
    const IgemmS8Variant& v = variants[i];
    for (const Layer& l : kDenseLayers) {
      const size_t weights = taps(l) * static_cast<size_t>(l.in_channels * l.out_channels);
      cases.push_back({v.name, shape(l), v.features, 2.0 * static_cast<double>(pixels(l) * weights),
                       static_cast<double>(in_values(l) + weights + out_values(l)),
                       [&v, &l] {
                         auto dense = std::make_shared<DenseS8>(v, l);
                         return std::function<void()>([dense] { (*dense)(); });
                       },
                       true});
    }
  }
  return cases;
}

}  // namespace linnet::bench
