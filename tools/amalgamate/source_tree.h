// The project's files, what they include and what they declare.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/amalgamate/names.h"

namespace linnet::amalgamate {

struct SourceFile {
  std::string path;  // relative to the root
  // Without the directives that move to the head of the result; lists (.inc, .def) are in place.
  std::string body;
  std::vector<std::string> headers;         // of the project, in the order of their inclusion
  std::vector<std::string> system_headers;  // "<cstddef>"
  DeclaredNames names;
};

class SourceTree {
 public:
  explicit SourceTree(const std::string& root) : root_(root) {}

  // Throws std::runtime_error if it cannot be read.
  const SourceFile& file(const std::string& path);
  std::string text(const std::string& path) const;
  // The headers that a file includes, also through others; what a header needs comes before it.
  const std::vector<std::string>& all_headers(const std::string& path);

 private:
  std::string root_;
  std::map<std::string, SourceFile> files_;
  std::map<std::string, std::vector<std::string>> all_headers_;
};

// "kernels/simd/neon.h" -> "simd_neon": for names that must differ from file to file.
std::string short_name(const std::string& path);

}  // namespace linnet::amalgamate
