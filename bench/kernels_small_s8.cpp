// The cases of the int8 kernels that are not dense convolutions.
#include <memory>

#include "bench/kernels.h"
#include "bench/layer_rows.h"
#include "kernels/dwconv_s8/dwconv_s8.h"
#include "kernels/eltwise_s8/eltwise_s8.h"
#include "kernels/pool_s8/pool_s8.h"
#include "kernels/quantize/quantize.h"
#include "kernels/table_s8/table_s8.h"

namespace linnet::bench {
namespace {

using Run = std::function<void()>;
using Bytes = std::vector<int8_t>;

template <typename Variant, typename Visit>
void for_each_variant(const Variant* (*table)(int*), const Visit& visit) {
  int count = 0;
  const Variant* variants = table(&count);
  for (int i = 0; i < count; ++i) visit(variants[i]);
}

Run prepare_depthwise(const DwconvS8Variant& variant, const Layer& l) {
  const auto channels = static_cast<size_t>(l.in_channels);
  const size_t row = dwconv_s8_row_channels(channels);
  auto in = std::make_shared<Bytes>(in_values(l), int8_t{3});
  auto out = std::make_shared<Bytes>(out_values(l));
  auto bias = std::make_shared<std::vector<int32_t>>(row);
  auto multiplier = std::make_shared<std::vector<float>>(row, 1e-2f);
  auto weights = std::make_shared<Bytes>(row * taps(l), int8_t{5});
  return [&variant, &l, row, in, out, bias, multiplier, weights] {
    const int8_t* rows[15];
    auto args = row_args<DwconvS8Args>(l, rows);
    args.dilation_w = 1;
    args.bias = bias->data();
    args.multiplier = multiplier->data();
    args.weights = weights->data();
    args.weight_row_stride = row;
    run_rows(variant.function, l, in->data(), args, rows, out->data());
  };
}

Run prepare_pool(const PoolS8Variant& variant, const Layer& l) {
  auto in = std::make_shared<Bytes>(in_values(l), int8_t{3});
  auto out = std::make_shared<Bytes>(out_values(l));
  return [&variant, &l, in, out] {
    const int8_t* rows[255];
    const auto args = row_args<PoolS8Args>(l, rows);
    run_rows(variant.max_pool, l, in->data(), args, rows, out->data());
  };
}

void add_windows(std::vector<KernelCase>* cases) {
  for_each_variant(dwconv_s8_variants, [&](const DwconvS8Variant& v) {
    for (const Layer& l : kDepthwiseLayers) {
      if (v.kernel != 0 && (v.kernel != l.kernel || v.stride != l.stride)) continue;
      cases->push_back({v.name, shape(l), v.features,
                        2.0 * static_cast<double>(out_values(l) * taps(l)),
                        static_cast<double>(in_values(l) + out_values(l)),
                        [&v, &l] { return prepare_depthwise(v, l); }, true});
    }
  });
  for_each_variant(pool_s8_variants, [&](const PoolS8Variant& v) {
    for (const Layer& l : kPoolLayers) {
      cases->push_back({v.name, "max " + shape(l), v.features, 0,
                        static_cast<double>(in_values(l) + out_values(l)),
                        [&v, &l] { return prepare_pool(v, l); }});
    }
  });
}

// call(in, out) runs the layer on buffers of as many bytes and floats as it has values.
template <typename Variant, typename Call>
void add_pixelwise(std::vector<KernelCase>* cases, const Variant& v, const std::string& what,
                   const Layer& l, size_t bytes_each, const Call& call) {
  const size_t count = in_values(l);
  cases->push_back(
      {v.name, what + shape(l), v.features, 0, static_cast<double>(count * bytes_each), [=] {
         auto bytes = std::make_shared<Bytes>(2 * count, int8_t{3});
         auto floats = std::make_shared<std::vector<float>>(count, 0.5f);
         return Run([=] { call(bytes->data(), bytes->data() + count, floats->data()); });
       }});
}

void add_elementwise(std::vector<KernelCase>* cases, const Layer& l) {
  const int count = static_cast<int>(pixels(l));
  const int channels = l.in_channels;
  const auto stride = static_cast<size_t>(channels);
  const std::vector<float> scale(stride, 0.5f);
  for_each_variant(eltwise_s8_variants, [&](const EltwiseS8Variant& v) {
    add_pixelwise(cases, v, "add ", l, 2, [=, &v](const int8_t* in, int8_t* out, float*) {
      const AddS8 how = {{0.5f, 0.75f}, {1, 2}, {}};
      v.add(count, channels, in, stride, in, stride, how, out, stride);
    });
  });
  for_each_variant(table_s8_variants, [&](const TableS8Variant& v) {
    add_pixelwise(cases, v, "", l, 2, [=, &v](const int8_t* in, int8_t* out, float*) {
      const int8_t table[kTableS8Entries] = {};
      v.apply(count, channels, in, stride, table, out, stride);
    });
  });
  for_each_variant(quantize_variants, [&](const QuantizeVariant& v) {
    add_pixelwise(cases, v, "to int8 ", l, 5, [=, &v](const int8_t*, int8_t* out, float* floats) {
      v.quantize(count, channels, floats, stride, scale.data(), {}, out, stride);
    });
    add_pixelwise(cases, v, "to float ", l, 5, [=, &v](const int8_t* in, int8_t*, float* floats) {
      v.dequantize(count, channels, in, stride, scale.data(), 0, floats, stride);
    });
  });
}

}  // namespace

std::vector<KernelCase> small_s8_cases() {
  std::vector<KernelCase> cases;
  add_windows(&cases);
  for (const Layer& l : kPixelLayers) add_elementwise(&cases, l);
  return cases;
}

}  // namespace linnet::bench
