// Systematic and random damage with the CRC recomputed: whatever passes the verifier must also open
// and run. Built with sanitizers this is the proof of "a file that passes cannot make the engine
// read or write outside its buffers". LINNET_MUTANTS sets the number of random mutants.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/support/model_editor.h"
#include "tests/support/model_mutator.h"
#include "tests/support/models.h"
#include "tests/support/try_model.h"

namespace linnet::test {
namespace {

// What a test has seen; prints itself, so that a log shows that survivors do get to run.
class Tally {
 public:
  explicit Tally(const char* what) : what_(what) {}
  ~Tally() {
    std::printf("%s: %zu files, %zu verified, %zu ran, slowest %.0f ms\n", what_, files_, verified_,
                ran_, slowest_ * 1000);
  }

  void run(const AlignedBytes& file) {
    // Processor time: other programs on the machine must not fail the test.
    const std::clock_t start = std::clock();
    const TryResult result = try_model(file.data(), file.size());
    slowest_ = std::max(slowest_, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    ++files_;
    verified_ += result.verified;
    ran_ += result.ran;
  }
  size_t verified() const { return verified_; }
  size_t ran() const { return ran_; }
  double slowest() const { return slowest_; }

 private:
  const char* what_;
  size_t files_ = 0, verified_ = 0, ran_ = 0;
  double slowest_ = 0;
};

constexpr double kMostSeconds = 1.0;

void flip_every_bit(const std::vector<uint8_t>& original, Tally* tally) {
  const AlignedBytes file(original);
  const auto tables =
      reinterpret_cast<const format::Header*>(original.data())->sections[format::kWeights].offset;
  for (size_t byte = 0; byte < tables; ++byte) {
    const bool fixed_up =
        byte >= offsetof(format::Header, file_bytes) && byte < offsetof(format::Header, flags);
    if (fixed_up) continue;
    for (int bit = 0; bit < 8; ++bit) {
      file.data()[byte] ^= static_cast<uint8_t>(1 << bit);
      fix_crc(file.data(), file.size());
      tally->run(file);
      file.data()[byte] = original[byte];
    }
  }
}

TEST(Mutations, EveryBitOfTheTinyModel) {
  Tally tally("every bit, tiny model");
  flip_every_bit(tiny_model().build(), &tally);
  EXPECT_GT(tally.ran(), 0u);
  EXPECT_LT(tally.slowest(), kMostSeconds);
}

TEST(Mutations, EveryBitOfTheModelWithEveryOp) {
  Tally tally("every bit, model with every op");
  flip_every_bit(every_op_model().build(), &tally);
  EXPECT_GT(tally.ran(), 0u);
  EXPECT_LT(tally.slowest(), kMostSeconds);
}

TEST(Mutations, EveryBitOfTheInt8Model) {
  Tally tally("every bit, int8 model");
  flip_every_bit(int8_model().build(), &tally);
  EXPECT_GT(tally.ran(), 0u);
  EXPECT_LT(tally.slowest(), kMostSeconds);
}

class Boundaries : public testing::TestWithParam<ModelBuilder (*)()> {};

TEST_P(Boundaries, InEveryField) {
  Tally tally("boundary values");
  ModelEditor editor(GetParam()().build());
  const std::vector<uint8_t> original = editor.bytes();
  for (const Field& field : model_fields()) {
    const size_t records = editor.count(field);
    for (size_t record = 0; record < records; ++record) {
      for (const uint64_t value : boundary_values(field.bytes)) {
        editor.set(field, record, value);
        tally.run(AlignedBytes(editor.finish()));
        editor.bytes() = original;
      }
    }
  }
  EXPECT_GT(tally.ran(), 0u);
  EXPECT_LT(tally.slowest(), kMostSeconds);
}

INSTANTIATE_TEST_SUITE_P(Mutations, Boundaries, testing::Values(every_op_model, int8_model));

size_t mutant_count() {
  const char* text = std::getenv("LINNET_MUTANTS");
  return text == nullptr ? 20000 : std::strtoul(text, nullptr, 10);
}

TEST(Mutations, StructureAwareMutants) {
  Tally tally("random mutants");
  const std::vector<uint8_t> originals[] = {tiny_model().build(), every_op_model().build(),
                                            int8_model().build()};
  for (size_t i = 0; i < mutant_count(); ++i) {
    ModelMutator mutator(i);
    tally.run(AlignedBytes(mutator.mutate(originals[i % std::size(originals)])));
  }
  EXPECT_LT(tally.slowest(), kMostSeconds);
}

// The largest buffers that the caps allow do not fit anywhere: the size is refused, not wrapped.
TEST(Mutations, LargestTensorIsRefusedNotWrapped) {
  ModelBuilder b = tiny_model();
  const int wide = b.tensor("wide", format::kMaxChannels);
  b.conv(b.whole(0), b.whole(wide), window(1));
  const AlignedBytes file(b.build());
  linnet_model model;
  ASSERT_EQ(linnet_model_verify(file.data(), file.size(), &model), LINNET_OK);
  linnet_config config = linnet_config_default();
  config.height = config.width = format::kMaxExtent;
  size_t bytes = 0;
  EXPECT_EQ(linnet_arena_size(&model, &config, &bytes), LINNET_INVALID_ARGUMENT) << bytes;
}

}  // namespace
}  // namespace linnet::test
