#include "converter/frontend/torch/tensor_reader.h"

#include "converter/frontend/torch/pickle_reader.h"
#include "tests/support/torch/pickle_writer.h"
#include "tests/torch/expect_error.h"

namespace linnet::converter::torch {
namespace {

using test::torch::ByteVector;
using test::torch::PickleWriter;

class OneStorage : public StorageSource {
 public:
  explicit OneStorage(ByteVector bytes) : bytes_(std::move(bytes)) {}
  Bytes storage(std::string_view key) const override {
    EXPECT_EQ(key, "5");
    return bytes_;
  }

 private:
  ByteVector bytes_;
};

struct Case {
  std::string storage = "FloatStorage";
  std::vector<int64_t> shape = {2, 2}, strides = {2, 1};
  int64_t offset = 0;
  std::string function = "_rebuild_tensor_v2";
};

ByteVector record(const Case& c) {
  PickleWriter pickle;
  pickle.global("torch._utils", c.function).mark();
  pickle.mark().text("storage").global("torch", c.storage).text("5").text("cuda:0").integer(8);
  pickle.tuple().op('Q').integer(c.offset).integers(c.shape).integers(c.strides);
  return pickle.boolean(false).none().tuple().op('R').finish();
}

// 8 floats 0, 1, …, 7.
ByteVector floats() {
  ByteVector bytes;
  for (int i = 0; i < 8; ++i) {
    const auto value = static_cast<float>(i);
    bytes.insert(bytes.end(), reinterpret_cast<const uint8_t*>(&value),
                 reinterpret_cast<const uint8_t*>(&value) + 4);
  }
  return bytes;
}

Tensor read(const Case& c, const ByteVector& storage, bool big_endian = false,
            uint64_t budget = 100) {
  const ByteVector bytes = record(c);
  const Pickle pickle = read_pickle(bytes);
  const OneStorage source(storage);
  return TensorReader(&source, big_endian, budget).read(pickle.root, "here");
}

TEST(TensorReader, HonoursStridesAndOffset) {
  Case c;
  EXPECT_EQ(read(c, floats()).values, (std::vector<float>{0, 1, 2, 3}));
  c.strides = {1, 2};
  c.offset = 1;
  EXPECT_EQ(read(c, floats()).values, (std::vector<float>{1, 3, 2, 4}));
  c.strides = {0, 0};
  EXPECT_EQ(read(c, floats()).values, (std::vector<float>{1, 1, 1, 1}));
  c.shape = c.strides = {};
  EXPECT_EQ(read(c, floats()).values, (std::vector<float>{1}));
  EXPECT_EQ(read({.function = "_rebuild_tensor"}, floats()).values.size(), 4u);
}

TEST(TensorReader, ReadsElementTypes) {
  Case c;
  c.shape = {2};
  c.strides = {1};
  c.storage = "HalfStorage";
  EXPECT_EQ(read(c, {0x00, 0x3E, 0x01, 0x80}).values, (std::vector<float>{1.5f, -0x1p-24f}));
  EXPECT_EQ(read(c, {0x3E, 0x00, 0x80, 0x01}, true).values, (std::vector<float>{1.5f, -0x1p-24f}));
  c.storage = "BFloat16Storage";
  EXPECT_EQ(read(c, {0xC0, 0x3F, 0x80, 0x3F}).values, (std::vector<float>{1.5f, 1}));
  c.storage = "DoubleStorage";
  EXPECT_EQ(read(c, {0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F}).values,
            (std::vector<float>{1.5f, 1}));
  c.storage = "LongStorage";
  EXPECT_EQ(read(c, {255, 255, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 0, 0, 0}).values,
            (std::vector<float>{-1, 2}));
  c.storage = "CharStorage";
  EXPECT_EQ(read(c, {255, 2}).values, (std::vector<float>{-1, 2}));
  c.storage = "ComplexFloatStorage";
  expect_contains(error_of([&] { read(c, floats()); }), "not supported");
}

TEST(TensorReader, StaysInsideTheStorage) {
  Case c;
  c.offset = 4;
  EXPECT_EQ(read(c, floats()).values.back(), 7);
  c.offset = 5;
  expect_contains(error_of([&] { read(c, floats()); }), "more than 8 elements, found 8");
  for (const int64_t bad : {int64_t{-1}, int64_t{1} << 30}) {
    EXPECT_NE(error_of([&] { read({.offset = bad}, floats()); }), "no error");
    EXPECT_NE(error_of([&] { read({.strides = {bad, 1}}, floats()); }), "no error");
    EXPECT_NE(error_of([&] { read({.shape = {bad, bad}}, floats()); }), "no error");
  }
  EXPECT_NE(error_of([&] { read({.shape = {2, 0}}, floats()); }), "no error");
  EXPECT_NE(error_of([&] { read({.shape = {2}}, floats()); }), "no error");
}

TEST(TensorReader, BoundsWhatRepeatedTensorsCost) {
  Case c;
  c.shape = {1000, 1000};
  c.strides = {0, 0};
  expect_contains(error_of([&] { read(c, floats()); }), "larger than the file");
}

TEST(TensorReader, NamesWhatIsNoTensor) {
  const ByteVector bytes = PickleWriter().global("os", "system").finish();
  const Pickle pickle = read_pickle(bytes);
  const OneStorage source({});
  TensorReader reader(&source, false, 10);
  EXPECT_FALSE(is_tensor(pickle.root));
  expect_contains(error_of([&] { reader.read(pickle.root, "here"); }), "here: expected a tensor");
  expect_contains(error_of([&] { reader.read(nullptr, "here"); }), "found nothing");
}

}  // namespace
}  // namespace linnet::converter::torch
