// The converter's only exception: one line that names the file, the node and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace linnet::converter {

class ConvertError : public std::runtime_error {
 public:
  // `where` names the node or the place in the file ("Conv 'model.0/Conv_3'", "byte 1234");
  // `problem` says what was expected, what was found and what to do, without a final full stop.
  ConvertError(const std::string& where, const std::string& problem)
      : std::runtime_error(where.empty() ? problem : where + ": " + problem) {}
};

}  // namespace linnet::converter
