// Which class of a model is which category of the annotations.
#pragma once

#include <string>
#include <vector>

#include "bench/accuracy/dataset.h"

namespace linnet::bench::accuracy {

inline constexpr size_t kNoCategory = SIZE_MAX;

struct ClassMap {
  std::vector<size_t> category;  // of each class, an index in the data set or kNoCategory
  std::string rule;              // how it was made, for people
};

// By name if every category is called like a class, or every class like a category; otherwise the
// n-th class is the n-th category of the file, if there are as many. Throws std::runtime_error if
// there are not.
ClassMap map_classes(const std::vector<std::string>& class_names,
                     const std::vector<Category>& categories, const std::string& model_name);

}  // namespace linnet::bench::accuracy
