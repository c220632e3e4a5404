// Conversion in one call, and files for tests of other architectures.
//
// LINNET_DEVICE_FILES=DIR keeps models, pictures and CRCs in DIR: linnet_device_test, which needs
// no converter, runs them on another architecture (.ci/run does it).
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "converter/convert.h"
#include "host/file.h"

namespace linnet::test {

inline std::vector<uint8_t> converted(const std::string& source,
                                      const converter::ConvertOptions& options) {
  return converter::convert(converter::import_file(source, options.import), options).file;
}

inline std::string device_folder() {
  const char* folder = std::getenv("LINNET_DEVICE_FILES");
  return folder == nullptr ? "" : folder;
}

inline void keep_for_devices(const std::string& name, const std::vector<uint8_t>& bytes) {
  if (!device_folder().empty()) host::write_file_atomically(device_folder() + "/" + name, bytes);
}

}  // namespace linnet::test
