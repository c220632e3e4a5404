// What cannot be converted is refused in one line that names the layer and what is supported.
#include <gtest/gtest.h>

#include <cmath>

#include "converter/error.h"
#include "tests/ncnn/ncnn_files.h"

namespace linnet::test {
namespace {

using converter::ConvertError;

std::string error_of(const std::string& param, const std::vector<uint8_t>& bin) {
  try {
    (void)converter::import_ncnn(bytes_of(param), bin, {});
  } catch (const ConvertError& error) {
    return error.what();
  }
  return "";
}

std::string error_of(const NcnnFiles& files) {
  return error_of(files.param(), files.bin());
}

NcnnFiles one_layer(const std::string& type, const std::string& params) {
  return detector(8, [&](NcnnFiles* f) { f->layer(type, "x", "y", params); });
}

void expect_error(const std::string& error, const std::string& part) {
  EXPECT_NE(error.find(part), std::string::npos) << "'" << error << "' lacks '" << part << "'";
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST(NcnnErrors, UnsupportedLayersAndParameters) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"Softmax", "", "Softmax 'Softmax_4': this layer type is not supported; supported: Input, "},
      {"Pooling", "0=0 1=3 2=2 3=1", "rounds its size up (parameter 5 = 0)"},
      {"Pooling", "0=0 4=1", "the average of the whole map"},
      {"Pooling", "0=1 7=1 8=2", "the average of the whole map"},
      {"Reduction", "0=0 1=1", "the mean over height and width"},
      {"Padding", "0=1 4=1", "padding with something else than zeros"},
      {"Interp", "0=2 1=2 2=2", "a resize_type (parameter 0) other than nearest"},
      {"Interp", "0=1 1=1.5 2=1.5", "not a whole factor"},
      {"Interp", "0=1 3=16 4=24", "not a whole factor"},
      {"Crop", "-23309=1,0 -23310=1,4 -23311=1,1", "cropping rows or columns"},
      {"Crop", "0=2 5=4", "cropping rows or columns"},
      {"Crop", "7=2 5=4", "cropping rows or columns"},
      {"Crop", "2=6 5=4", "expected channels inside 0..8, found 6..10"},
      {"Slice", "-23300=2,4,4", "expected a size for each of 1 outputs"},
      {"Slice", "-23300=1,8 1=1", "an axis other than channels"},
      {"Concat", "0=1", "an axis other than channels"},
      {"ShuffleChannel", "0=3", "expected groups that divide 8 channels, found 3"},
      {"BinaryOp", "0=4 1=1 2=1", "op_type 4 (parameter 0) with a constant"},
      {"BinaryOp", "0=3 1=1 2=0", "infinite or not a number"},
      {"BinaryOp", "0=0", "expected at least 2 inputs, found 1"},
      {"Eltwise", "0=2", "two inputs"},
      {"Clip", "0=-1 1=1", "0..6"},
      {"ReLU", "0=1e200", "infinite or not a number"},
      {"Mish", "", "this layer type is not supported"},
      {"InnerProduct", "0=2 2=16", "a feature map as input is not supported"},
      {"Reshape", "0=-1 1=4 2=2", "a layer with weights behind a Reshape or Permute"},
      {"Squeeze", "", "reshaping a feature map"},
      {"Convolution", "0=8 1=1 5=0 6=64 9=5", "activation_type 5 (parameter 9)"},
      {"Convolution", "0=8 1=1 5=0 6=64 18=1", "padding with another value than 0"},
      {"Convolution", "0=8 1=1 5=0 6=64 19=1", "dynamic weights"},
      {"Convolution", "0=8 1=1 5=0 6=64 8=7", "int8_scale_term 7 (parameter 8)"},
      {"Convolution", "0=8 1=99 6=64",
       "parameter 1: expected a whole number from 1 to 15, found 99"},
      {"Convolution", "0=0 1=1 6=64", "parameter 0: expected a whole number"},
      {"Input", "0=64", "expected an output"},
  };
  for (const auto& [type, params, part] : cases) {
    SCOPED_TRACE(std::string(type) + " " + params);
    NcnnFiles files = detector(8, [t = type, p = params](NcnnFiles* f) {
      // The body's own convolutions: so that the layer meets some data.
      f->layer(t, std::string(t) == "Input" ? "" : "x", std::string(t) == "Input" ? "" : "y", p);
      if (std::string(t) == "Convolution") f->tagged(std::vector<float>(64, 1));
    });
    expect_error(error_of(files), part);
  }
}

TEST(NcnnErrors, TheFilesDoNotBelongTogether) {
  const NcnnFiles files = one_layer("Noop", "");
  std::vector<uint8_t> longer = files.bin();
  longer.resize(longer.size() + 4);
  expect_error(error_of(files.param(), longer),
               "the layers use " + std::to_string(files.bin().size()) +
                   " bytes of the .bin file, which has " + std::to_string(longer.size()));
  for (size_t size = 0; size < files.bin().size(); size += 7) {
    const std::vector<uint8_t> shorter(files.bin().begin(),
                                       files.bin().begin() + static_cast<ptrdiff_t>(size));
    expect_error(error_of(files.param(), shorter), "belong together?");
  }
}

TEST(NcnnErrors, MalformedText) {
  const NcnnFiles files = one_layer("Noop", "");
  const std::string good = files.param();
  EXPECT_EQ(error_of(good, files.bin()), "");
  // What the layers of the tail do is not looked at.
  std::string other_tail = good;
  other_tail.replace(other_tail.find("Permute Permute_17"), 7, "Softmax");
  EXPECT_EQ(error_of(other_tail, files.bin()), "");
  const auto replaced = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("no " + from);
    return text.replace(at, from.size(), to);
  };
  const std::pair<std::string, const char*> cases[] = {
      {"", "expected an ncnn .param text file"},
      {std::string("\xE7\x85\x76\x00\x01\x00", 6), "binary"},
      {replaced("7767517", "7767518"), "expected an ncnn .param text file"},
      {"7767517\n", "expected layer and blob counts"},
      {replaced("\n18 ", "\n17 "), "more layers than the 17"},
      {replaced("\n18 ", "\n19 "), "expected 19 layers, found 18; is the .param file complete?"},
      {replaced("\n18 ", "\n99999999999999999999 "), "the count of layers"},
      {replaced("0=64 1=64", "0:64 1=64"), "expected id=value, found '0:64'"},
      {replaced("0=64 1=64", "0=64x 1=64"), "expected a number, found '64x'"},
      {replaced("0=64 1=64", "0=1e999 1=64"), "expected a number"},
      {replaced("0=64 1=64", "-23300=3,1 1=64"), "expected id=count,values"},
      {replaced("0=64 1=64", "0=100000 1=64"), "parameter 0"},
      {replaced("Noop_4 1 1 x", "Noop_4 1 1 nothing"),
       "Noop 'Noop_4': reads blob 'nothing', which no earlier layer makes"},
      {replaced("Noop_4 1 1 x y", "Noop_4 1 1 x in"), "blob 'in' is made twice"},
      {replaced("Noop_4 1 1 x y", "Noop_4 2000000000 1 x y"), "the count of inputs"},
      {replaced("Noop_4 1 1 x y", "Noop_4 1 9 x y"), "an output blob"},
      {replaced("Noop_4 1 1 x y", "Noop_4 0 1 y"), "expected an input, found none"},
      {replaced("0=64 1=64 2=3", "0=64 1=64 2=1"), "expected 3 channels, found 1"},
      {replaced("Permute Permute_17", "Convolution Permute_17"),
       "Convolution 'Permute_17': a layer with weights behind a Reshape"},
  };
  for (const auto& [text, part] : cases) {
    expect_error(error_of(text, files.bin()), part);
  }
}

TEST(NcnnErrors, Heads) {
  NcnnFiles two;
  two.layer("Input", "", "in", "0=64 1=64 2=3").conv("in", "y", 3, 8, 3, 2);
  two.layer("Split", "y", "a,b").conv("a", "h0", 8, 21).conv("b", "h1", 8, 21);
  expect_error(error_of(two), "expected 3 detection heads");
  NcnnFiles odd = one_layer("Noop", "");
  std::string text = odd.param();
  text.replace(text.find("1=7 2=3"), 7, "1=7 2=4");  // 21 channels are not 4 anchors
  EXPECT_EQ(error_of(text, odd.bin()), "");
  text.replace(text.find("1=7 2=4"), 7, "1=3 2=7");
  expect_error(error_of(text, odd.bin()), "the same classes in all heads, found 21 channels");
  NcnnFiles mixed = one_layer("Noop", "");
  mixed.layer("BinaryOp", "head0_permuted,y2", "z", "0=0");
  expect_error(error_of(mixed), "mixes the network's features with decoded heads");
}

TEST(NcnnErrors, WeightsThatAreNoNumbers) {
  for (const float value : {NAN, INFINITY}) {
    NcnnFiles files = detector(8, [value](NcnnFiles* f) {
      f->layer("Convolution", "x", "y", "0=8 1=1 5=0 6=64");
      f->tagged(std::vector<float>(64, value));
    });
    expect_error(error_of(files), "a weight is infinite or not a number");
  }
  NcnnFiles norm = detector(8, [](NcnnFiles* f) {
    f->layer("BatchNorm", "x", "y", "0=8");
    for (const float value : {1.0f, 0.0f, -1.0f, 0.0f}) f->plain(std::vector<float>(8, value));
  });
  expect_error(error_of(norm), "infinite or not a number");
}

TEST(NcnnErrors, Int8WithoutScales) {
  NcnnFiles files = detector(8, [](NcnnFiles* f) {
    f->layer("Convolution", "x", "y", "0=8 1=1 5=0 6=64");
    f->tagged(std::vector<float>(64, 3), Storage::s8);
  });
  expect_error(error_of(files), "has int8 weights but no scales (parameter 8)");
}

TEST(NcnnErrors, ConstantsOnlyWhereTheyFit) {
  const auto with = [](const std::string& shape, size_t count, const std::string& type,
                       const std::string& params) {
    return detector(8, [&](NcnnFiles* f) {
      f->layer("MemoryData", "", "k", shape).plain(std::vector<float>(count, 1));
      f->layer(type, "x,k", "y", params);
    });
  };
  expect_error(error_of(with("0=8 1=8", 64, "BinaryOp", "0=0")), "a constant of this shape");
  expect_error(error_of(with("0=3", 3, "BinaryOp", "0=0")), "a constant of this shape");
  expect_error(error_of(with("0=8", 8, "Concat", "0=0")), "a constant input ('k')");
}

TEST(NcnnErrors, HugeRequestsFailFast) {
  // Each asks for far more than the file holds.
  for (const char* params :
       {"0=8192 1=15 5=1 6=268435456", "0=8 1=1 6=268435455", "0=8192 1=1 5=1 6=64 8=1"}) {
    expect_error(error_of(one_layer("Convolution", params)), "Convolution");
  }
  expect_error(error_of(one_layer("BatchNorm", "0=8192")), "bytes at byte");
  NcnnFiles files = detector(8, [](NcnnFiles* f) {
    f->layer("MemoryData", "", "k", "0=65536 1=65536 2=65536").layer("Noop", "x", "y");
  });
  expect_error(error_of(files), "at most 2^28 values");
}

}  // namespace
}  // namespace linnet::test
