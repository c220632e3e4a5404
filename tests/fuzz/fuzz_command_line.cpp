// Command lines: the first byte says whose, the lines after it are the words. Understood or refused
// with a line for the user.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/accuracy/options.h"
#include "examples/detect/options.h"
#include "host/args.h"

namespace {

using linnet::host::Args;
using linnet::host::UsageError;

std::vector<std::string> words_of(const uint8_t* data, size_t size) {
  constexpr size_t kMostWords = 64;
  std::vector<std::string> words(1);
  for (size_t i = 0; i < size && words.size() <= kMostWords; ++i) {
    if (data[i] == '\n') {
      words.emplace_back();
    } else if (data[i] != 0) {
      words.back().push_back(static_cast<char>(data[i]));
    }
  }
  return words;
}

// Every kind of option, and everything that is asked of them.
void ask_everything(int argc, const char* const* argv) {
  const Args args(argc, argv,
                  {{"--size", "HxW", "a size"},
                   {"-o", "FILE", "a short name"},
                   {"--list", "A,B", "a list"},
                   {"--number", "N", "a number"},
                   {"--flag", nullptr, "a flag"},
                   {"--json", "[FILE.json]", "a file or nothing"},
                   {"--level", "[NUMBER]", "a number or nothing"}});
  (void)args.has("--flag");
  if (args.positional().size() > static_cast<size_t>(argc)) std::abort();
  for (const std::string& part : linnet::host::split_list(args.text("--list", ""))) {
    if (part.empty()) std::abort();
  }
  const double number = args.number("--number", 0.5, 0, 1);
  if (!(number >= 0 && number <= 1)) std::abort();
  const int integer = args.integer("--level", 3, -5, 1000);
  if (integer < -5 || integer > 1000) std::abort();
  const auto size = linnet::host::parse_size("--size", args.text("--size", "320"));
  if (size.height < 1 || size.height > 8192 || size.width < 1 || size.width > 8192) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::vector<std::string> words = words_of(data + 1, size - 1);
  std::vector<const char*> argv = {"program"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  const auto argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  try {
    switch (data[0] % 3) {
      case 0:
        ask_everything(argc, argv.data());
        break;
      case 1:
        (void)linnet::detect::parse_options(argc, argv.data());
        break;
      case 2:
        (void)linnet::bench::accuracy::parse_options(argc, argv.data());
        break;
    }
  } catch (const UsageError& error) {
    const std::string line = error.what();
    if (line.empty()) std::abort();
  }
  return 0;
}
