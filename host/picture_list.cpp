#include "host/picture_list.h"

#include <glob.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <stdexcept>

#include "host/image.h"

namespace linnet::host {
namespace {

namespace fs = std::filesystem;

bool ends_like_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".pnm"}) {
    if (ending == known) return true;
  }
  return false;
}

std::vector<std::string> list_folder(const std::string& folder) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && ends_like_picture(entry.path())) {
      files.push_back(entry.path().string());
    }
  }
  if (files.empty()) {
    throw std::runtime_error(folder + ": expected a folder with pictures (" +
                             readable_image_formats() + "), found none in it");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> expand_pattern(const std::string& pattern) {
  glob_t matches{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    files.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  }
  ::globfree(&matches);
  if (files.empty()) throw std::runtime_error(pattern + ": no file matches this pattern");
  return files;
}

}  // namespace

std::vector<std::string> list_pictures(const std::vector<std::string>& words) {
  std::vector<std::string> files;
  for (const std::string& word : words) {
    std::error_code ignored;
    std::vector<std::string> found = {word};
    if (fs::is_directory(word, ignored)) {
      found = list_folder(word);
    } else if (!fs::exists(word, ignored) && word.find_first_of("*?[") != std::string::npos) {
      found = expand_pattern(word);
    }
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace linnet::host
