// Int8 models: their whole numbers and scales reach the .lnt file as they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "converter/convert.h"
#include "converter/error.h"
#include "kernels/dwconv_s8/pack.h"
#include "kernels/igemm_s8/pack.h"
#include "tests/ncnn/ncnn_files.h"

namespace linnet::test {
namespace {

using converter::Conversion;
using converter::Step;

constexpr size_t kChannels = 8;

// Whole numbers from -127 to 127, in floats.
std::vector<float> whole_numbers(size_t count) {
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i * 37 % 255) - 127);
  return values;
}

std::vector<int8_t> as_int8(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

// x -> 1x1 -> depthwise 1x1, which rounds its result -> 1x1 -> y, all int8; ncnn's scales.
struct Int8Detector {
  std::vector<float> weight_scales = {1, 2, 4, 8, 16, 32, 64, 128};
  float in = 20, depthwise_in = 50, depthwise_out = 40, last_in = 40;

  NcnnFiles files() const {
    return detector(8, [&](NcnnFiles* f) {
      const std::vector<float> bias(kChannels, 0.5f);
      f->layer("Convolution", "x", "a", "0=8 1=1 5=1 6=64 8=2 9=1");
      f->tagged(whole_numbers(64), Storage::s8).plain(bias).plain(weight_scales).plain({in});
      f->layer("ConvolutionDepthWise", "a", "b", "0=8 1=1 5=1 6=8 7=8 8=101");
      f->tagged(whole_numbers(8), Storage::s8).plain(bias).plain(weight_scales);
      f->plain({depthwise_in}).plain({depthwise_out});
      f->layer("Convolution", "b", "y", "0=8 1=1 5=1 6=64 8=2");
      f->tagged(whole_numbers(64), Storage::s8).plain(bias).plain(weight_scales).plain({last_in});
    });
  }
  Conversion convert(const converter::ConvertOptions& options = {}) const {
    return converter::convert(files().import(), options);
  }
};

const Step& step_of(const Conversion& done, const std::string& name) {
  for (const Step& step : done.program.steps) {
    if (step.name == name) return step;
  }
  throw std::logic_error("no step " + name);
}

std::vector<int32_t> biases(const Int8Detector& model, float in) {
  std::vector<int32_t> bias;
  for (const float scale : model.weight_scales) {
    bias.push_back(static_cast<int32_t>(std::lround(0.5 * scale * in)));
  }
  return bias;
}

std::vector<float> multipliers(const Int8Detector& model, float in, float out) {
  std::vector<float> multiplier;
  for (const float scale : model.weight_scales) multiplier.push_back(out / (scale * in));
  return multiplier;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6f * std::abs(b[i]));
}

bool holds(const std::vector<uint8_t>& file, const std::vector<uint8_t>& part) {
  return std::search(file.begin(), file.end(), part.begin(), part.end()) != file.end();
}

TEST(NcnnQuantized, WeightsAndScalesAreFoundAgain) {
  const Int8Detector model;
  const Conversion done = model.convert();
  const Step& dense = step_of(done, "Convolution_4");
  ASSERT_TRUE(dense.int8.has_value());
  EXPECT_EQ(dense.int8->weights, as_int8(whole_numbers(64)));
  EXPECT_EQ(dense.int8->bias, biases(model, 20));
  expect_near(dense.int8->multiplier, multipliers(model, 20, 50));
  EXPECT_EQ(dense.int8->out_zero_point, 0);
  EXPECT_EQ(dense.int8->out_low, 0) << "ReLU";
  EXPECT_TRUE(holds(done.file, pack_igemm_s8(dense.int8->weights.data(), dense.int8->bias.data(),
                                             dense.int8->multiplier.data(), kChannels, {8})));
  const Step& depthwise = step_of(done, "ConvolutionDepthWise_5");
  ASSERT_TRUE(depthwise.int8.has_value());
  EXPECT_EQ(depthwise.int8->weights, as_int8(whole_numbers(8)));
  EXPECT_EQ(depthwise.int8->bias, biases(model, 50));
  expect_near(depthwise.int8->multiplier, multipliers(model, 50, 40));
  EXPECT_TRUE(
      holds(done.file, pack_dwconv_s8(depthwise.int8->weights.data(), depthwise.int8->bias.data(),
                                      depthwise.int8->multiplier.data(), kChannels, 1)));
}

// The layers around it have no int8 form: the input is rounded, the result is not.
TEST(NcnnQuantized, LayersWithoutScalesStayFloat) {
  const Conversion done = Int8Detector().convert();
  EXPECT_FALSE(step_of(done, "Convolution_3").int8.has_value());
  const Step& quantize = step_of(done, "Convolution_3 to int8");
  EXPECT_EQ(quantize.op, format::k_quantize);
  expect_near(quantize.int8->multiplier, std::vector<float>(kChannels, 20));
  const Step& last = step_of(done, "Convolution_6");
  EXPECT_EQ(last.int8->weights, as_int8(whole_numbers(64)));
  expect_near(last.int8->multiplier, multipliers({}, 40, 1));
  EXPECT_EQ(done.program.buffers[last.output[0].tensor].dtype, format::kF32);
}

// The layer that reads a value decides, whatever the one that makes it says.
TEST(NcnnQuantized, ReadersDecideOverMakers) {
  Int8Detector model;
  model.last_in = 80;
  expect_near(step_of(model.convert(), "ConvolutionDepthWise_5").int8->multiplier,
              multipliers(model, 50, 80));
}

TEST(NcnnQuantized, DequantizesOnRequest) {
  converter::ConvertOptions options;
  options.dequantize = true;
  const Conversion done = Int8Detector().convert(options);
  for (const Step& step : done.program.steps) EXPECT_FALSE(step.int8.has_value());
  ASSERT_EQ(done.graph.notes.size(), 1u);
  EXPECT_EQ(done.graph.notes[0], "int8 weights were dequantized to float");
}

TEST(NcnnQuantized, NoViewsComputesTheSame) {
  converter::ConvertOptions options;
  options.views = false;
  const Conversion a = Int8Detector().convert(), b = Int8Detector().convert(options);
  EXPECT_EQ(step_of(a, "Convolution_6").int8->weights, step_of(b, "Convolution_6").int8->weights);
}

void expect_error(const Int8Detector& model, const std::string& part) {
  try {
    (void)model.convert();
    ADD_FAILURE() << "expected: " << part;
  } catch (const converter::ConvertError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(NcnnQuantized, BadScalesNameTheLayer) {
  Int8Detector model;
  for (const float bad : {0.0f, -1.0f, 1e-45f}) {
    model = {};
    model.in = bad;
    expect_error(model, "Convolution 'Convolution_4': expected a scale above 0 for its input");
    model = {};
    model.depthwise_out = bad;
    expect_error(model, "'ConvolutionDepthWise_5': expected a scale above 0 for its output");
  }
  model = {};
  model.weight_scales[3] = -2;
  expect_error(model, "Convolution 'Convolution_4': expected a scale above 0 for its weights");
  model.weight_scales[3] = NAN;
  expect_error(model, "Convolution 'Convolution_4': a weight is infinite or not a number");
  model.weight_scales = {1, 2, 3};
  expect_error(model, "Convolution");
}

}  // namespace
}  // namespace linnet::test
