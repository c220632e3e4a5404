// One kind of fault at call after call of a scenario.
#pragma once

#include <string>
#include <vector>

#include "tests/reliability/faults/stage.h"

namespace linnet::test {

struct Sweep {
  uint64_t calls = 0;                               // of a run without faults, that can fail
  size_t tried = 0;                                 // of them
  size_t errors = 0, went_on = 0, fewer_calls = 0;  // how the runs ended
  std::vector<std::string> problems;                // the first few promises that were broken
};

enum class Extent {
  alone,          // one call fails
  and_all_after,  // from it on every call fails
};

// Old files lie where the outputs go in every other run. Quick mode tries the first calls and
// others evenly spread; full mode all, or as many as fit into some seconds.
Sweep sweep(const Stage& stage, faults::Fault fault, Extent extent, const std::string& reason);

// Fails the test for each problem; says what was done.
void report(const Stage& stage, const char* what, const Sweep& sweep);

}  // namespace linnet::test
