// What the library takes beside the arena: no heap, and little stack.
#include <gtest/gtest.h>
#include <pthread.h>

#include <memory>

#include "host/thread_pool.h"
#include "tests/engine/count_allocations.h"
#include "tests/engine/open_session.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

// Everything that a program does with the library, in memory that is there already.
struct WholeUse {
  const AlignedBytes* file;
  uint8_t* arena;
  size_t arena_bytes;
  linnet_config config;
  linnet_image image;
  linnet_box boxes[100];
  linnet_status status = LINNET_BUSY;
  size_t count = 0;

  linnet_status run() {
    linnet_model model;
    linnet_session* session = nullptr;
    size_t bytes = 0;
    linnet_tensor heads[LINNET_HEADS];
    linnet_detect_options options = linnet_detect_options_default();
    options.confidence = 0.01f;
    status = linnet_model_verify(file->data(), file->size(), &model);
    if (status == LINNET_OK) status = linnet_arena_size(&model, &config, &bytes);
    if (status == LINNET_OK) status = linnet_open(&model, &config, arena, arena_bytes, &session);
    if (status == LINNET_OK) status = linnet_letterbox(session, &image);
    if (status == LINNET_OK) status = linnet_run(session, nullptr, heads);
    if (status == LINNET_OK) status = linnet_decode(session, &options, boxes, 100, &count);
    if (status == LINNET_OK) status = linnet_detect(session, &image, &options, boxes, 100, &count);
    char text[100];
    if (status == LINNET_OK) linnet_error_format(linnet_session_error(session), text, sizeof text);
    linnet_close(session);
    return status;
  }
};

class Footprint : public ::testing::Test {
 protected:
  void prepare(const linnet_config& config) {
    const VerifiedModel model(file_bytes_);
    session_ = std::make_unique<OpenSession>(model, config);
    use_.file = &file_;
    use_.arena = session_->arena();
    use_.arena_bytes = session_->bytes();
    use_.config = config;
    use_.image = {LINNET_RGB, 80, 60, {pixels_.data(), nullptr}, {0, 0}};
  }

  std::vector<uint8_t> file_bytes_ = every_op_model().build();
  AlignedBytes file_{file_bytes_};
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(80 * 60 * 3, 99);
  std::unique_ptr<OpenSession> session_;
  WholeUse use_{};
};

TEST_F(Footprint, CountingWorks) {
  if (!can_count_allocations()) GTEST_SKIP() << "this C library has no way to count heap calls";
  const long before = allocation_calls();
  void* volatile memory = std::malloc(3);  // volatile: a compiler may remove calls that do nothing
  std::free(memory);
  int* volatile number = new int(1);
  delete number;
  EXPECT_EQ(allocation_calls() - before, 4);
}

TEST_F(Footprint, NoHeapCalls) {
  if (!can_count_allocations()) GTEST_SKIP() << "this C library has no way to count heap calls";
  prepare(sized(96, 64));
  const long before = allocation_calls();
  use_.run();
  const long after = allocation_calls();
  EXPECT_EQ(use_.status, LINNET_OK);
  EXPECT_EQ(after - before, 0);
}

TEST_F(Footprint, NoHeapCallsWithThreads) {
  if (!can_count_allocations()) GTEST_SKIP() << "this C library has no way to count heap calls";
  host::ThreadPool pool(3);
  linnet_config config = sized(96, 64);
  config.threads = 3;
  config.parallel_for = host::ThreadPool::parallel_for;
  config.pool = &pool;
  prepare(config);
  use_.run();  // threads have started
  const long before = allocation_calls();
  use_.run();
  const long after = allocation_calls();
  EXPECT_EQ(use_.status, LINNET_OK);
  EXPECT_EQ(after - before, 0);
}

TEST_F(Footprint, NoHeapCallsOnErrors) {
  if (!can_count_allocations()) GTEST_SKIP() << "this C library has no way to count heap calls";
  prepare(sized(96, 64));
  use_.image.width = -1;
  const long before = allocation_calls();
  use_.run();
  use_.arena_bytes -= 1;
  use_.run();
  use_.config.height = 7;
  use_.run();
  file_.data()[200] ^= 1;
  use_.run();
  const long after = allocation_calls();
  EXPECT_EQ(use_.status, LINNET_BAD_MODEL);
  EXPECT_EQ(after - before, 0);
}

// Runs `use` on a painted stack; returns how many bytes of it were touched.
size_t stack_bytes(WholeUse* use) {
  constexpr size_t kBytes = 512 * 1024;
  const std::unique_ptr<uint8_t, void (*)(void*)> stack(
      static_cast<uint8_t*>(std::aligned_alloc(65536, kBytes)), std::free);
  std::memset(stack.get(), 0xC5, kBytes);
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  EXPECT_EQ(pthread_attr_setstack(&attributes, stack.get(), kBytes), 0);
  const auto start = [](void* argument) -> void* {
    if (argument != nullptr) static_cast<WholeUse*>(argument)->run();
    return nullptr;
  };
  EXPECT_EQ(pthread_create(&thread, &attributes, start, use), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  size_t untouched = 0;
  while (untouched < kBytes && stack.get()[untouched] == 0xC5) ++untouched;
  return kBytes - untouched;
}

TEST_F(Footprint, LittleStack) {
#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
  GTEST_SKIP() << "sanitizers and unoptimized code need more stack";
#endif
  prepare(sized(96, 64));
  const size_t empty_thread = stack_bytes(nullptr);
  const size_t used = stack_bytes(&use_) - empty_thread;
  EXPECT_EQ(use_.status, LINNET_OK);
  RecordProperty("stack_bytes", static_cast<int>(used));
  EXPECT_LT(used, 16u * 1024);
}

}  // namespace
}  // namespace linnet::test
