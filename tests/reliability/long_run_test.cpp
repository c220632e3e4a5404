// One process that detects for a long time, in random pictures of random sizes and formats with
// random options: it needs no more memory at the end than at the start, and gives the same boxes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <random>

#include "host/thread_pool.h"
#include "model/crc32.h"
#include "tests/reliability/amount.h"
#include "tests/reliability/detector.h"
#include "tests/support/heap_meter.h"

namespace linnet::test {
namespace {

// Bytes of this process in memory, 0 if the system does not tell.
size_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long size = 0, resident = 0;
  const int read = std::fscanf(file, "%lu %lu", &size, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

class Detections {
 public:
  Detections() : arena_(static_cast<uint8_t*>(std::aligned_alloc(LINNET_ALIGNMENT, kArenaBytes))) {}
  ~Detections() { std::free(arena_); }
  Detections(const Detections&) = delete;
  Detections& operator=(const Detections&) = delete;

  // Any detection there is; false if Linnet refuses it.
  bool detect_anything(uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t n) { return static_cast<int>(random() % n); };
    linnet_config config = sized(32 + 32 * below(5), 32 + 32 * below(5));
    config.threads = 1 + below(2);
    config.parallel_for = host::ThreadPool::parallel_for;
    config.pool = &pool_;
    config.max_candidates = below(2) == 0 ? 0 : 1 + random() % 300;
    config.flags = below(2) == 0 ? LINNET_DETECT_ONLY : 0;
    const linnet_pixel_format format = static_cast<linnet_pixel_format>(below(LINNET_YUYV + 1));
    const Picture picture =
        random_picture(random(), format, 2 + 2 * below(150), 2 + 2 * below(150), random() % 3);

    linnet_detect_options options = linnet_detect_options_default();
    options.confidence = static_cast<float>(below(100)) / 200;
    options.iou = static_cast<float>(below(101)) / 100;
    options.multi_label = below(2);
    options.class_agnostic = below(2);
    options.max_boxes = random() % 50;
    linnet_box boxes[40];
    size_t count = 0;
    const VerifiedModel& model = below(2) == 0 ? f32_ : int8_;
    linnet_session* session = nullptr;
    const bool done =
        linnet_open(model.get(), &config, arena_, kArenaBytes, &session) == LINNET_OK &&
        linnet_detect(session, &picture.image, &options, boxes, 1 + random() % std::size(boxes),
                      &count) == LINNET_OK;
    linnet_close(session);
    boxes_ += count;
    crc_ = crc32(crc_, boxes, count * sizeof boxes[0]);
    return done;
  }

  uint32_t crc_of(uint32_t first, uint32_t count) {
    crc_ = 0;
    for (uint32_t i = 0; i < count; ++i) EXPECT_TRUE(detect_anything(first + i)) << first + i;
    return crc_;
  }
  size_t boxes() const { return boxes_; }

 private:
  static constexpr size_t kArenaBytes = size_t{16} << 20;
  const VerifiedModel f32_{demo_file(LINNET_F32)}, int8_{demo_file(LINNET_S8)};
  host::ThreadPool pool_{2};
  uint8_t* arena_;
  uint32_t crc_ = 0;
  size_t boxes_ = 0;
};

TEST(LongRun, TakesNoMoreMemoryAndGivesTheSameBoxes) {
  Detections run;
  const auto detections = static_cast<uint32_t>(amount(1000, 100000));
  constexpr uint32_t kChecked = 200;
  const uint32_t crc = run.crc_of(0, kChecked);
  for (uint32_t i = kChecked; i < detections / 10; ++i) ASSERT_TRUE(run.detect_anything(i)) << i;
  const size_t heap = heap_meter::in_use(), resident = resident_bytes();
  for (uint32_t i = detections / 10; i < detections; ++i) {
    ASSERT_TRUE(run.detect_anything(i)) << i;
  }
  const size_t heap_after = heap_meter::in_use(), resident_after = resident_bytes();
  EXPECT_EQ(run.crc_of(0, kChecked), crc);
  std::printf("%u detections, %zu boxes; heap %zu -> %zu, resident %zu -> %zu bytes\n", detections,
              run.boxes(), heap, heap_after, resident, resident_after);
  // Sanitizers keep what was freed.
  if (!heap_meter::available()) return;
  EXPECT_EQ(heap_after, heap);
  EXPECT_LE(resident_after, resident + (size_t{1} << 20));
}

}  // namespace
}  // namespace linnet::test
