// How much the tests of this folder do: a sample with every run of CTest, all of it with
// LINNET_RELIABILITY=full in the environment (tests/reliability/run --full sets it).
#pragma once

#include <cstdlib>
#include <cstring>

namespace linnet::test {

inline bool full_amount() {
  const char* const text = std::getenv("LINNET_RELIABILITY");
  return text != nullptr && std::strcmp(text, "full") == 0;
}

inline int amount(int quick, int full) {
  return full_amount() ? full : quick;
}

}  // namespace linnet::test
