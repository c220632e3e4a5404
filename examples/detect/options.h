// The command line of linnet-detect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/args.h"
#include "linnet/linnet.h"

namespace linnet::detect {

struct Options {
  std::string model;
  std::vector<std::string> pictures;  // as given: files, folders, patterns
  std::string tensor;                 // --input: a .npy instead of pictures; empty if none
  host::Size size;                    // 0 = the model's
  int threads = 1;
  linnet_detect_options decode{};
  std::vector<std::string> classes;  // names or numbers; empty = all
  bool json = false;
  std::string json_file;  // empty = standard output
  std::string save;       // a picture or a folder; empty = none
  std::string heads;      // prefix of .npy files; empty = none
  bool help = false, version = false;
};

// Throws host::UsageError.
Options parse_options(int argc, const char* const* argv);
std::string usage();

// class_count flags, 1 for each class that `classes` names (by name or number). Throws
// host::UsageError for a class that the model does not have.
std::vector<uint8_t> class_filter(const std::vector<std::string>& classes,
                                  const std::vector<std::string>& names);

// Throws host::UsageError unless both are multiples of the stride; says which sizes are close.
void check_size(host::Size size, int stride);

}  // namespace linnet::detect
