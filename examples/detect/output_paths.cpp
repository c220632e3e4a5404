#include "examples/detect/output_paths.h"

#include <filesystem>

#include "host/args.h"
#include "host/file.h"
#include "host/image.h"

namespace linnet::detect {

OutputPaths::OutputPaths(const std::string& save, size_t pictures)
    : save_(save), folder_(std::filesystem::is_directory(save) || !host::is_image_path(save)) {
  if (!folder_ && pictures != 1) {
    throw host::UsageError("--save: expected a folder for " + std::to_string(pictures) +
                           " pictures, found the file " + save);
  }
  if (folder_) std::filesystem::create_directories(save);
}

std::string OutputPaths::next(const std::string& picture) {
  if (!folder_) return save_;
  const std::filesystem::path folder = save_;
  const std::string stem = host::file_stem(picture);
  std::string path = (folder / (stem + ".png")).string();
  for (int i = 2; !used_.insert(path).second; ++i) {
    path = (folder / (stem + "-" + std::to_string(i) + ".png")).string();
  }
  return path;
}

}  // namespace linnet::detect
