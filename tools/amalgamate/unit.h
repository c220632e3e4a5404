// One file of the amalgamation.
#pragma once

#include <string>
#include <vector>

#include "tools/amalgamate/source_tree.h"

namespace linnet::amalgamate {

struct Unit {
  std::string file_name;
  std::string isa;                   // "" for what is portable
  std::vector<std::string> sources;  // sorted
};

// By the instruction set that a file is named after. Throws std::runtime_error for a file that is
// twice in the list.
std::vector<Unit> divide_into_units(const std::vector<std::string>& sources);

// The text of a unit: its headers once, then its sources. Names that files declare for themselves
// alone get different names where others declare the same. definitions: directives that come first.
std::string amalgamate(SourceTree& tree, const Unit& unit, const std::string& definitions);

// linnet.h or linnet.hpp, to lie beside the sources.
std::string public_header(SourceTree& tree, const std::string& name);

}  // namespace linnet::amalgamate
