#include "converter/quantize/calibrate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "converter/error.h"
#include "converter/quantize/value_flow.h"

namespace linnet::converter {
namespace {

// More of them make no difference.
constexpr size_t kPatches = 4096;

bool overlap(const format::Segment& a, const format::Segment& b) {
  return a.tensor == b.tensor && a.channel < b.channel + b.channels &&
         b.channel < a.channel + a.channels;
}

// Whether what a step read is still there once it is done, and is a convolution's.
bool has_patches(const Step& step) {
  if (step.op != format::k_conv2d || !step.weight_steps.empty()) return false;
  for (const format::Segment& in : step.operands[0]) {
    for (const format::Segment& out : step.output) {
      if (overlap(in, out)) return false;
    }
  }
  return true;
}

class Collector {
 public:
  Collector(const Graph& graph, const Program& program, const RunOptions& options)
      : program_(program), run_(graph, program, options, [this](size_t i) { visit(i); }) {
    for (const Step& step : program.steps) {
      const auto channels = static_cast<size_t>(channel_count(step.output));
      StepStatistics statistics;
      statistics.low.assign(channels, std::numeric_limits<float>::max());
      statistics.high.assign(channels, std::numeric_limits<float>::lowest());
      statistics.mean.assign(channels, 0);
      result_.steps.push_back(std::move(statistics));
    }
  }

  void see(const host::Image& picture) {
    run_.run(picture);
    ++seen_;
  }

  // patches: of each picture, to make moments of; may be 0.
  void start_histograms(size_t patches) {
    counts_bins_ = true;
    patches_ = patches;
    for (const Step& step : program_.steps) {
      std::optional<PatchSampler>& sampler = samplers_.emplace_back();
      if (patches > 0 && has_patches(step)) sampler.emplace(step);
    }
    for (size_t i = 0; i < result_.steps.size(); ++i) {
      StepStatistics& s = result_.steps[i];
      s.first = *std::min_element(s.low.begin(), s.low.end());
      s.last = *std::max_element(s.high.begin(), s.high.end());
      s.bins.assign(kHistogramBins, 0);
      double sum = 0;
      for (double& mean : s.mean) sum += mean /= seen_;
      if (!std::isfinite(sum) || !std::isfinite(s.last - s.first)) {
        throw ConvertError(
            program_.steps[i].name,
            "expected finite values on the calibration pictures, found infinities or "
            "NaN; check the weights");
      }
    }
    result_.pictures = seen_;
  }

  Calibration take() {
    for (std::optional<PatchSampler>& sampler : samplers_) {
      result_.moments.push_back(sampler ? sampler->take() : PatchMoments(0));
    }
    return std::move(result_);
  }

 private:
  void visit(size_t index) {
    const Step& step = program_.steps[index];
    StepStatistics& statistics = result_.steps[index];
    if (counts_bins_ && samplers_[index]) {
      const auto picture = static_cast<size_t>(seen_);
      samplers_[index]->sample(&run_, patches_, picture * program_.steps.size() + index);
    }
    size_t channel = 0;
    for (const format::Segment& run : step.output) {
      const linnet_tensor tensor = run_.tensor(run.tensor);
      const auto pixels = static_cast<size_t>(tensor.height) * static_cast<size_t>(tensor.width);
      const float* values = tensor.data + run.channel;
      if (counts_bins_) {
        count_bins(values, pixels, tensor.pixel_stride, run.channels, &statistics);
      } else {
        find_extremes(values, pixels, tensor.pixel_stride, run.channels, channel, &statistics);
      }
      channel += run.channels;
    }
  }

  static void find_extremes(const float* values, size_t pixels, size_t stride, size_t channels,
                            size_t first, StepStatistics* s) {
    std::vector<double> sums(channels, 0);
    for (size_t p = 0; p < pixels; ++p, values += stride) {
      for (size_t c = 0; c < channels; ++c) {
        s->low[first + c] = std::min(s->low[first + c], values[c]);
        s->high[first + c] = std::max(s->high[first + c], values[c]);
        sums[c] += values[c];
      }
    }
    for (size_t c = 0; c < channels; ++c) {
      s->mean[first + c] += sums[c] / static_cast<double>(pixels);
    }
  }

  static void count_bins(const float* values, size_t pixels, size_t stride, size_t channels,
                         StepStatistics* s) {
    const float range = s->last - s->first;
    const float scale = range > 0 ? kHistogramBins / range : 0;
    for (size_t p = 0; p < pixels; ++p, values += stride) {
      for (size_t c = 0; c < channels; ++c) {
        const int bin = static_cast<int>((values[c] - s->first) * scale);
        ++s->bins[static_cast<size_t>(std::clamp(bin, 0, kHistogramBins - 1))];
      }
    }
  }

  const Program& program_;
  ProgramRun run_;
  Calibration result_;
  int seen_ = 0;
  bool counts_bins_ = false;
  size_t patches_ = 0;
  std::vector<std::optional<PatchSampler>> samplers_;  // of each step
};

}  // namespace

Calibration calibrate(const Graph& graph, const Program& program,
                      const std::vector<host::Image>& pictures, bool moments,
                      const RunOptions& options, const ProgressCall& progress) {
  if (pictures.empty()) throw std::runtime_error("calibration needs at least one picture");
  Collector collector(graph, program, options);
  size_t done = 0;
  for (int pass = 0; pass < 2; ++pass) {
    if (pass == 1) {
      collector.start_histograms(moments ? divide_round_up(kPatches, pictures.size()) : 0);
    }
    for (const host::Image& picture : pictures) {
      collector.see(picture);
      if (progress) progress("calibration", ++done, 2 * pictures.size());
    }
  }
  return collector.take();
}

}  // namespace linnet::converter
