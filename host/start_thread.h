// Starting threads, which the system may refuse.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace linnet::host {

// As std::jthread's constructor; std::runtime_error with one line if there can be no more threads.
template <typename... Arguments>
std::jthread start_thread(Arguments&&... arguments) {
  try {
    return std::jthread(std::forward<Arguments>(arguments)...);
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("cannot start a thread: ") + error.what() +
                             "; try fewer --threads");
  }
}

}  // namespace linnet::host
