// The command line of linnet-bench accuracy.
#pragma once

#include <string>

#include "bench/accuracy/detect.h"

namespace linnet::bench::accuracy {

struct Options {
  bool help = false;
  std::string model, detections;  // one of the two
  std::string against;            // a model or a file of detections; empty if none
  std::string annotations;        // empty: YOLO labels
  std::string images;             // may be empty if no model runs
  DetectOptions detect;
  int threads = 1;
  std::string format = "text", out, html, save_detections;
  bool per_class = false;
  int worst_pictures = 12;
};

// A file of detections, not a model.
inline bool is_detections_file(const std::string& path) {
  return path.ends_with(".json");
}

// Throws host::UsageError.
Options parse_options(int argc, const char* const* argv);
std::string usage();

}  // namespace linnet::bench::accuracy
