// The command line of linnet-bench.
#pragma once

namespace linnet::bench {

// Returns the exit status: 0, 1 for an error, 2 for a mistake on the command line.
int run_program(int argc, const char* const* argv);

}  // namespace linnet::bench
