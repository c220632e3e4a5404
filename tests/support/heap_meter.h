// How many bytes of heap a program has and had at most: malloc and its relatives, C++ and libraries
// included. Link heap_meter.cpp to the program. There is nothing to measure where malloc is not
// glibc's, in the program itself, as under sanitizers.
#pragma once

#include <cstddef>

namespace linnet::test::heap_meter {

// False: the functions below return 0.
bool available();
// Bytes in use, as malloc rounds them.
size_t in_use();
// The most that were in use since the last call of reset_peak().
size_t peak();
void reset_peak();

// The most bytes that were taken since it was made, beyond what was in use then.
class Use {
 public:
  Use() : before_(in_use()) { reset_peak(); }
  size_t most() const { return peak() - before_; }

 private:
  size_t before_;
};

}  // namespace linnet::test::heap_meter
