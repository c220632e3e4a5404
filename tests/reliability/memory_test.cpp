// No byte outside of what the caller gave: model, arena, picture, input and boxes lie between pages
// that fault, the model cannot be written. And no byte that was there before has an effect.
#include <gtest/gtest.h>

#include <cmath>

#include "host/thread_pool.h"
#include "tests/engine/guarded_memory.h"
#include "tests/engine/random_model.h"
#include "tests/reliability/amount.h"
#include "tests/reliability/detector.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

using Guard = GuardedMemory::Guard;
constexpr Guard kGuards[] = {Guard::before, Guard::after};

class GuardedModel {
 public:
  GuardedModel(const std::vector<uint8_t>& file, Guard guard)
      : memory_(round_up(file.size(), LINNET_ALIGNMENT), guard) {
    std::memcpy(memory_.data(), file.data(), file.size());
    memory_.make_read_only();
    EXPECT_EQ(linnet_model_verify(memory_.data(), file.size(), &model_), LINNET_OK)
        << to_line(model_.error);
  }
  const linnet_model* get() const { return &model_; }

 private:
  GuardedMemory memory_;
  linnet_model model_{};
};

// A picture whose planes lie in guarded memory of exactly their size.
class GuardedPicture {
 public:
  GuardedPicture(const Picture& picture, Guard guard)
      : first_(plane_bytes(picture.image, 0), guard),
        second_(std::max<size_t>(plane_bytes(picture.image, 1), 1), guard),
        image_(picture.image) {
    const size_t bytes = plane_bytes(image_, 0);
    std::memcpy(first_.data(), picture.pixels.data(), bytes);
    std::memcpy(second_.data(), picture.pixels.data() + bytes, picture.pixels.size() - bytes);
    first_.make_read_only();
    second_.make_read_only();
    image_.planes[0] = first_.data();
    if (image_.planes[1] != nullptr) image_.planes[1] = second_.data();
  }
  const linnet_image& image() const { return image_; }

 private:
  GuardedMemory first_, second_;
  linnet_image image_;
};

constexpr linnet_pixel_format kFormats[] = {LINNET_RGB,  LINNET_BGR,  LINNET_RGBA, LINNET_BGRA,
                                            LINNET_GREY, LINNET_NV12, LINNET_YUYV};

void run_guarded(const std::vector<uint8_t>& file, linnet_config config, Guard guard,
                 uint32_t seed) {
  const GuardedModel model(file, guard);
  linnet_error error{};
  config.error = &error;
  size_t bytes = 0;
  ASSERT_EQ(linnet_arena_size(model.get(), &config, &bytes), LINNET_OK) << to_line(error);
  const GuardedMemory arena(bytes, guard);
  linnet_session* session = nullptr;
  ASSERT_EQ(linnet_open(model.get(), &config, arena.data(), bytes, &session), LINNET_OK)
      << to_line(error);

  const linnet_pixel_format format = kFormats[seed % std::size(kFormats)];
  const int even = 2 * static_cast<int>(1 + seed * 13 % 60);
  const GuardedPicture picture(random_picture(seed, format, even, 2 + even / 4 * 2, seed % 3),
                               guard);
  constexpr size_t kBoxes = 7;
  GuardedMemory boxes(kBoxes * sizeof(linnet_box), guard);
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0;
  options.multi_label = static_cast<int>(seed % 2);
  size_t count = 0;
  auto* const out = reinterpret_cast<linnet_box*>(boxes.data());
  EXPECT_EQ(linnet_detect(session, &picture.image(), &options, out, kBoxes, &count), LINNET_OK);
  EXPECT_LE(count, kBoxes);

  // Floats of the caller's, read where they are; every head value is a number that can be read.
  const std::vector<float> values = random_input(config.height, config.width, seed);
  GuardedMemory input(values.size() * sizeof(float), guard);
  std::memcpy(input.data(), values.data(), values.size() * sizeof(float));
  input.make_read_only();
  const auto* const floats = reinterpret_cast<const float*>(input.data());
  linnet_tensor heads[LINNET_HEADS];
  ASSERT_EQ(linnet_run(session, floats, heads), LINNET_OK);
  ASSERT_EQ(linnet_decode(session, &options, out, kBoxes, &count), LINNET_OK);
  ASSERT_EQ(linnet_detect_input(session, floats, &options, out, kBoxes, &count), LINNET_OK);
  linnet_close(session);
}

// Every kernel set, with and without threads.
void run_all_ways(const std::vector<uint8_t>& file, int height, int width, uint32_t seed) {
  host::ThreadPool pool(3);
  for (const uint32_t mask : feature_masks()) {
    for (const Guard guard : kGuards) {
      linnet_config config = sized(height, width);
      config.cpu_features = mask;
      run_guarded(file, config, guard, seed);
      config.threads = pool.threads();
      config.parallel_for = host::ThreadPool::parallel_for;
      config.pool = &pool;
      run_guarded(file, config, guard, seed + 1);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Memory, NothingOutsideOfAnyBufferIsTouched) {
  const std::vector<uint8_t> files[] = {every_op_model().build(), int8_model().build(),
                                        demo_file(LINNET_F32), demo_file(LINNET_S8)};
  for (uint32_t i = 0; i < static_cast<uint32_t>(amount(4, 200)); ++i) {
    SCOPED_TRACE(i);
    const int height = 32 + 32 * static_cast<int>(i % 5), width = 32 + 32 * static_cast<int>(i % 7);
    run_all_ways(files[i % std::size(files)], height, width, 2 * i);
    if (HasFatalFailure()) return;
  }
}

TEST(Memory, NorByRandomModels) {
  for (uint32_t seed = 0; seed < static_cast<uint32_t>(amount(10, 1000)); ++seed) {
    SCOPED_TRACE(seed);
    const RandomModel random = make_random_model(seed);
    run_all_ways(random.file, random.height, random.width, 2 * seed);
    if (HasFatalFailure()) return;
  }
}

// All that a run and a detection give, as bytes. Floats that are no numbers are as good as equal:
// which of two NaN an addition gives is up to the compiler.
std::vector<uint8_t> outcome(const VerifiedModel& model, const linnet_config& config, int poison) {
  const OpenSession session(model, config, poison);
  std::vector<uint8_t> bytes;
  const auto append = [&](const void* data, size_t size) {
    const auto* p = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), p, p + size);
  };
  const Picture picture = random_picture(5, LINNET_RGB, 77, 50);
  const std::vector<linnet_box> boxes = detect(session.get(), picture.image);
  append(boxes.data(), boxes.size() * sizeof boxes[0]);
  const std::vector<float> input = random_input(config.height, config.width, 3);
  linnet_tensor heads[LINNET_HEADS];
  EXPECT_EQ(linnet_run(session.get(), input.data(), heads), LINNET_OK);
  for (const linnet_tensor& head : heads) {
    for (int i = 0; i < head.height * head.width; ++i) {
      for (int c = 0; c < head.channels; ++c) {
        float value =
            head.data[static_cast<size_t>(i) * head.pixel_stride + static_cast<size_t>(c)];
        if (std::isnan(value)) value = NAN;
        append(&value, sizeof value);
      }
    }
  }
  return bytes;
}

void expect_no_trace_of_poison(const std::vector<uint8_t>& file, int height, int width) {
  const VerifiedModel model(file);
  host::ThreadPool pool(2);
  for (const uint32_t mask : feature_masks()) {
    for (int threads = 1; threads <= 2; ++threads) {
      linnet_config config = sized(height, width);
      config.cpu_features = mask;
      config.threads = threads;
      config.parallel_for = host::ThreadPool::parallel_for;
      config.pool = &pool;
      // 0; NaN as float and -1 as int8; a huge float; -128; a denormal.
      const std::vector<uint8_t> expected = outcome(model, config, 0);
      for (const int poison : {0xFF, 0x7F, 0x80, 0x01}) {
        ASSERT_TRUE(outcome(model, config, poison) == expected)
            << "poison " << poison << ", features " << mask << ", threads " << threads;
      }
    }
  }
}

TEST(Memory, WhatWasInTheArenaHasNoEffect) {
  for (const linnet_type type : {LINNET_F32, LINNET_S8}) {
    expect_no_trace_of_poison(demo_file(type), 96, 128);
    if (HasFatalFailure()) return;
  }
  expect_no_trace_of_poison(every_op_model().build(), 64, 96);
  expect_no_trace_of_poison(int8_model().build(), 96, 64);
}

TEST(Memory, NorInThatOfRandomModels) {
  for (uint32_t seed = 0; seed < static_cast<uint32_t>(amount(10, 1000)); ++seed) {
    SCOPED_TRACE(seed);
    const RandomModel random = make_random_model(seed);
    expect_no_trace_of_poison(random.file, random.height, random.width);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace linnet::test
