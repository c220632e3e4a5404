// What the tests tell the library that injects faults, and what it tells them: a file that both
// map, so that the counts survive however the program ends.
#pragma once

#include <atomic>
#include <cstdint>

namespace linnet::faults {

// The environment variable that names the file.
constexpr char kControlVariable[] = "LINNET_FAULT_CONTROL";

enum class Fault : uint32_t {
  out_of_memory,  // an allocation gives null
  no_thread,      // pthread_create: EAGAIN
  io_error,       // EIO
  disk_full,      // ENOSPC
  interrupted,    // EINTR
  short_count,    // read and write: less than asked for
  end_of_file,    // read: nothing more
  killed,         // SIGKILL at a call that changes files; in the middle of it if it is write
};

struct Control {
  // Set before the program starts. Calls that can have the fault are numbered from 1, in the order
  // in which they are made after main() begins; those of first to last that are a multiple of
  // `every` fail.
  Fault fault;
  uint32_t every;
  uint64_t first, last;

  // Set by the program.
  std::atomic<uint64_t> calls;   // that can have the fault
  std::atomic<uint64_t> failed;  // of them
  char function[24];             // the last that failed
};

}  // namespace linnet::faults
