#include "host/near_names.h"

#include <algorithm>
#include <numeric>

namespace linnet::host {
namespace {

// Distances of `a` to the beginnings of `b`; with `any_start` to what ends there and starts
// anywhere.
std::vector<size_t> distances(const std::string& a, const std::string& b, bool any_start) {
  std::vector<size_t> row(b.size() + 1, 0);
  if (!any_start) std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1 : 0)});
      diagonal = above;
    }
  }
  return row;
}

}  // namespace

size_t edit_distance(const std::string& a, const std::string& b) {
  return distances(a, b, false).back();
}

std::vector<std::string> near_names(const std::string& word, const std::vector<std::string>& names,
                                    size_t count) {
  struct Candidate {
    size_t part, whole;
    std::string name;
    auto operator<=>(const Candidate&) const = default;
  };
  std::vector<Candidate> all;
  for (const std::string& name : names) {
    const std::vector<size_t> parts = distances(word, name, true);
    all.push_back({*std::min_element(parts.begin(), parts.end()), edit_distance(word, name), name});
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<std::string> nearest;
  for (size_t i = 0; i < std::min(count, all.size()); ++i) nearest.push_back(all[i].name);
  return nearest;
}

}  // namespace linnet::host
