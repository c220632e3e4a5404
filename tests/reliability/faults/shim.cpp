#include "tests/reliability/faults/shim.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace linnet::faults {
namespace {

Control* control = nullptr;
// What happens before main() belongs to the loader and to the C++ library.
bool in_main = false;

// Not by open(), which is wrapped.
void map_control() {
  const char* const path = std::getenv(kControlVariable);
  if (path == nullptr) return;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return;
  void* const memory =
      ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
  ::syscall(SYS_close, fd);
  if (memory != MAP_FAILED) control = static_cast<Control*>(memory);
}

using Main = int (*)(int, char**, char**);
Main program_main = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  map_control();
  in_main = true;
  return program_main(argc, argv, environment);
}

}  // namespace

bool fails(Fault fault, const char* function) {
  if (!in_main || control == nullptr || control->fault != fault) return false;
  const uint64_t number = ++control->calls;
  if (number < control->first || number > control->last || number % control->every != 0) {
    return false;
  }
  ++control->failed;
  std::strncpy(control->function, function, sizeof control->function - 1);
  return true;
}

void* hidden(const char* function) {
  return ::dlsym(RTLD_NEXT, function);
}

}  // namespace linnet::faults

extern "C" int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                                 void (*init)(), void (*finish)(), void (*finish_loader)(),
                                 void* stack_end) {
  using Start =
      int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  linnet::faults::program_main = main;
  const auto start = reinterpret_cast<Start>(linnet::faults::hidden("__libc_start_main"));
  return start(linnet::faults::counted_main, argc, argv, init, finish, finish_loader, stack_end);
}
