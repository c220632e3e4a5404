// Systematic and random damage with the CRC recomputed: whatever passes the verifier must also open
// and run. Built with sanitizers this is the proof of "a file that passes cannot make the engine
// read or write outside its buffers". LINNET_MUTANTS sets the number of random mutants.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "model/verify.h"
#include "tests/support/model_editor.h"
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
    const auto start = std::chrono::steady_clock::now();
    const TryResult result = try_model(file.data(), file.size());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    slowest_ = std::max(slowest_, took.count());
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

// The edges of every type and of every cap.
std::vector<uint64_t> boundary_values(size_t bytes) {
  std::vector<uint64_t> values;
  const auto around = [&](uint64_t value) {
    for (const uint64_t v : {value - 1, value, value + 1}) values.push_back(v);
  };
  for (const uint64_t v : {uint64_t{0},
                           uint64_t{1},
                           uint64_t{format::kMaxChannels},
                           uint64_t{format::kMaxKernel},
                           uint64_t{format::kMaxStride},
                           uint64_t{format::kMaxDilation},
                           uint64_t{format::kMaxTensors},
                           uint64_t{format::kMaxNodes},
                           uint64_t{format::kMaxSegments},
                           uint64_t{format::kMaxSegmentsPerView},
                           uint64_t{format::kMaxClasses},
                           uint64_t{format::kMaxNameBytes},
                           uint64_t{format::kMaxHeadStride},
                           uint64_t{format::kMaxFileBytes},
                           uint64_t{format::kMaxUpsampleShift},
                           uint64_t{0x7F},
                           uint64_t{0xFF},
                           uint64_t{0x7FFF},
                           uint64_t{0xFFFF},
                           uint64_t{0x7FFFFFFF},
                           uint64_t{0xFFFFFFFF}}) {
    around(v);
  }
  if (bytes == sizeof(float)) {
    for (const uint64_t bits : {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0x7F7FFFFFu, 0xFF7FFFFFu,
                                0x00000001u, 0x80000000u, 0x3F800000u, 0xBF800000u}) {
      values.push_back(bits);
    }
  }
  const uint64_t mask = bytes >= 8 ? UINT64_MAX : (uint64_t{1} << (8 * bytes)) - 1;
  for (uint64_t& value : values) value &= mask;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

TEST(Mutations, BoundaryValuesInEveryField) {
  Tally tally("boundary values");
  ModelEditor editor(every_op_model().build());
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

// --- random, structure aware
// -----------------------------------------------------------------------

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::vector<uint8_t> mutate(const std::vector<uint8_t>& original) {
    ModelEditor editor(original);
    const size_t changes = 1 + below(3);
    for (size_t i = 0; i < changes; ++i) change(&editor);
    return editor.finish();
  }

 private:
  size_t below(size_t n) { return n == 0 ? 0 : static_cast<size_t>(random_() % n); }

  void change(ModelEditor* editor) {
    if (!sections_fit(editor)) return;
    switch (below(8)) {
      case 0:
        return swap_records(editor);
      case 1:
        return move_segment_border(editor);
      case 2:
        return redirect_segment(editor);
      case 3:
        return rewire_like_another(editor);
      default:
        return set_field(editor);
    }
  }

  // Later changes must find the tables that earlier ones may have broken.
  static bool sections_fit(ModelEditor* editor) {
    for (const format::SectionRange& range : editor->header().sections) {
      if (range.offset % format::kAlignment != 0) return false;
      if (uint64_t{range.offset} + range.bytes > editor->bytes().size()) return false;
    }
    return true;
  }

  void set_field(ModelEditor* editor) {
    const Field& field = model_fields()[below(model_fields().size())];
    const size_t records = editor->count(field);
    if (records == 0) return;
    const size_t record = below(records);
    const uint64_t old = editor->get(field, record);
    const std::vector<uint64_t> edges = boundary_values(field.bytes);
    const uint64_t choices[] = {old + 1,   old - 1,
                                old * 2,   old / 2,
                                random_(), edges[below(edges.size())],
                                below(32), editor->get(field, below(records))};
    editor->set(field, record, choices[below(std::size(choices))]);
  }

  void swap_records(ModelEditor* editor) {
    const auto section = static_cast<format::Section>(format::kHeadRecords + below(4));
    constexpr size_t kBytes[] = {sizeof(format::HeadRecord), sizeof(format::TensorRecord),
                                 sizeof(format::Node), sizeof(format::Segment)};
    const size_t size = kBytes[section - format::kHeadRecords];
    const format::SectionRange range = editor->header().sections[section];
    const size_t records = range.bytes / size;
    if (records == 0) return;
    uint8_t* first = editor->bytes().data() + range.offset;
    const size_t a = below(records), b = below(records);
    if (a != b) std::swap_ranges(first + a * size, first + (a + 1) * size, first + b * size);
  }

  size_t segments(ModelEditor* editor) {
    return editor->header().sections[format::kSegments].bytes / sizeof(format::Segment);
  }

  // Two neighbours of a view trade channels: their sum stays.
  void move_segment_border(ModelEditor* editor) {
    if (segments(editor) < 2) return;
    const size_t i = below(segments(editor) - 1);
    const auto moved = static_cast<uint16_t>(1 + below(4));
    editor->segment(i).channels = static_cast<uint16_t>(editor->segment(i).channels - moved);
    editor->segment(i + 1).channels =
        static_cast<uint16_t>(editor->segment(i + 1).channels + moved);
  }

  void redirect_segment(ModelEditor* editor) {
    if (segments(editor) == 0) return;
    format::Segment& s = editor->segment(below(segments(editor)));
    const format::Segment& other = editor->segment(below(segments(editor)));
    s.tensor = other.tensor;
    if (below(2) == 0) s.channel = other.channel;
    if (below(4) == 0) s.upsample_shift = static_cast<uint8_t>(below(4));
  }

  // Another node's window, op or parameter.
  void rewire_like_another(ModelEditor* editor) {
    const size_t nodes = editor->header().sections[format::kNodes].bytes / sizeof(format::Node);
    if (nodes == 0) return;
    format::Node& to = editor->node(below(nodes));
    const format::Node& from = editor->node(below(nodes));
    to.op = from.op;
    to.weight_layout = from.weight_layout;
    to.parameter = from.parameter;
    std::memcpy(&to.kernel_h, &from.kernel_h,
                offsetof(format::Node, reserved) - offsetof(format::Node, kernel_h));
  }

  std::mt19937_64 random_;
};

size_t mutant_count() {
  const char* text = std::getenv("LINNET_MUTANTS");
  return text == nullptr ? 20000 : std::strtoul(text, nullptr, 10);
}

TEST(Mutations, StructureAwareMutants) {
  Tally tally("random mutants");
  const std::vector<uint8_t> originals[] = {tiny_model().build(), every_op_model().build()};
  for (size_t i = 0; i < mutant_count(); ++i) {
    Mutator mutator(i);
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
