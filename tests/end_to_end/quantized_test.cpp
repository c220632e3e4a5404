// Quantized models as their authors published them, against the networks in floats.
#include <gtest/gtest.h>

#include <cmath>

#include "host/codecs/codecs.h"
#include "tests/device/runner.h"
#include "tests/end_to_end/converted.h"

namespace linnet::test {
namespace {

class QuantizedModels : public testing::Test {
 protected:
  void SetUp() override {
    if (data_.empty()) GTEST_SKIP() << "no test data (LINNET_TEST_DATA): quantized models";
    if (!host::codecs::have_png()) GTEST_SKIP() << "built without libpng: the input is a PNG";
  }

  std::vector<std::vector<float>> heads(const std::string& source, bool dequantize) const {
    converter::ConvertOptions options;
    options.dequantize = dequantize;
    Runner runner(converted(data_ + source, options), 320, 320);
    runner.run(host::read_image(data_ + "/reference/inputs/dog-320.png"));
    return {runner.head(0), runner.head(1), runner.head(2)};
  }

  // Decibels of what the int8 form adds to the network that its weights stand for, least first.
  void expect_noise_below(const std::string& source, double least) {
    const auto int8 = heads(source, false), real = heads(source, true);
    for (size_t k = 0; k < 3; ++k) {
      double signal = 0, noise = 0;
      for (size_t i = 0; i < real[k].size(); ++i) {
        signal += double{real[k][i]} * real[k][i];
        noise += std::pow(double{int8[k][i]} - real[k][i], 2);
      }
      const double ratio = 10 * std::log10(signal / noise);
      RecordProperty("head" + std::to_string(k), std::to_string(ratio));
      EXPECT_GT(ratio, least) << source << " head " << k;
    }
  }

  std::string data_ = test_data();
};

// Every convolution is int8, and only its head makes floats.
TEST_F(QuantizedModels, AreInt8Throughout) {
  for (const char* source :
       {"/models/yolov5ss-int8.param", "/onnx/v5lite-s-320-qdq.onnx",
        "/onnx/v5lite-s-320-qoperator.onnx", "/onnx/yolov5-lite-320-qdq.onnx"}) {
    const converter::Conversion done =
        converter::convert(converter::import_file(data_ + source, {}), {});
    int convolutions = 0, floats = 0;
    for (const converter::Step& step : done.program.steps) {
      EXPECT_TRUE(step.int8.has_value() || step.op == format::k_max_pool) << step.name;
      convolutions += step.op == format::k_conv2d || step.op == format::k_dwconv2d;
      floats += done.program.buffers[step.output[0].tensor].dtype == format::kF32;
    }
    EXPECT_EQ(convolutions, 82) << source;
    EXPECT_EQ(floats, 3) << source;
  }
}

// ncnn's published scales are coarse.
TEST_F(QuantizedModels, NcnnInt8) {
  expect_noise_below("/models/yolov5ss-int8.param", 14);
}

TEST_F(QuantizedModels, OnnxPairs) {
  expect_noise_below("/onnx/v5lite-s-320-qdq.onnx", 26);
  expect_noise_below("/onnx/yolov5-lite-320-qdq.onnx", 19);
}

TEST_F(QuantizedModels, OnnxQLinear) {
  expect_noise_below("/onnx/v5lite-s-320-qoperator.onnx", 26);
}

}  // namespace
}  // namespace linnet::test
