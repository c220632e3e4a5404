// Input of checks.symbols_finds_violations: what the runtime must not contain.
#include <cstdlib>
#include <stdexcept>

struct Base {
  virtual ~Base() = default;
  virtual int value() { return 1; }
};

void* allocate(size_t bytes) {
  if (bytes == 0) throw std::runtime_error("none");
  return std::malloc(bytes);
}

int from_environment = std::getenv("X") != nullptr;

Base* make() {
  return new Base;
}

thread_local int per_thread;

int count() {
  return ++per_thread;
}
