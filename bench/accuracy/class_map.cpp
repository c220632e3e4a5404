#include "bench/accuracy/class_map.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>

namespace linnet::bench::accuracy {
namespace {

// Empty if a name is there twice: then names say nothing.
std::map<std::string, size_t> index_of_names(const std::vector<Category>& categories) {
  std::map<std::string, size_t> map;
  for (size_t i = 0; i < categories.size(); ++i) {
    if (!map.emplace(categories[i].name, i).second) return {};
  }
  return map;
}

}  // namespace

ClassMap map_classes(const std::vector<std::string>& class_names,
                     const std::vector<Category>& categories, const std::string& model_name) {
  const std::map<std::string, size_t> by_name = index_of_names(categories);
  ClassMap map;
  std::vector<uint8_t> used(categories.size());
  bool twice = false;
  size_t named = 0;
  for (const std::string& name : class_names) {
    const auto found = by_name.find(name);
    map.category.push_back(found == by_name.end() ? kNoCategory : found->second);
    if (found == by_name.end()) continue;
    twice = twice || used[found->second] != 0;
    used[found->second] = 1;
    ++named;
  }
  const size_t classes = class_names.size();
  if (!twice && named != 0 && (named == classes || named == categories.size())) {
    map.rule = "by name";
    if (named < classes) map.rule += "; " + std::to_string(classes - named) + " classes left out";
    if (named < categories.size()) {
      map.rule += "; " + std::to_string(categories.size() - named) + " categories have no class";
    }
    return map;
  }
  if (classes != categories.size()) {
    throw std::runtime_error(
        model_name + ": expected as many classes as the annotations have categories (" +
        std::to_string(categories.size()) + "), or names that agree, found " +
        std::to_string(classes) + " classes of which " + std::to_string(named) +
        " have the name of a category; convert the model with --names");
  }
  std::iota(map.category.begin(), map.category.end(), size_t{0});
  map.rule = "by order; " + std::to_string(classes - named) + " names differ";
  return map;
}

}  // namespace linnet::bench::accuracy
