// Verifies, opens and runs models in memory that nobody wrote before, and looks at every byte that
// comes out. For MemorySanitizer, which sees a branch or a result that depends on memory without a
// value; other builds run it, too. Without GoogleTest and the parts of the standard library that
// are not in its headers, as they are not instrumented: another build writes the models.
//
//   linnet_msan --write FOLDER N   the models of the tests and N random ones, each with its size
//   linnet_msan FILE.lnt ...       runs them; a name ends with the size (-HxW.lnt)
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "model/crc32.h"
#include "tests/engine/open_session.h"
#include "tests/engine/random_model.h"
#include "tests/support/models.h"

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define LINNET_MSAN 1
#endif
#endif

namespace linnet::test {
namespace {

// The same as a result that a program looks at.
void expect_initialized(const void* data, size_t bytes) {
#ifdef LINNET_MSAN
  __msan_check_mem_is_initialized(data, bytes);
#else
  (void)data;
  (void)bytes;
#endif
}

void forget(void* data, size_t bytes) {
#ifdef LINNET_MSAN
  __msan_allocated_memory(data, bytes);
#else
  std::memset(data, 0xFF, bytes);
#endif
}

[[noreturn]] void fail(const linnet_error& error) {
  std::fprintf(stderr, "error: %s\n", to_line(error).c_str());
  std::exit(1);
}

uint32_t head_crc(const linnet_tensor& head, uint32_t crc) {
  for (int i = 0; i < head.height * head.width; ++i) {
    const float* const pixel = head.data + static_cast<size_t>(i) * head.pixel_stride;
    const size_t bytes = static_cast<size_t>(head.channels) * sizeof(float);
    expect_initialized(pixel, bytes);
    crc = crc32(crc, pixel, bytes);
  }
  return crc;
}

// CRC of all that comes out of a model. config: size and kernels.
uint32_t run(const VerifiedModel& model, const linnet_config& config) {
  const OpenSession session(model, config);
  // The arena as malloc gave it, before it was opened.
  linnet_close(session.get());
  forget(session.arena(), session.bytes());
  linnet_session* reopened = nullptr;
  if (linnet_open(model.get(), &config, session.arena(), session.bytes(), &reopened) != LINNET_OK) {
    fail(*linnet_session_error(session.get()));
  }

  uint8_t pixels[30 * 20 * 3];
  for (size_t i = 0; i < sizeof pixels; ++i) pixels[i] = static_cast<uint8_t>(i * i >> 3);
  const linnet_image image = {LINNET_RGB, 30, 20, {pixels, nullptr}, {0, 0}};
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0;
  linnet_box boxes[50];
  forget(boxes, sizeof boxes);
  size_t count = 0;
  if (linnet_detect(reopened, &image, &options, boxes, 50, &count) != LINNET_OK) {
    fail(*linnet_session_error(reopened));
  }
  expect_initialized(boxes, count * sizeof boxes[0]);
  uint32_t crc = crc32(0, boxes, count * sizeof boxes[0]);

  const std::vector<float> input = random_input(config.height, config.width, 1);
  linnet_tensor heads[LINNET_HEADS];
  if (linnet_run(reopened, input.data(), heads) != LINNET_OK) {
    fail(*linnet_session_error(reopened));
  }
  for (const linnet_tensor& head : heads) crc = head_crc(head, crc);
  return crc;
}

uint32_t run_portable(const std::vector<uint8_t>& file, int height, int width) {
  const VerifiedModel model(file);
  linnet_config config = sized(height, width);
  // Vector kernels read beyond a row what they multiply with 0, which looks like a use to the
  // sanitizer; that it has no effect is what tests/reliability/memory_test.cpp shows.
  config.cpu_features = LINNET_CPU_PORTABLE;
  return run(model, config);
}

std::vector<uint8_t> read_file(const char* path) {
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "error: %s: expected a .lnt file, cannot open it\n", path);
    std::exit(1);
  }
  std::vector<uint8_t> bytes;
  uint8_t block[4096];
  for (size_t count; (count = std::fread(block, 1, sizeof block, file)) > 0;) {
    bytes.insert(bytes.end(), block, block + count);
  }
  std::fclose(file);
  return bytes;
}

// "folder/name-HxW.lnt"
bool size_of(const char* path, int* height, int* width) {
  const char* const dash = std::strrchr(path, '-');
  return dash != nullptr && std::sscanf(dash, "-%dx%d.lnt", height, width) == 2;
}

int run_files(char** paths, int count) {
  for (int i = 0; i < count; ++i) {
    int height = 0, width = 0;
    if (!size_of(paths[i], &height, &width)) {
      std::fprintf(stderr, "error: expected a name that ends with -HxW.lnt, found '%s'\n",
                   paths[i]);
      return 1;
    }
    std::printf("%08x%c", run_portable(read_file(paths[i]), height, width),
                i % 8 == 7 ? '\n' : ' ');
  }
  std::printf("\n%d models: all that came out has a value\n", count);
  return 0;
}

void write_file(const std::string& stem, const std::vector<uint8_t>& bytes, int height, int width) {
  const std::string path =
      stem + "-" + std::to_string(height) + "x" + std::to_string(width) + ".lnt";
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  const bool written =
      file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (!written || std::fclose(file) != 0) {
    std::fprintf(stderr, "error: cannot write %s\n", path.c_str());
    std::exit(1);
  }
}

int write_models(const std::string& folder, uint32_t random_models) {
  write_file(folder + "/tiny", tiny_model().build(), 64, 64);
  write_file(folder + "/every-op", every_op_model().build(), 64, 96);
  write_file(folder + "/int8", int8_model().build(), 96, 64);
  for (uint32_t seed = 0; seed < random_models; ++seed) {
    const RandomModel random = make_random_model(seed);
    write_file(folder + "/random" + std::to_string(seed), random.file, random.height, random.width);
  }
  return 0;
}

}  // namespace
}  // namespace linnet::test

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--write") == 0) {
    return linnet::test::write_models(argv[2],
                                      static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10)));
  }
  if (argc < 2) {
    std::fprintf(stderr, "error: expected files, or --write FOLDER N\n");
    return 1;
  }
  return linnet::test::run_files(argv + 1, argc - 1);
}
