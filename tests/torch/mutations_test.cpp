// Random damage that respects the structure: whatever the bytes, import_torch() gives a graph or a
// ConvertError, in bounded time. LINNET_MUTANTS sets the number of mutants.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "converter/convert.h"
#include "converter/error.h"
#include "converter/frontend/frontend.h"
#include "tests/support/heap_meter.h"
#include "tests/support/torch/checkpoint_mutator.h"
#include "tests/support/torch/checkpoint_writer.h"

namespace linnet::converter {
namespace {

// Of one mutant, beyond the file itself.
constexpr size_t kMostHeapBytes = size_t{256} << 20;

using test::torch::ByteVector;
using test::torch::CheckpointMutator;

constexpr double kMostSeconds = 1.0;

std::vector<ByteVector> seeds() {
  using namespace test::torch;
  CheckpointOptions new_protocol;
  new_protocol.protocol = 4;
  new_protocol.storage = "HalfStorage";
  CheckpointOptions zip64;
  zip64.zip.zip64 = zip64.zip.data_descriptors = true;
  const ModuleSpec shuffle =
      block("Shuffle_Block", {{"branch2", sequential({conv2d(4, 4, 1), batch_norm(4)})}})
          .with("stride", integer(1));
  const ModuleSpec focus = block("Focus", {{"conv", conv_block(12, 8, 1)}});
  return {
      write_checkpoint(tiny_model()), write_checkpoint(model_around(shuffle, 8, 8), new_protocol),
      write_checkpoint(model_around(focus, 3, 8), zip64), write_legacy_checkpoint(tiny_model())};
}

// Sanitizers make each mutant some 20 times as slow.
#if defined(__SANITIZE_ADDRESS__)
#define LINNET_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LINNET_SANITIZED 1
#endif
#endif
#ifdef LINNET_SANITIZED
constexpr size_t kMutants = 4000;
#else
constexpr size_t kMutants = 20000;
#endif

size_t mutant_count() {
  const char* text = std::getenv("LINNET_MUTANTS");
  return text == nullptr ? kMutants : std::strtoull(text, nullptr, 10);
}

TEST(Mutations, MutantsAreErrorsOrGraphs) {
  const std::vector<ByteVector> originals = seeds();
  const size_t count = mutant_count();
  size_t graphs = 0;
  double slowest = 0;
  size_t most_heap = 0;
  for (size_t seed = 0; seed < count; ++seed) {
    const ByteVector file = CheckpointMutator(seed).mutate(originals[seed % originals.size()]);
    const test::heap_meter::Use heap;
    const auto start = std::chrono::steady_clock::now();
    try {
      Graph graph = import_torch(file, {});
      ++graphs;
      convert(std::move(graph), {});
    } catch (const ConvertError& error) {
      ASSERT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "seed " << seed;
    } catch (const std::exception& error) {
      FAIL() << "seed " << seed << ": " << error.what();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    slowest = std::max(slowest, took.count());
    most_heap = std::max(most_heap, heap.most());
    ASSERT_LT(took.count(), kMostSeconds) << "seed " << seed;
  }
  std::printf("%zu mutants, %zu graphs, slowest %.0f ms, most heap %zu KB\n", count, graphs,
              slowest * 1000, most_heap >> 10);
  EXPECT_LT(most_heap, kMostHeapBytes);
  EXPECT_GT(graphs, count / 100);
  EXPECT_LT(graphs, count);
}

TEST(Mutations, EveryTruncationIsAnError) {
  for (const ByteVector& original : seeds()) {
    for (size_t size = 0; size < original.size(); size += 1 + size / 64) {
      const ByteVector cut(original.begin(), original.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_THROW(import_torch(cut, {}), ConvertError) << size;
    }
  }
}

}  // namespace
}  // namespace linnet::converter
