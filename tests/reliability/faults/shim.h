// The library that is loaded before the C library (LD_PRELOAD) and makes calls fail. It uses
// nothing of the C++ library: programs' own allocations are counted, not its.
#pragma once

#include "tests/reliability/faults/control.h"

namespace linnet::faults {

// Counts a call of `function` if it can have the fault that is asked for; true if it is to fail.
bool fails(Fault fault, const char* function);

// The function that the wrapper of the same name hides.
void* hidden(const char* function);

}  // namespace linnet::faults
