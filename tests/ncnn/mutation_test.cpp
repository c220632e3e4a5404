// Structure-aware mutants of small models: imported or refused, never a crash, never slow.
// LINNET_MUTANTS chooses how many.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "converter/convert.h"
#include "converter/error.h"
#include "tests/ncnn/ncnn_files.h"
#include "tests/support/heap_meter.h"

namespace linnet::test {
namespace {

// Of one mutant, beyond the file itself.
constexpr size_t kMostHeapBytes = size_t{256} << 20;

using Random = std::mt19937;

std::vector<NcnnFiles> seeds() {
  std::vector<NcnnFiles> files;
  files.push_back(detector(8, [](NcnnFiles* f) {
    f->layer("ShuffleChannel", "x", "s", "0=2").layer("Split", "s", "s0,s1");
    f->layer("Crop", "s0", "c0", "-23309=1,0 -23310=1,4 -23311=1,0");
    f->layer("Slice", "s1", "c1,c2", "-23300=2,4,-233");
    f->layer("ConvolutionDepthWise", "c0", "d", "0=4 1=3 4=1 5=1 6=36 7=4 8=101");
    f->tagged(std::vector<float>(36, 5), Storage::s8).plain({1, 2, 3, 4}).plain({1, 2, 3, 4});
    f->plain({1}).plain({1});
    f->layer("Concat", "d,c2", "y", "0=0");
  }));
  files.push_back(detector(8, [](NcnnFiles* f) {
    f->layer("Split", "x", "x0,x1,x2").layer("Pooling", "x0", "p", "0=1 4=1");
    f->layer("InnerProduct", "p", "g", "0=8 1=1 2=64 9=4");
    f->tagged(std::vector<float>(64, 0.5f), Storage::f16).plain(std::vector<float>(8, 0.25f));
    f->layer("BinaryOp", "x1,g", "m", "0=2").layer("Padding", "m", "pad", "0=1 1=1 2=1 3=1");
    f->conv("pad", "a", 8, 8, 3, 1, "4=0");
    f->layer("Interp", "a", "u", "0=1 3=16 4=16").layer("Pooling", "u", "b", "0=0 1=2 2=2 5=1");
    f->layer("MemoryData", "", "k", "0=1 1=1 2=8").plain(std::vector<float>(8, 2));
    f->layer("BinaryOp", "k,b", "c", "0=0").layer("HardSwish", "c", "h", "0=0.2 1=0.5");
    f->layer("BatchNorm", "h", "n", "0=8 1=0.001");
    for (int i = 0; i < 4; ++i) f->plain(std::vector<float>(8, 1));
    f->layer("Eltwise", "n,x2", "y", "0=1");
  }));
  files.push_back(detector(8, [](NcnnFiles* f) {
    const std::vector<float> eight(8, 20);
    f->layer("Split", "x", "x0,x1").layer("Convolution", "x0", "a", "0=8 1=1 5=1 6=64 8=102 9=1");
    f->tagged(std::vector<float>(64, 3), Storage::s8).plain(eight).plain(eight).plain({9});
    f->plain({7}).layer("Concat", "a,x1", "c", "0=0").layer("ShuffleChannel", "c", "s", "0=2");
    f->layer("Convolution", "s", "y", "0=8 1=3 4=1 5=1 6=1152 8=2");
    f->tagged(std::vector<float>(1152, -5), Storage::s8).plain(eight).plain(eight).plain({8});
  }));
  NcnnFiles focus;
  focus.layer("Input", "", "in", "0=64 1=64 2=3").layer("YoloV5Focus", "in", "f");
  focus.conv("f", "b", 12, 4, 3, 2, "9=2 -23310=1,0.1").conv("b", "y", 4, 4, 3, 2);
  files.push_back(focus.heads("y", 4));
  return files;
}

size_t below(Random* random, size_t bound) {
  return (*random)() % bound;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : std::string(1, separator)) + parts[i];
  return text;
}

// A word of one line becomes a number from the edge, another word of the text, or goes.
void mutate_word(std::vector<std::string>* lines, Random* random) {
  static const char* const kNumbers[] = {
      "0",          "1",   "-1",   "2",    "3",    "7",     "-233",       "-234",
      "255",        "256", "8191", "8192", "8193", "65536", "2147483647", "-2147483648",
      "4294967296", "1e9", "0.5",  "nan",  "inf",  "1e-40", "",           "x"};
  const size_t line = below(random, lines->size());
  std::vector<std::string> words = split((*lines)[line], ' ');
  std::string& word = words[below(random, words.size())];
  const std::string number = kNumbers[below(random, std::size(kNumbers))];
  const size_t equals = word.find('=');
  switch (below(random, 6)) {
    case 0:
      words.erase(words.begin() + (&word - words.data()));
      break;
    case 1: {
      const std::vector<std::string> others = split((*lines)[below(random, lines->size())], ' ');
      word = others[below(random, others.size())];
      break;
    }
    case 2:
      if (equals != std::string::npos) word = number + word.substr(equals);
      break;
    default:
      if (equals == std::string::npos) {
        word = number;
      } else {
        std::vector<std::string> values = split(word.substr(equals + 1), ',');
        values[below(random, values.size())] = number;
        word = word.substr(0, equals + 1) + join(values, ',');
      }
  }
  (*lines)[line] = join(words, ' ');
}

void mutate_lines(std::vector<std::string>* lines, Random* random) {
  const size_t a = below(random, lines->size()), b = below(random, lines->size());
  switch (below(random, 3)) {
    case 0:
      std::swap((*lines)[a], (*lines)[b]);
      break;
    case 1:
      lines->insert(lines->begin() + static_cast<ptrdiff_t>(a), (*lines)[b]);
      break;
    default:
      if (lines->size() > 1) lines->erase(lines->begin() + static_cast<ptrdiff_t>(a));
  }
}

void mutate_bin(std::vector<uint8_t>* bin, Random* random) {
  if (bin->empty()) return;
  switch (below(random, 3)) {
    case 0:
      bin->resize(below(random, bin->size() + 8));
      break;
    case 1:
      (*bin)[below(random, bin->size())] ^= static_cast<uint8_t>(1u << below(random, 8));
      break;
    default: {
      static constexpr uint8_t kTags[][4] = {
          {0, 0, 0, 0}, {0x47, 0x6B, 0x30, 0x01}, {0x38, 0x4B, 0x0D, 0}, {0, 0, 0xC0, 0x7F}};
      const size_t at = below(random, bin->size()) / 4 * 4;
      if (at + 4 <= bin->size())
        std::copy_n(kTags[below(random, 4)], 4, bin->begin() + static_cast<ptrdiff_t>(at));
    }
  }
}

TEST(NcnnMutation, ImportedOrRefused) {
  const char* const count = std::getenv("LINNET_MUTANTS");
  const int mutants = count != nullptr ? std::atoi(count) : 3000;
  const std::vector<NcnnFiles> originals = seeds();
  for (const NcnnFiles& files : originals) ASSERT_NO_THROW((void)files.import());
  Random random(11);
  int imported = 0;
  double slowest = 0;
  size_t most_heap = 0;
  for (int i = 0; i < mutants; ++i) {
    const NcnnFiles& original = originals[below(&random, originals.size())];
    std::vector<std::string> lines = split(original.param(), '\n');
    std::vector<uint8_t> bin = original.bin();
    for (size_t changes = 1 + below(&random, 3); changes > 0; --changes) {
      const size_t kind = below(&random, 8);
      if (kind < 5) {
        mutate_word(&lines, &random);
      } else if (kind < 6) {
        mutate_lines(&lines, &random);
      } else {
        mutate_bin(&bin, &random);
      }
    }
    const std::string text = join(lines, '\n');
    const heap_meter::Use heap;
    const auto begin = std::chrono::steady_clock::now();
    try {
      converter::Graph graph = converter::import_ncnn(bytes_of(text), bin, {});
      ++imported;
      (void)converter::convert(std::move(graph), {});
    } catch (const converter::ConvertError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
    slowest = std::max(
        slowest, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    most_heap = std::max(most_heap, heap.most());
  }
  std::printf("%d mutants, %d imported, slowest %.1f ms, most heap %zu KB\n", mutants, imported,
              slowest * 1e3, most_heap >> 10);
  EXPECT_LT(most_heap, kMostHeapBytes);
  EXPECT_LT(slowest, 1.0);
  EXPECT_GT(imported, mutants / 50);
  EXPECT_LT(imported, mutants * 9 / 10);
}

}  // namespace
}  // namespace linnet::test
