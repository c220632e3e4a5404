// Rounds the weights of a filter so that their errors cancel out on real inputs, not each to the
// nearest number.
#pragma once

#include <vector>

#include "converter/quantize/patch_moments.h"

namespace linnet::converter {

// Each weight is rounded after what those before it are off by has been made good for in it, as far
// as inputs go together: the nearest plane algorithm (L. Babai, Combinatorica 6, 1986) on the
// lattice that the inputs' second moments span, which is OBQ/GPTQ (E. Frantar et al.,
// arXiv:2208.11580 and 2210.17323) in the other order (J. Chen et al., arXiv:2507.18553).
class WeightRounding {
 public:
  // steps: what an input value is divided by. centered: a constant error does not matter, because
  // it will be taken off the bias.
  WeightRounding(const PatchMoments& moments, const std::vector<double>& steps, bool centered);

  // Weights in units of what they will be multiples of; makes them whole numbers of at most `most`.
  void round(double most, std::vector<double>* weights) const;

 private:
  // Values from first + size - 1 down to first; the last, so the first of all, is rounded first.
  struct Block {
    size_t first, size;
    std::vector<float>
        ratios;  // [i][j], i < j: how much of the error of the j-th the i-th makes good
    size_t value(size_t i) const { return first + size - 1 - i; }
  };
  std::vector<Block> blocks_;
};

}  // namespace linnet::converter
