// The heads of a model against references, and as one number.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/device/runner.h"

namespace linnet::test {

// A prepared input [1,3,H,W] as NHWC.
std::vector<float> read_reference_input(const std::string& path);

struct Distance {
  double worst = 0, largest = 0;  // difference; logit of the reference
};
// Of the last run's heads from those in <prefix>-head0.npy, -head1, -head2; sizes must agree.
Distance compare_heads(const Runner& runner, const std::string& prefix);

// CRC-32 of the raw heads of all pictures, each letterboxed to 320x320.
uint32_t heads_crc(const linnet_model& model, uint32_t cpu_features, int threads,
                   const std::vector<host::Image>& pictures);

// Names of the masks of LINNET_ISA that choose different int8 kernels on this machine.
std::vector<std::string> int8_isas();

// expected == heads_crc() for each of int8_isas(), and for 1, 2 and 4 threads.
void expect_same_bits_everywhere(const linnet_model& model,
                                 const std::vector<host::Image>& pictures, uint32_t expected);

}  // namespace linnet::test
