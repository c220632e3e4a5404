#include "bench/kernels.h"

#include <algorithm>
#include <memory>

#include "bench/buffers.h"
#include "bench/layer_rows.h"
#include "kernels/activation_f32/activation_f32.h"
#include "kernels/channel_shuffle/channel_shuffle.h"
#include "kernels/copy/copy.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/dwconv_f32/pack.h"
#include "kernels/eltwise_f32/eltwise_f32.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/igemm_f32/pack.h"
#include "kernels/pool_f32/pool_f32.h"
#include "kernels/space_to_depth/space_to_depth.h"
#include "kernels/upsample/upsample.h"
#include "kernels/winograd_f32/winograd_f32.h"

namespace linnet::bench {
namespace {

using Run = std::function<void()>;
constexpr Epilogue kRelu = {Activation::relu, 0};

double bytes(size_t floats) {
  return static_cast<double>(floats * sizeof(float));
}

// A dense convolution as tiles of mr pixels.
class Dense {
 public:
  Dense(const IgemmF32Variant& variant, const Layer& layer)
      : variant_(variant),
        layer_(layer),
        in_(in_values(layer)),
        zeros_(static_cast<size_t>(layer.in_channels)),
        panels_(pack(layer)),
        out_(out_values(layer)),
        panel_floats_(igemm_f32_panel_floats(taps(layer) * static_cast<size_t>(layer.in_channels))),
        k_(taps(layer), layer.in_channels) {
    std::fill_n(zeros_.data(), layer.in_channels, 0.0f);
    const float* const in = in_.data();
    rows_ = tile_rows<float>(layer, static_cast<size_t>(variant.mr), in, zeros_.data());
  }

  void operator()() {
    const auto mr = static_cast<size_t>(variant_.mr);
    const auto n = static_cast<size_t>(layer_.out_channels);
    for (size_t p = 0; p < pixels(layer_); p += mr) {
      variant_.function(static_cast<int>(std::min(mr, pixels(layer_) - p)),
                        static_cast<int>(k_.size()), rows_.data() + p * taps(layer_), k_.data(),
                        panels_.data(), panel_floats_, layer_.out_channels, kRelu,
                        out_.data() + p * n, n);
    }
  }

 private:
  static std::vector<float> pack(const Layer& l) {
    const auto n = static_cast<size_t>(l.out_channels);
    const auto inputs = static_cast<size_t>(l.in_channels);
    Buffer weights(n * inputs * taps(l)), bias(n);
    return pack_igemm_f32(weights.data(), bias.data(), n, inputs, taps(l));
  }

  const IgemmF32Variant& variant_;
  const Layer& layer_;
  Buffer in_, zeros_, panels_, out_;
  size_t panel_floats_;
  std::vector<int> k_;
  std::vector<const float*> rows_;
};

Run prepare_depthwise(const DwconvF32Variant& variant, const Layer& layer) {
  const auto channels = static_cast<size_t>(layer.in_channels);
  auto in = std::make_shared<Buffer>(in_values(layer));
  auto out = std::make_shared<Buffer>(out_values(layer));
  Buffer plain(channels * taps(layer)), bias(channels);
  auto weights =
      std::make_shared<Buffer>(pack_dwconv_f32(plain.data(), bias.data(), channels, taps(layer)));
  return [&variant, &layer, channels, in, out, weights] {
    const float* rows[15];
    auto args = row_args<DwconvF32Args>(layer, rows);
    args.dilation_w = 1;
    args.weights = weights->data();
    args.weight_row_stride = dwconv_f32_weight_row_floats(channels);
    args.epilogue = kRelu;
    run_rows<DwconvF32Args, float>(variant.function, layer, in->data(), args, rows, out->data());
  };
}

Run prepare_pool(PoolF32 function, const Layer& layer) {
  auto in = std::make_shared<Buffer>(in_values(layer));
  auto out = std::make_shared<Buffer>(out_values(layer));
  return [function, &layer, in, out] {
    const float* rows[255];
    const auto args = row_args<PoolF32Args>(layer, rows);
    run_rows<PoolF32Args, float>(function, layer, in->data(), args, rows, out->data());
  };
}

// A list of cases that grows family by family.
class Cases {
 public:
  // call(in, out) runs the layer on buffers of in_count and out_count floats.
  template <typename Variant, typename Call>
  void add_pixelwise(const Variant& variant, const std::string& name, const std::string& what,
                     size_t in_count, size_t out_count, double operations, const Call& call) {
    list_.push_back({name, what, variant.features, operations, bytes(in_count + out_count), [=] {
                       auto in = std::make_shared<Buffer>(in_count);
                       auto out = std::make_shared<Buffer>(out_count);
                       return Run([=] { call(in->data(), out->data()); });
                     }});
  }

  void add(KernelCase c) { list_.push_back(std::move(c)); }
  std::vector<KernelCase> take() { return std::move(list_); }

 private:
  std::vector<KernelCase> list_;
};

template <typename Variant, typename Visit>
void for_each_variant(const Variant* (*table)(int*), const Visit& visit) {
  int count = 0;
  const Variant* variants = table(&count);
  for (int i = 0; i < count; ++i) visit(variants[i]);
}

void add_convolutions(Cases* cases) {
  for_each_variant(igemm_f32_variants, [&](const IgemmF32Variant& v) {
    for (const Layer& l : kDenseLayers) {
      const size_t weights = taps(l) * static_cast<size_t>(l.in_channels * l.out_channels);
      cases->add({v.name, shape(l), v.features, 2.0 * static_cast<double>(pixels(l) * weights),
                  bytes(in_values(l) + weights + out_values(l)), [&v, &l] {
                    auto dense = std::make_shared<Dense>(v, l);
                    return Run([dense] { (*dense)(); });
                  }});
    }
  });
  for_each_variant(dwconv_f32_variants, [&](const DwconvF32Variant& v) {
    for (const Layer& l : kDepthwiseLayers) {
      if (v.kernel != 0 && (v.kernel != l.kernel || v.stride != l.stride)) continue;
      cases->add({v.name, shape(l), v.features, 2.0 * static_cast<double>(out_values(l) * taps(l)),
                  bytes(in_values(l) + out_values(l)),
                  [&v, &l] { return prepare_depthwise(v, l); }});
    }
  });
}

void add_pools(Cases* cases) {
  for_each_variant(pool_f32_variants, [&](const PoolF32Variant& v) {
    for (const Layer& l : kPoolLayers) {
      const double operations = static_cast<double>(out_values(l) * taps(l));
      const double moved = bytes(in_values(l) + out_values(l));
      const std::string name = v.name;
      cases->add({name, "max " + shape(l), v.features, operations, moved,
                  [&v, &l] { return prepare_pool(v.max_pool, l); }});
      cases->add({name, "average " + shape(l), v.features, operations, moved,
                  [&v, &l] { return prepare_pool(v.avg_pool, l); }});
    }
    for (const Layer& l : kPixelLayers) {
      const auto channels = static_cast<size_t>(l.in_channels);
      cases->add_pixelwise(v, v.name, "global average " + shape(l), in_values(l), channels,
                           static_cast<double>(in_values(l)),
                           [&v, &l](const float* in, float* out) {
                             v.global_avg_pool(static_cast<int>(pixels(l)), l.in_channels, in,
                                               static_cast<size_t>(l.in_channels), out);
                           });
    }
  });
}

void add_elementwise(Cases* cases, const Layer& l) {
  const int count = static_cast<int>(pixels(l));
  const int channels = l.in_channels;
  const auto stride = static_cast<size_t>(channels);
  const size_t floats = in_values(l);
  const auto one_each = static_cast<double>(floats);
  for_each_variant(activation_f32_variants, [&](const ActivationF32Variant& v) {
    for (const auto& [name, activation] :
         {std::pair{"relu ", Activation::relu}, {"silu ", Activation::silu}}) {
      const Epilogue epilogue = {activation, 0};
      cases->add_pixelwise(v, v.name, name + shape(l), floats, floats, one_each,
                           [=, &v](const float* in, float* out) {
                             v.function(count, channels, in, stride, epilogue, out, stride);
                           });
    }
  });
  for_each_variant(eltwise_f32_variants, [&](const EltwiseF32Variant& v) {
    cases->add_pixelwise(v, v.name, "add " + shape(l), floats, floats, one_each,
                         [=, &v](const float* in, float* out) {
                           v.add(count, channels, in, stride, in, stride, {}, out, stride);
                         });
    cases->add_pixelwise(v, v.name, "mul, gate " + shape(l), floats, floats, one_each,
                         [=, &v](const float* in, float* out) {
                           v.mul(count, channels, in, stride, in, 0, {}, out, stride);
                         });
  });
}

void add_movement(Cases* cases, const Layer& l) {
  const int count = static_cast<int>(pixels(l));
  const int channels = l.in_channels;
  const auto stride = static_cast<size_t>(channels);
  const size_t floats = in_values(l);
  for_each_variant(copy_variants, [&](const CopyVariant& v) {
    cases->add_pixelwise(v, v.name, "half of " + shape(l), floats / 2, floats / 2, 0,
                         [=, &v](const float* in, float* out) {
                           v.copy(count, channels / 2, sizeof(float), in, stride / 2, out,
                                  stride / 2);
                         });
    cases->add_pixelwise(v, v.name, "concat of two halves " + shape(l), floats, floats, 0,
                         [=, &v](const float* in, float* out) {
                           const int halves[] = {channels / 2, channels / 2};
                           const void* from[] = {in, in + floats / 2};
                           const size_t strides[] = {stride / 2, stride / 2};
                           v.concat(count, 2, halves, sizeof(float), from, strides, out, stride);
                         });
  });
  for_each_variant(channel_shuffle_variants, [&](const ChannelShuffleVariant& v) {
    cases->add_pixelwise(v, v.name, "2 groups " + shape(l), floats, floats, 0,
                         [=, &v](const float* in, float* out) {
                           v.function(count, channels, 2, sizeof(float), in, stride, out, stride);
                         });
  });
  for_each_variant(upsample_variants, [&](const UpsampleVariant& v) {
    cases->add_pixelwise(v, v.name, "rows twice as wide " + shape(l), floats, 2 * floats, 0,
                         [=, &v](const float* in, float* out) {
                           v.function(count, 2, channels, sizeof(float), in, stride, out, stride);
                         });
  });
}

// The transforms of all tiles of a 40x40 picture with 64 channels.
void add_winograd(Cases* cases) {
  static constexpr int kSide = 40, kChannels = 64;
  for_each_variant(winograd_f32_variants, [&](const WinogradF32Variant& v) {
    const size_t tiles = static_cast<size_t>((kSide / v.tile) * (kSide / v.tile));
    const size_t places = static_cast<size_t>(winograd_positions(v.tile));
    const size_t pixels = static_cast<size_t>(v.tile * v.tile);
    cases->add_pixelwise(v, v.name, "input 40x40 64", places * kChannels, places * kChannels, 0,
                         [=, &v](const float* in, float* out) {
                           const float* from[winograd_positions(kWinogradMaxTile)];
                           for (size_t p = 0; p < places; ++p) from[p] = in + p * kChannels;
                           for (size_t t = 0; t < tiles; ++t)
                             v.input(from, kChannels, out, kChannels);
                         });
    cases->add_pixelwise(v, v.name, "output 40x40 64", places * kChannels, pixels * kChannels, 0,
                         [=, &v](const float* in, float* out) {
                           float* to[kWinogradMaxTile * kWinogradMaxTile];
                           for (size_t p = 0; p < pixels; ++p) to[p] = out + p * kChannels;
                           for (size_t t = 0; t < tiles; ++t) {
                             v.output(in, kChannels, in, kChannels, kRelu, to);
                           }
                         });
  });
}

void add_space_to_depth(Cases* cases) {
  static constexpr int kSize = 320, kChannels = 3;
  static constexpr size_t kRow = kSize * kChannels;
  for_each_variant(space_to_depth_variants, [&](const SpaceToDepthVariant& v) {
    cases->add_pixelwise(v, v.name, "Focus 320x320 3>12", kSize * kRow, kSize * kRow, 0,
                         [&v](const float* in, float* out) {
                           for (size_t y = 0; y < kSize; y += 2) {
                             const void* rows[] = {in + y * kRow, in + (y + 1) * kRow};
                             v.function(kSize / 2, 2, kChannels, sizeof(float), rows, kChannels,
                                        out + y * kRow, 4 * kChannels);
                           }
                         });
  });
}

}  // namespace

std::vector<KernelCase> kernel_cases() {
  Cases cases;
  add_convolutions(&cases);
  for (KernelCase& c : igemm_s8_cases()) cases.add(std::move(c));
  for (KernelCase& c : small_s8_cases()) cases.add(std::move(c));
  add_pools(&cases);
  for (const Layer& l : kPixelLayers) add_elementwise(&cases, l);
  for (const Layer& l : kPixelLayers) add_movement(&cases, l);
  add_winograd(&cases);
  add_space_to_depth(&cases);
  return cases.take();
}

}  // namespace linnet::bench
