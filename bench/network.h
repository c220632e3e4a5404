// The model under test: a file, or a built-in topology with random weights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/file.h"
#include "linnet/linnet.hpp"
#include "model/model_view.h"

namespace linnet::bench {

class Network {
 public:
  // Throws std::runtime_error with one line.
  static Network from_file(const std::string& path);
  // name: one of builtin_names().
  static Network builtin(const std::string& name);
  static std::vector<std::string> builtin_names();

  const std::string& name() const { return name_; }
  const linnet_model& model() const { return model_; }
  const linnet_model_info& info() const { return info_; }
  size_t file_bytes() const { return model_.bytes; }
  // "f32" or "int8": the type of what it reads.
  const char* type() const {
    return ModelView(model_.data).tensor(0).dtype == format::kS8 ? "int8" : "f32";
  }

 private:
  // origin: for messages.
  Network(std::string name, const std::string& origin, std::shared_ptr<host::AlignedFile> file);

  std::string name_;
  std::shared_ptr<const host::AlignedFile> file_;
  linnet_model model_{};
  linnet_model_info info_{};
};

}  // namespace linnet::bench
