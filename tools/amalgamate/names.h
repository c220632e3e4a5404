// Which names a file declares for itself and for others.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace linnet::amalgamate {

struct DeclaredNames {
  std::set<std::string> internal;  // in unnamed namespaces: other files may mean something else
  std::set<std::string> shared;    // in named namespaces and at file scope
};

// Of the declarations at namespace scope. It knows the ways in which this project declares things;
// what it misses shows when the result is compiled.
DeclaredNames declared_names(std::string_view text);

}  // namespace linnet::amalgamate
