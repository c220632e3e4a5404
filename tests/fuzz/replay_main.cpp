// Runs a fuzz target over the files of its corpus, without a fuzzer: every build and every CPU can.
//   linnet_fuzz_<name>_replay FILE-OR-FOLDER…
// Fails if there is no file, or if one takes longer than LINNET_FUZZ_SECONDS (default 10; a second
// on an idle machine, with room for sanitizers and emulation).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::string> corpus_files(int count, char** arguments) {
  std::vector<std::string> files;
  for (int i = 0; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      files.emplace_back(arguments[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

double seconds_of_one_run(const std::string& path) {
  const std::vector<uint8_t> bytes = linnet::host::read_file(path);
  // Exactly as large as the file, so that AddressSanitizer sees a read behind it.
  const auto copy = std::make_unique<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  const auto start = std::chrono::steady_clock::now();
  LLVMFuzzerTestOneInput(copy.get(), bytes.size());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return took.count();
}

int replay(int count, char** arguments) {
  const std::vector<std::string> files = corpus_files(count, arguments);
  const char* limit_text = std::getenv("LINNET_FUZZ_SECONDS");
  const double limit = limit_text == nullptr ? 10.0 : std::atof(limit_text);
  double slowest = 0;
  int too_slow = 0;
  for (const std::string& path : files) {
    const double took = seconds_of_one_run(path);
    slowest = std::max(slowest, took);
    if (took <= limit) continue;
    std::fprintf(stderr, "%s: took %.1f s, expected at most %.1f s\n", path.c_str(), took, limit);
    ++too_slow;
  }
  std::printf("%zu files, slowest %.0f ms\n", files.size(), slowest * 1000);
  if (files.empty()) std::fprintf(stderr, "expected a corpus, found no file\n");
  return files.empty() || too_slow > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return replay(argc - 1, argv + 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
