// The whole program, callable from tests.
#pragma once

#include <cstdio>

namespace linnet::detect {

// Runs a command line; results go to `out`, errors and progress to `err`. Returns the exit status:
// 0 all pictures done, 1 one could not be, 2 the command line is wrong.
int run_program(int argc, const char* const* argv, std::FILE* out, std::FILE* err);

}  // namespace linnet::detect
