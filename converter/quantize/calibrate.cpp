#include "converter/quantize/calibrate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "converter/emit/emit.h"
#include "converter/quantize/value_flow.h"
#include "host/arena_session.h"
#include "host/file.h"

namespace linnet::converter {
namespace {

class Collector {
 public:
  Collector(const Graph& graph, const Program& program, const CalibrationOptions& options)
      : program_(program), file_(emit(graph, program)) {
    linnet_model model;
    if (linnet_model_verify(file_.data(), file_.size(), &model) != LINNET_OK) {
      host::fail("calibration", model.error);
    }
    linnet_config config = linnet_config_default();
    config.height = options.height;
    config.width = options.width;
    config.flags = LINNET_EVERY_TENSOR;
    config.on_step = [](void* self, int node) { static_cast<Collector*>(self)->visit(node - 1); };
    config.on_step_context = this;
    session_.open(model, config, options.threads, "calibration");
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
    const linnet_image view = picture.view();
    session_.check(session_->letterbox(view));
    session_.check(session_->run(nullptr, nullptr));
    ++seen_;
  }

  void start_histograms() {
    counts_bins_ = true;
    for (StepStatistics& s : result_.steps) {
      s.first = *std::min_element(s.low.begin(), s.low.end());
      s.last = *std::max_element(s.high.begin(), s.high.end());
      s.bins.assign(kHistogramBins, 0);
      for (double& mean : s.mean) mean /= seen_;
    }
    result_.pictures = seen_;
  }

  Calibration take() { return std::move(result_); }

 private:
  // The step has run; what it made is still there.
  void visit(int index) {
    if (index < 0) return;
    const Step& step = program_.steps[static_cast<size_t>(index)];
    StepStatistics& statistics = result_.steps[static_cast<size_t>(index)];
    size_t channel = 0;
    for (const format::Segment& run : step.output) {
      linnet_tensor tensor{};
      session_.check(linnet_session_tensor(session_.get(), run.tensor, &tensor));
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
  host::AlignedFile file_;
  host::ArenaSession session_;
  Calibration result_;
  int seen_ = 0;
  bool counts_bins_ = false;
};

}  // namespace

Calibration calibrate(const Graph& graph, const Program& program,
                      const std::vector<host::Image>& pictures, const CalibrationOptions& options) {
  if (pictures.empty()) throw std::runtime_error("calibration needs at least one picture");
  Collector collector(graph, program, options);
  double done = 0;
  for (int pass = 0; pass < 2; ++pass) {
    if (pass == 1) collector.start_histograms();
    for (const host::Image& picture : pictures) {
      collector.see(picture);
      done += 0.5;
      if (options.progress) options.progress(done / static_cast<double>(pictures.size()));
    }
  }
  return collector.take();
}

}  // namespace linnet::converter
