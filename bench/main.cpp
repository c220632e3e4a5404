#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/program.h"

// What an exception that nobody catches ends in. The standard library's own brings the names of C++
// types into a static program: 50 KB.
namespace __gnu_cxx {                 // NOLINT
void __verbose_terminate_handler() {  // NOLINT
  std::fputs("linnet-bench: ended by an exception that should have been caught\n", stderr);
  std::abort();
}
}  // namespace __gnu_cxx

int main(int argc, char** argv) {
  return linnet::bench::run_program(argc, argv);
}
