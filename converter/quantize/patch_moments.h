// How the inputs of a convolution's window go together: what rounding its weights with care needs.
#pragma once

#include <cstdint>
#include <vector>

#include "converter/quantize/program_run.h"

namespace linnet::converter {

// Of the patches that a dense convolution multiplies by each of its filters: k values in the order
// of Int8Step's weights, tap by tap, of which padding is 0. Values are taken in blocks, and
// different blocks as independent of each other.
class PatchMoments {
 public:
  static constexpr size_t kMostOfBlock = 640;

  explicit PatchMoments(size_t k);

  // k values.
  void add(const std::vector<float>& patch);

  size_t k() const { return sums_.size(); }
  // First values of the blocks, and k at the end.
  const std::vector<size_t>& blocks() const { return blocks_; }
  double mean(size_t i) const { return center_[i] + sums_[i] / count_; }
  // Of two values of one block.
  double covariance(size_t block, size_t i, size_t j) const;
  bool empty() const { return count_ == 0; }

 private:
  double count_ = 0;
  std::vector<float> center_;  // the first patch, from which differences are taken
  std::vector<double> sums_;
  std::vector<size_t> blocks_;
  std::vector<std::vector<float>> products_;  // of each block: sums for i <= j, row by row
};

// Takes patches of a step's operand 0 while a program runs.
class PatchSampler {
 public:
  explicit PatchSampler(const Step& step);

  // Adds patches at `count` output pixels of the run's last picture. Which ones depends on `seed`
  // alone.
  void sample(ProgramRun* run, size_t count, uint64_t seed);

  PatchMoments take() { return std::move(moments_); }

 private:
  struct Extent {
    int height, width;
  };
  void gather(ProgramRun* run, Extent in, int y, int x);

  const Step& step_;
  PatchMoments moments_;
  std::vector<float> patch_;
};

}  // namespace linnet::converter
