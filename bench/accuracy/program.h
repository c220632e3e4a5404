// linnet-bench accuracy.
#pragma once

namespace linnet::bench::accuracy {

// argv[0] is "accuracy". Returns the exit status; throws host::UsageError for a mistake on the
// command line and std::runtime_error for anything else, both of one line.
int run(int argc, const char* const* argv);

}  // namespace linnet::bench::accuracy
