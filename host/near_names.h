// Names that someone may have meant.
#pragma once

#include <string>
#include <vector>

namespace linnet::host {

// Insertions, deletions and replacements of bytes that make `b` of `a` (Levenshtein).
size_t edit_distance(const std::string& a, const std::string& b);

// The `count` names that have the part nearest to `word`, the nearest first; each once.
std::vector<std::string> near_names(const std::string& word, const std::vector<std::string>& names,
                                    size_t count);

}  // namespace linnet::host
