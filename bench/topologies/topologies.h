// Built-in networks: .lnt files up to the section of the weights. README.md says how to make them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace linnet::bench {

struct Topology {
  const char* name;
  const uint8_t* begin;
  size_t size;
};
// In the order of the family: e, s, c, g.
std::span<const Topology> topologies();

}  // namespace linnet::bench
