// The C API from a caller's side: every argument wrong once, messages, information, the C++
// wrapper.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "linnet/linnet.hpp"
#include "tests/engine/open_session.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

class Api : public ::testing::Test {
 protected:
  linnet_config config() {
    linnet_config c = sized(64, 64);
    c.error = &error_;
    return c;
  }
  linnet_status arena_size(const std::function<void(linnet_config*)>& change) {
    linnet_config c = config();
    change(&c);
    size_t bytes = 777;
    const linnet_status status = linnet_arena_size(model_.get(), &c, &bytes);
    EXPECT_EQ(bytes == 777, status != LINNET_OK);
    if (status != LINNET_OK) {
      EXPECT_EQ(status, error_.status);
    }
    return status;
  }

  const VerifiedModel model_{every_op_model().build()};
  linnet_error error_{};
};

TEST_F(Api, VerifyRefusesBadArguments) {
  linnet_model out;
  EXPECT_EQ(linnet_model_verify(model_.data(), 100, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_model_verify(nullptr, 1000, &out), LINNET_BAD_MODEL);
  EXPECT_EQ(out.data, nullptr);
  EXPECT_EQ(linnet_model_verify(model_.data(), 0, &out), LINNET_BAD_MODEL);
  EXPECT_EQ(linnet_model_verify(model_.data(), 127, &out), LINNET_BAD_MODEL);
  EXPECT_EQ(linnet_model_verify(model_.data(), model_.get()->bytes - 1, &out), LINNET_BAD_MODEL);
  EXPECT_EQ(out.error.expected, model_.get()->bytes);
  EXPECT_EQ(out.error.found, model_.get()->bytes - 1);
  const auto* inside = static_cast<const uint8_t*>(model_.data()) + 32;
  EXPECT_EQ(linnet_model_verify(inside, 200, &out), LINNET_MISALIGNED);
  EXPECT_EQ(out.error.found, 32u);
}

TEST_F(Api, AModelThatWasNotVerifiedIsRefused) {
  linnet_model none;
  linnet_model_verify(nullptr, 0, &none);
  linnet_config c = config();
  size_t bytes = 0;
  EXPECT_EQ(linnet_arena_size(&none, &c, &bytes), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_arena_size(nullptr, &c, &bytes), LINNET_INVALID_ARGUMENT);
  linnet_model_info info;
  EXPECT_EQ(linnet_model_get_info(&none, &info), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_model_class_name(&none, 0), nullptr);
  EXPECT_EQ(linnet_model_class_name(nullptr, 0), nullptr);
}

TEST_F(Api, ArenaSizeRefusesBadArguments) {
  linnet_config c = config();
  size_t bytes = 0;
  EXPECT_EQ(linnet_arena_size(model_.get(), nullptr, &bytes), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_arena_size(model_.get(), &c, nullptr), LINNET_INVALID_ARGUMENT);
  const auto loop = [](void*, int, linnet_task, void*) {};
  const std::function<void(linnet_config*)> wrong[] = {
      [](linnet_config* x) { x->height = -64; },
      [](linnet_config* x) { x->width = 33; },
      [](linnet_config* x) { x->height = 8224; },
      [](linnet_config* x) { x->threads = 0; },
      [](linnet_config* x) { x->threads = -3; },
      [](linnet_config* x) { x->threads = 2; },
      [&](linnet_config* x) {
        x->threads = LINNET_MAX_THREADS + 1;
        x->parallel_for = loop;
      },
      [](linnet_config* x) { x->max_candidates = (1u << 20) + 1; },
  };
  for (const auto& change : wrong) EXPECT_EQ(arena_size(change), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(arena_size([&](linnet_config* x) {
              x->threads = LINNET_MAX_THREADS;
              x->parallel_for = loop;
              x->max_candidates = 1u << 20;
            }),
            LINNET_OK);
}

TEST_F(Api, ErrorsNeedNoPlaceToGo) {
  linnet_config c = sized(33, 64);
  size_t bytes = 0;
  EXPECT_EQ(linnet_arena_size(model_.get(), &c, &bytes), LINNET_INVALID_ARGUMENT);
}

TEST_F(Api, SizeZeroIsTheNativeSize) {
  const OpenSession session(model_, linnet_config_default());
  EXPECT_EQ(session.internals().height, 64);
  EXPECT_EQ(session.internals().width, 64);
}

TEST_F(Api, OpenRefusesBadArguments) {
  linnet_config c = config();
  size_t bytes = 0;
  ASSERT_EQ(linnet_arena_size(model_.get(), &c, &bytes), LINNET_OK);
  const std::unique_ptr<uint8_t, void (*)(void*)> arena(
      static_cast<uint8_t*>(std::aligned_alloc(64, bytes + 64)), std::free);
  linnet_session* session = nullptr;
  EXPECT_EQ(linnet_open(nullptr, &c, arena.get(), bytes, &session), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_open(model_.get(), nullptr, arena.get(), bytes, &session),
            LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_open(model_.get(), &c, nullptr, bytes, &session), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_open(model_.get(), &c, arena.get(), bytes, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_open(model_.get(), &c, arena.get() + 16, bytes, &session), LINNET_MISALIGNED);
  EXPECT_EQ(error_.found, 16u);
  EXPECT_EQ(linnet_open(model_.get(), &c, arena.get(), 0, &session), LINNET_ARENA_TOO_SMALL);
  EXPECT_EQ(error_.expected, bytes);
  EXPECT_EQ(session, nullptr);
  EXPECT_EQ(linnet_open(model_.get(), &c, arena.get(), bytes + 64, &session), LINNET_OK);
  EXPECT_NE(session, nullptr);
  linnet_close(session);
  linnet_close(nullptr);
}

TEST_F(Api, NullSessions) {
  const uint8_t grey = 0;
  const linnet_image image{LINNET_GREY, 1, 1, {&grey, nullptr}, {0, 0}};
  linnet_box box;
  size_t count = 0;
  EXPECT_EQ(linnet_letterbox(nullptr, &image), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_run(nullptr, nullptr, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_decode(nullptr, nullptr, &box, 1, &count), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_detect(nullptr, &image, nullptr, &box, 1, &count), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_session_error(nullptr), nullptr);
}

TEST_F(Api, CallsMustComeInOrder) {
  const OpenSession session(model_, sized(64, 64));
  linnet_box box;
  size_t count = 0;
  EXPECT_EQ(linnet_decode(session.get(), nullptr, &box, 1, &count), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(session.error(), "invalid argument: linnet_decode: call linnet_run first");
  EXPECT_EQ(linnet_run(session.get(), nullptr, nullptr), LINNET_INVALID_ARGUMENT);

  const uint8_t grey = 0;
  const linnet_image image{LINNET_GREY, 1, 1, {&grey, nullptr}, {0, 0}};
  EXPECT_EQ(linnet_letterbox(session.get(), &image), LINNET_OK);
  EXPECT_EQ(linnet_run(session.get(), nullptr, nullptr), LINNET_OK);
  EXPECT_EQ(session.error(), "ok");
  EXPECT_EQ(linnet_decode(session.get(), nullptr, &box, 1, &count), LINNET_OK);
  EXPECT_EQ(linnet_decode(session.get(), nullptr, nullptr, 0, &count), LINNET_OK);
  // The run has used the input up; a new picture may have overwritten the heads.
  EXPECT_EQ(linnet_run(session.get(), nullptr, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_letterbox(session.get(), &image), LINNET_OK);
  EXPECT_EQ(linnet_decode(session.get(), nullptr, &box, 1, &count), LINNET_INVALID_ARGUMENT);
}

TEST_F(Api, ImagesAreChecked) {
  const OpenSession session(model_, sized(64, 64));
  const std::vector<uint8_t> pixels(64 * 64 * 4, 0);
  const uint8_t* p = pixels.data();
  const auto status_of = [&](int format, int width, int height, const uint8_t* plane0,
                             const uint8_t* plane1, size_t stride0, size_t stride1) {
    const linnet_image image{static_cast<linnet_pixel_format>(format),
                             width,
                             height,
                             {plane0, plane1},
                             {stride0, stride1}};
    const linnet_status status = linnet_letterbox(session.get(), &image);
    EXPECT_EQ(status, linnet_session_error(session.get())->status);
    linnet_box box;
    size_t count = 99;
    EXPECT_EQ(linnet_detect(session.get(), &image, nullptr, &box, 1, &count), status);
    EXPECT_EQ(count == 99, status != LINNET_OK);
    return status;
  };
  EXPECT_EQ(linnet_letterbox(session.get(), nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(7, 8, 8, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 0, 8, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 8, -1, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 16385, 1, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 1, 16385, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(session.error(),
            "invalid argument: image width and height: must be 1 to 16384 pixels: expected 16384, "
            "found 16385");
  EXPECT_EQ(status_of(LINNET_RGB, 8, 8, nullptr, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 8, 8, p, nullptr, 23, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_RGB, 8, 8, p, nullptr, 24, 0), LINNET_OK);
  EXPECT_EQ(status_of(LINNET_BGRA, 8, 8, p, nullptr, 31, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_GREY, 8, 8, p, nullptr, 7, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_NV12, 8, 8, p, nullptr, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_NV12, 7, 8, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_NV12, 8, 7, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_NV12, 8, 8, p, p, 0, 7), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_NV12, 8, 8, p, p, 9, 8), LINNET_OK);
  EXPECT_EQ(status_of(LINNET_YUYV, 7, 8, p, p, 0, 0), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(status_of(LINNET_YUYV, 8, 7, p, p, 0, 0), LINNET_OK);
}

TEST_F(Api, DecodeArgumentsAreChecked) {
  const OpenSession session(model_, sized(64, 64));
  const std::vector<float> input = random_input(64, 64, 1);
  ASSERT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
  const uint8_t grey = 0;
  const linnet_image image{LINNET_GREY, 1, 1, {&grey, nullptr}, {0, 0}};
  linnet_box box;
  size_t count = 0;
  EXPECT_EQ(linnet_decode(session.get(), nullptr, nullptr, 1, &count), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_decode(session.get(), nullptr, &box, 1, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_detect(session.get(), &image, nullptr, nullptr, 1, &count),
            LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_detect(session.get(), &image, nullptr, &box, 1, nullptr),
            LINNET_INVALID_ARGUMENT);
  for (const float bad : {-0.1f, 1.1f, NAN, INFINITY}) {
    linnet_detect_options options = linnet_detect_options_default();
    options.confidence = bad;
    EXPECT_EQ(linnet_decode(session.get(), &options, &box, 1, &count), LINNET_INVALID_ARGUMENT);
    options = linnet_detect_options_default();
    options.iou = bad;
    EXPECT_EQ(linnet_decode(session.get(), &options, &box, 1, &count), LINNET_INVALID_ARGUMENT);
  }
}

TEST_F(Api, DetectIsItsParts) {
  const OpenSession session(model_, sized(64, 64));
  std::vector<uint8_t> pixels;
  for (const float x : random_floats(50 * 40 * 3, 128, 3)) {
    pixels.push_back(static_cast<uint8_t>(x + 128));
  }
  const linnet_image image{LINNET_BGR, 50, 40, {pixels.data(), nullptr}, {0, 0}};
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0.05f;
  std::vector<linnet_box> whole(300), parts(300);
  size_t whole_count = 0, parts_count = 0;
  ASSERT_EQ(linnet_detect(session.get(), &image, &options, whole.data(), 300, &whole_count),
            LINNET_OK);
  ASSERT_EQ(linnet_letterbox(session.get(), &image), LINNET_OK);
  ASSERT_EQ(linnet_run(session.get(), nullptr, nullptr), LINNET_OK);
  ASSERT_EQ(linnet_decode(session.get(), &options, parts.data(), 300, &parts_count), LINNET_OK);
  EXPECT_GT(whole_count, 0u);
  ASSERT_EQ(whole_count, parts_count);
  EXPECT_EQ(std::memcmp(whole.data(), parts.data(), whole_count * sizeof(linnet_box)), 0);
}

TEST_F(Api, HeadsAreViewsOfTheSession) {
  const OpenSession session(model_, sized(96, 64));
  const std::vector<float> input = random_input(96, 64, 1);
  linnet_tensor heads[LINNET_HEADS];
  ASSERT_EQ(linnet_run(session.get(), input.data(), heads), LINNET_OK);
  for (int i = 0; i < LINNET_HEADS; ++i) {
    EXPECT_EQ(heads[i].height, 96 / (8 << i));
    EXPECT_EQ(heads[i].width, 64 / (8 << i));
    EXPECT_EQ(heads[i].channels, 3 * (5 + 3));
    EXPECT_GE(heads[i].pixel_stride, static_cast<size_t>(heads[i].channels));
  }
}

TEST_F(Api, ModelInformation) {
  linnet_model_info info;
  ASSERT_EQ(linnet_model_get_info(model_.get(), &info), LINNET_OK);
  EXPECT_STREQ(info.name, "every op");
  EXPECT_EQ(info.native_height, 64);
  EXPECT_EQ(info.native_width, 64);
  EXPECT_EQ(info.max_stride, 32);
  EXPECT_EQ(info.class_count, 3);
  for (int i = 0; i < LINNET_HEADS; ++i) {
    EXPECT_EQ(info.head_strides[i], 8 << i);
    EXPECT_EQ(info.head_anchors[i], 3);
  }
  EXPECT_STREQ(linnet_model_class_name(model_.get(), 1), "square");
  EXPECT_EQ(linnet_model_class_name(model_.get(), -1), nullptr);
  EXPECT_EQ(linnet_model_class_name(model_.get(), 3), nullptr);
  EXPECT_EQ(linnet_model_get_info(model_.get(), nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(linnet_model_get_info(nullptr, &info), LINNET_INVALID_ARGUMENT);
}

TEST(ErrorFormat, OneLine) {
  const linnet_error error{LINNET_ARENA_TOO_SMALL, "bytes of the arena", 12345678901234567890u, 0,
                           -1};
  EXPECT_EQ(to_line(error),
            "arena too small: bytes of the arena: expected 12345678901234567890, found 0");
  EXPECT_EQ(to_line({LINNET_BAD_MODEL, "node", 1, 2, 7}),
            "bad model: node: expected 1, found 2 (at index 7)");
  EXPECT_EQ(to_line({LINNET_OK, "", 0, 0, -1}), "ok");
  EXPECT_EQ(to_line({LINNET_MISALIGNED, nullptr, 0, 0, -1}), "misaligned");
}

TEST(ErrorFormat, IsCutToTheCapacity) {
  const linnet_error error{LINNET_BAD_MODEL, "node", 1, 2, -1};
  const std::string whole = to_line(error);
  for (size_t capacity = 1; capacity <= whole.size() + 2; ++capacity) {
    std::vector<char> text(capacity, 'x');
    EXPECT_EQ(linnet_error_format(&error, text.data(), capacity), whole.size());
    EXPECT_EQ(std::string(text.data()), whole.substr(0, capacity - 1));
  }
  EXPECT_EQ(linnet_error_format(&error, nullptr, 0), whole.size());
  EXPECT_EQ(linnet_error_format(&error, nullptr, 10), whole.size());
  char c = 'x';
  EXPECT_EQ(linnet_error_format(&error, &c, 0), whole.size());
  EXPECT_EQ(c, 'x');
  EXPECT_EQ(linnet_error_format(nullptr, &c, 1), 0u);
  EXPECT_EQ(c, '\0');
}

TEST(StatusName, EveryStatusHasOne) {
  for (int s = LINNET_OK; s <= LINNET_BUSY; ++s) {
    EXPECT_STRNE(linnet_status_name(static_cast<linnet_status>(s)), "unknown status");
  }
  EXPECT_STREQ(linnet_status_name(static_cast<linnet_status>(7)), "unknown status");
}

TEST_F(Api, Wrapper) {
  size_t bytes = 0;
  const linnet_config c = config();
  ASSERT_EQ(linnet_arena_size(model_.get(), &c, &bytes), LINNET_OK);
  const std::unique_ptr<uint8_t, void (*)(void*)> arena(
      static_cast<uint8_t*>(std::aligned_alloc(64, bytes)), std::free);
  linnet::Session first;
  EXPECT_EQ(first.get(), nullptr);
  EXPECT_EQ(first.run(nullptr, nullptr), LINNET_INVALID_ARGUMENT);
  EXPECT_EQ(first.error(), nullptr);
  ASSERT_EQ(first.open(*model_.get(), c, arena.get(), bytes - 1), LINNET_ARENA_TOO_SMALL);
  ASSERT_EQ(first.open(*model_.get(), c, arena.get(), bytes), LINNET_OK);
  linnet::Session second(std::move(first));
  EXPECT_EQ(first.get(), nullptr);  // NOLINT: moved-from wrappers are empty
  first = std::move(second);
  EXPECT_EQ(second.get(), nullptr);  // NOLINT

  const uint8_t grey = 0;
  const linnet_image image{LINNET_GREY, 1, 1, {&grey, nullptr}, {0, 0}};
  linnet_box box;
  size_t count = 0;
  linnet_tensor heads[LINNET_HEADS];
  const linnet_detect_options options = linnet_detect_options_default();
  EXPECT_EQ(first.letterbox(image), LINNET_OK);
  EXPECT_EQ(first.run(nullptr, heads), LINNET_OK);
  EXPECT_EQ(first.decode(options, &box, 1, &count), LINNET_OK);
  EXPECT_EQ(first.detect(image, options, &box, 1, &count), LINNET_OK);
  EXPECT_EQ(first.error()->status, LINNET_OK);
}

}  // namespace
}  // namespace linnet::test
