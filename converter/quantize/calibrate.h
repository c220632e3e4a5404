// Calibration: what values the steps of a network make on real pictures.
#pragma once

#include <cstdint>
#include <vector>

#include "converter/quantize/patch_moments.h"

namespace linnet::converter {

inline constexpr int kHistogramBins = 2048;

// Of one step's output.
struct StepStatistics {
  std::vector<float> low, high;  // of each channel
  std::vector<double> mean;      // of each channel
  // Of all channels together: equal bins from `first` to `last`, the extremes of all channels.
  float first = 0, last = 0;
  std::vector<uint64_t> bins;
};

struct Calibration {
  std::vector<StepStatistics> steps;  // one per step of the program
  // Of what each step reads; empty() if it is no dense convolution or was not asked for.
  std::vector<PatchMoments> moments;
  int pictures = 0;
};

// Runs the program in floats over the pictures, letterboxed as in deployment, twice: for the
// extremes, and for the histograms and, if asked for, the moments. The result does not depend on
// the number of threads. Throws std::runtime_error.
Calibration calibrate(const Graph& graph, const Program& program,
                      const std::vector<host::Image>& pictures, bool moments,
                      const RunOptions& options, const ProgressCall& progress);

}  // namespace linnet::converter
