#include "tools/amalgamate/source_tree.h"

#include <algorithm>
#include <sstream>

#include "host/file.h"

namespace linnet::amalgamate {
namespace {

constexpr const char* kPublicFolder = "linnet/";

// What a line includes, "" if it is no #include.
std::string included(const std::string& line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) return "";
  const size_t begin = line.find_first_of("\"<", hash);
  const size_t end = begin == std::string::npos ? begin : line.find_first_of("\">", begin + 1);
  if (end == std::string::npos) throw std::runtime_error("cannot read '" + line + "'");
  return line.substr(begin, end + 1 - begin);
}

std::string unquoted(const std::string& name) {
  return name.substr(1, name.size() - 2);
}

bool starts(const std::string& line, const char* text) {
  return line.rfind(text, 0) == 0;
}

template <typename T>
void add_new(std::vector<T>* list, const T& value) {
  if (std::find(list->begin(), list->end(), value) == list->end()) list->push_back(value);
}

// Divides a file into its body and what it includes.
class Reader {
 public:
  Reader(const SourceTree& tree, SourceFile* file) : tree_(tree), file_(file) {}

  void read(const std::string& path) {
    std::istringstream lines(tree_.text(path));
    for (std::string line; std::getline(lines, line);) {
      const std::string name = included(line);
      if (!name.empty()) {
        include(line, name);
      } else if (!starts(line, "#pragma once")) {
        if (starts(line, "#if")) ++conditions_;
        if (starts(line, "#endif")) --conditions_;
        if (starts(line, "#if LINNET_TARGET_")) in_target_ = true;
        file_->body += line + '\n';
      }
    }
  }

 private:
  void include(const std::string& line, const std::string& name) {
    const std::string path = unquoted(name);
    if (name[0] == '"' && (path.ends_with(".inc") || path.ends_with(".def"))) {
      read(path);
    } else if (name[0] == '"') {
      add_new(&file_->headers, path);
    } else if (conditions_ > (in_target_ ? 1 : 0)) {
      file_->body += line + '\n';
    } else {
      add_new(&file_->system_headers, name);
    }
  }

  const SourceTree& tree_;
  SourceFile* file_;
  int conditions_ = 0;
  bool in_target_ = false;  // the whole file is for a target; so is the result
};

}  // namespace

std::string SourceTree::text(const std::string& path) const {
  const std::string folder = starts(path, kPublicFolder) ? "/engine/include/" : "/";
  const std::vector<uint8_t> bytes = host::read_file(root_ + folder + path);
  return std::string(bytes.begin(), bytes.end());
}

const SourceFile& SourceTree::file(const std::string& path) {
  const auto [place, is_new] = files_.try_emplace(path);
  SourceFile& file = place->second;
  if (is_new) {
    file.path = path;
    Reader(*this, &file).read(path);
    file.names = declared_names(file.body);
  }
  return file;
}

const std::vector<std::string>& SourceTree::all_headers(const std::string& path) {
  const auto [place, is_new] = all_headers_.try_emplace(path);
  if (is_new) {
    std::vector<std::string> all;
    for (const std::string& header : file(path).headers) {
      for (const std::string& needed : all_headers(header)) add_new(&all, needed);
      add_new(&all, header);
    }
    place->second = std::move(all);
  }
  return place->second;
}

std::string short_name(const std::string& path) {
  const size_t end = path.find_last_of('.');
  const size_t slash = path.find_last_of('/');
  const size_t before = slash == std::string::npos ? slash : path.find_last_of('/', slash - 1);
  std::string name = path.substr(before == std::string::npos ? 0 : before + 1);
  name.resize(name.size() - (path.size() - end));
  for (char& c : name) {
    if (c == '/' || c == '.' || c == '-') c = '_';
  }
  return name;
}

}  // namespace linnet::amalgamate
