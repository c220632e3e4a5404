// Structure-aware mutants of small ONNX files: imported or refused in one line, never a crash,
// never slow. LINNET_MUTANTS chooses how many.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "converter/convert.h"
#include "converter/error.h"
#include "converter/frontend/frontend.h"
#include "tests/onnx/onnx_builder.h"
#include "tests/support/heap_meter.h"

namespace linnet::test {
namespace {

// Of one mutant, beyond the file itself.
constexpr size_t kMostHeapBytes = size_t{256} << 20;

using Random = std::mt19937;

std::vector<std::string> seeds() {
  std::vector<OnnxBuilder> builders;
  OnnxBuilder a = detector_front(4);
  a.ints("to5", {1, 2, 2, 8, 8}).ints("to4", {1, -1, 8, 8}).ints("zero", {0}).ints("two", {2});
  a.ints("four", {4}).ints("one", {1}).node("Reshape", {"x", "to5"}, {"g"});
  a.node("Transpose", {"g"}, {"t"}, {Attr::ints("perm", {0, 2, 1, 3, 4})});
  a.node("Reshape", {"t", "to4"}, {"s"}).node("Slice", {"s", "zero", "two", "one"}, {"p"});
  a.node("Slice", {"s", "two", "four", "one"}, {"q"}).conv("q", "r", 2, 2, 3, 1, 2);
  a.node("Concat", {"p", "r"}, {"y"}, {Attr::integer("axis", 1)}).heads("y", 4, 2);
  builders.push_back(a.metadata("names", "['a', 'b']"));
  OnnxBuilder b = detector_front(4);
  b.node("Shape", {"x"}, {"shape"}).ints("i", {2}).node("Gather", {"shape", "i"}, {"h"});
  b.ints("n", {1, 4}).node("Concat", {"n", "h", "h"}, {"sizes"}, {Attr::integer("axis", 0)});
  b.conv("x", "d", 4, 4, 3, 2);
  b.node("Resize", {"d", "", "", "sizes"}, {"u"},
         {Attr::text("mode", "nearest"), Attr::text("nearest_mode", "floor"),
          Attr::text("coordinate_transformation_mode", "asymmetric")});
  b.node("GlobalAveragePool", {"u"}, {"g"}).node("HardSwish", {"g"}, {"w"});
  b.node("Mul", {"x", "w"}, {"m"}).scalar("three", 3).node("Add", {"m", "three"}, {"e"});
  b.node("MaxPool", {"e"}, {"y"},
         {Attr::ints("kernel_shape", {3, 3}), Attr::ints("strides", {1, 1}),
          Attr::ints("pads", {1, 1, 1, 1})});
  b.heads("y", 4, 1).floats("anchors0", {1, 3, 1, 1, 2}, {1, 2, 3, 4, 5, 6});
  b.node("Mul", {"out0", "anchors0"}, {"wh"});
  builders.push_back(b);
  OnnxBuilder c = detector_front(4);
  c.scalar("s", 0.25f)
      .whole("z", {}, {7}, 2)
      .whole("w", {4, 4, 1, 1}, {1, -2, 3, -4, 5, -6, 7, -8, 9, 10, 11, 12, 13, 14, 15, 16}, 3);
  c.floats("ws", {4}, {1, 0.5f, 0.25f, 2}).whole("wz", {4}, {0, 0, 0, 0}, 3);
  c.whole("bias", {4}, {1, 2, 3, 4}, 6).node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  c.node("QLinearConv", {"q", "s", "z", "w", "ws", "wz", "s", "z", "bias"}, {"k"});
  c.node("MaxPool", {"k"}, {"p"},
         {Attr::ints("kernel_shape", {3, 3}), Attr::ints("pads", {1, 1, 1, 1})});
  c.node("QLinearAdd", {"p", "s", "z", "q", "s", "z", "s", "z"}, {"a"});
  c.node("QLinearSigmoid", {"a", "s", "z", "s", "z"}, {"g"});
  c.node("QLinearConcat", {"s", "z", "g", "s", "z", "q", "s", "z"}, {"j"},
         {Attr::integer("axis", 1)});
  c.node("DequantizeLinear", {"j", "s", "z"}, {"d"});
  c.node("DequantizeLinear", {"w", "ws", "wz"}, {"wd"}, {Attr::integer("axis", 0)});
  c.node("Slice", {"d", "begin", "end", "one"}, {"h"}).ints("begin", {1}).ints("end", {5});
  c.ints("one", {1}).node("Conv", {"h", "wd"}, {"r"}).node("Relu", {"r"}, {"y"});
  builders.push_back(c.heads("y", 4, 1));
  std::vector<std::string> files;
  for (const OnnxBuilder& builder : builders) {
    const std::vector<uint8_t> file = builder.build();
    files.emplace_back(file.begin(), file.end());
  }
  return files;
}

uint64_t boundary(Random* random) {
  constexpr uint64_t kValues[] = {0,
                                  1,
                                  2,
                                  3,
                                  4,
                                  7,
                                  8,
                                  127,
                                  128,
                                  255,
                                  256,
                                  8191,
                                  8192,
                                  8193,
                                  65535,
                                  65536,
                                  (1u << 31) - 1,
                                  1u << 31,
                                  UINT32_MAX,
                                  1ull << 32,
                                  INT64_MAX,
                                  static_cast<uint64_t>(INT64_MIN),
                                  UINT64_MAX,
                                  UINT64_MAX - 1};
  return kValues[(*random)() % std::size(kValues)];
}

struct FieldSpan {
  uint32_t number, type;
  uint64_t value;
  std::string bytes;
};

bool read_varint(const std::string& text, size_t* at, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && *at < text.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text[(*at)++]);
    *value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// The fields of a message; empty if it is not one.
std::vector<FieldSpan> parse(const std::string& text) {
  std::vector<FieldSpan> fields;
  for (size_t at = 0; at < text.size();) {
    uint64_t key = 0;
    FieldSpan field{};
    if (!read_varint(text, &at, &key)) return {};
    field.number = static_cast<uint32_t>(key >> 3);
    field.type = static_cast<uint32_t>(key & 7);
    if (field.number == 0) return {};
    if (field.type == 0) {
      if (!read_varint(text, &at, &field.value)) return {};
    } else if (field.type == 2) {
      uint64_t length = 0;
      if (!read_varint(text, &at, &length) || length > text.size() - at) return {};
      field.bytes = text.substr(at, length);
      at += length;
    } else if (field.type == 5 && text.size() - at >= 4) {
      field.bytes = text.substr(at, 4);
      at += 4;
    } else {
      return {};
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string write(const std::vector<FieldSpan>& fields) {
  std::string out;
  for (const FieldSpan& field : fields) {
    Proto proto;
    if (field.type == 0) {
      out += proto.varint(field.number, field.value).data();
    } else if (field.type == 2) {
      out += proto.bytes(field.number, field.bytes).data();
    } else {
      std::string key = Proto().varint(field.number, 0).data();
      key.pop_back();
      key[0] = static_cast<char>(key[0] | 5);
      out += key + field.bytes;
    }
  }
  return out;
}

// Changes one place: goes down a random path of nested messages, then drops, doubles, swaps or
// alters a field.
std::string mutate(const std::string& text, Random* random, int depth) {
  std::vector<FieldSpan> fields = parse(text);
  if (fields.empty()) {
    std::string out = text;
    if (!out.empty()) out[(*random)() % out.size()] = static_cast<char>((*random)());
    return out;
  }
  FieldSpan& field = fields[(*random)() % fields.size()];
  const uint32_t choice = (*random)() % 10;
  if (field.type == 2 && depth < 8 && choice < 7) {
    field.bytes = mutate(field.bytes, random, depth + 1);
  } else if (choice == 7) {
    fields.erase(fields.begin() + (&field - fields.data()));
  } else if (choice == 8) {
    fields.push_back(fields[(*random)() % fields.size()]);
  } else if (field.type == 0) {
    field.value = choice < 5 ? boundary(random) : field.value + (*random)() % 5 - 2;
  } else if (field.type == 2) {
    const FieldSpan& other = fields[(*random)() % fields.size()];
    field.bytes = other.type == 2 ? other.bytes : field.bytes.substr(0, field.bytes.size() / 2);
  } else {
    field.number = 1 + (*random)() % 16;
  }
  return write(fields);
}

TEST(OnnxMutants, AreImportedOrRefused) {
  const char* given = std::getenv("LINNET_MUTANTS");
  const long mutants = given != nullptr ? std::atol(given) : 20000;
  const std::vector<std::string> files = seeds();
  Random random(1);
  long imported = 0;
  double slowest = 0;
  size_t most_heap = 0;
  for (long i = 0; i < mutants; ++i) {
    std::string file = files[random() % files.size()];
    for (uint32_t k = 1 + random() % 3; k > 0; --k) file = mutate(file, &random, 0);
    const heap_meter::Use heap;
    const std::clock_t began = std::clock();
    try {
      converter::Graph graph =
          converter::import_onnx({reinterpret_cast<const uint8_t*>(file.data()), file.size()}, {});
      ++imported;
      (void)converter::convert(std::move(graph), {});
    } catch (const converter::ConvertError& error) {
      ASSERT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
    slowest = std::max(slowest, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
    most_heap = std::max(most_heap, heap.most());
  }
  EXPECT_LT(slowest, 1.0);
  EXPECT_LT(most_heap, kMostHeapBytes);
  EXPECT_GT(imported, mutants / 50) << "mutants should often be valid";
  std::printf("%ld mutants, %ld imported, slowest %.1f ms, most heap %zu KB\n", mutants, imported,
              slowest * 1e3, most_heap >> 10);
}

}  // namespace
}  // namespace linnet::test
