// Where annotated pictures go.
#pragma once

#include <set>
#include <string>

namespace linnet::detect {

class OutputPaths {
 public:
  // save: --save; pictures: how many there are. A name that ends like a picture is the file itself
  // and wants exactly one picture; anything else is a folder, which is made. Throws
  // host::UsageError or std::runtime_error.
  OutputPaths(const std::string& save, size_t pictures);

  // FOLDER/STEM.png; a stem that came before gets -2, -3, …
  std::string next(const std::string& picture);

 private:
  std::string save_;
  bool folder_;
  std::set<std::string> used_;
};

}  // namespace linnet::detect
