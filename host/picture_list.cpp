#include "host/picture_list.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "host/image.h"
#include "host/paths.h"

namespace linnet::host {
namespace {

bool ends_like_picture(const std::string& path) {
  std::string ending = file_ending(path);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".pnm"}) {
    if (ending == known) return true;
  }
  return false;
}

std::vector<std::string> list_folder(const std::string& folder) {
  std::vector<std::string> files;
  for (const std::string& name : folder_entries(folder)) {
    const std::string path = join_paths(folder, name);
    if (ends_like_picture(name) && is_regular_file(path)) files.push_back(path);
  }
  if (files.empty()) {
    throw std::runtime_error(folder + ": expected a folder with pictures (" +
                             readable_image_formats() + "), found none in it");
  }
  return files;
}

std::vector<std::string> expand_pattern(const std::string& pattern) {
  std::vector<std::string> files = matching_paths(pattern);
  if (files.empty()) throw std::runtime_error(pattern + ": no file matches this pattern");
  return files;
}

}  // namespace

std::vector<std::string> list_pictures(const std::vector<std::string>& words) {
  std::vector<std::string> files;
  for (const std::string& word : words) {
    std::vector<std::string> found = {word};
    if (is_folder(word)) {
      found = list_folder(word);
    } else if (!path_exists(word) && word.find_first_of("*?[") != std::string::npos) {
      found = expand_pattern(word);
    }
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace linnet::host
