// Random models: every operator on random views (several segments, gaps between runs, channels
// written in place, upsampled reads), with odd windows, strides and paddings.
#pragma once

#include <cstdint>
#include <vector>

namespace linnet::test {

struct RandomModel {
  std::vector<uint8_t> file;  // passes the verifier
  int height = 0, width = 0;  // of the input it was made for
};

// The same model for the same seed.
RandomModel make_random_model(uint32_t seed);

}  // namespace linnet::test
