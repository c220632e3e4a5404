#include "tests/kernels/guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace linnet::test {
namespace {

constexpr size_t kChecked = 256;

size_t page_bytes() {
  return static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

const char* name(Side side) {
  return side == Side::low ? "low" : "high";
}

GuardedMemory::~GuardedMemory() {
  if (pages_ != nullptr) munmap(pages_, capacity_ + 2 * page_bytes());
}

void GuardedMemory::reserve(size_t bytes) {
  if (bytes <= capacity_) return;
  if (pages_ != nullptr) munmap(pages_, capacity_ + 2 * page_bytes());
  const size_t page = page_bytes();
  capacity_ = (bytes + page - 1) / page * page;
  void* pages = mmap(nullptr, capacity_ + 2 * page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) std::abort();
  pages_ = static_cast<uint8_t*>(pages);
  if (mprotect(pages_, page, PROT_NONE) != 0) std::abort();
  if (mprotect(pages_ + page + capacity_, page, PROT_NONE) != 0) std::abort();
}

void* GuardedMemory::place(size_t bytes, Side side, uint8_t fill) {
  reserve(bytes + kChecked);
  uint8_t* const begin = pages_ + page_bytes();
  data_ = side == Side::low ? begin : begin + capacity_ - bytes;
  bytes_ = bytes;
  fill_ = fill;
  std::memset(side == Side::low ? data_ : data_ - kChecked, fill, bytes + kChecked);
  return data_;
}

bool GuardedMemory::surroundings_untouched() const {
  const uint8_t* const begin = pages_ + page_bytes();
  const uint8_t* const other = data_ == begin ? data_ + bytes_ : data_ - kChecked;
  return std::all_of(other, other + kChecked, [this](uint8_t b) { return b == fill_; });
}

}  // namespace linnet::test
