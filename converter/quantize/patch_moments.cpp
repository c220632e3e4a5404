#include "converter/quantize/patch_moments.h"

#include <algorithm>
#include <random>

namespace linnet::converter {

PatchMoments::PatchMoments(size_t k) : sums_(k, 0) {
  const size_t count = std::max<size_t>(1, divide_round_up(k, kMostOfBlock));
  for (size_t b = 0; b <= count; ++b) blocks_.push_back(b * k / count);
  for (size_t b = 0; b < count; ++b) {
    const size_t size = blocks_[b + 1] - blocks_[b];
    products_.emplace_back(size * size, 0.0f);
  }
}

void PatchMoments::add(const std::vector<float>& patch) {
  if (count_ == 0) center_ = patch;
  ++count_;
  std::vector<float> x(patch.size());
  for (size_t i = 0; i < patch.size(); ++i) {
    x[i] = patch[i] - center_[i];
    sums_[i] += x[i];
  }
  for (size_t b = 0; b < products_.size(); ++b) {
    const size_t size = blocks_[b + 1] - blocks_[b];
    const float* values = x.data() + blocks_[b];
    for (size_t i = 0; i < size; ++i) {
      if (values[i] == 0) continue;
      float* row = products_[b].data() + i * size;
      for (size_t j = i; j < size; ++j) row[j] += values[i] * values[j];
    }
  }
}

double PatchMoments::covariance(size_t block, size_t i, size_t j) const {
  const size_t first = blocks_[block], size = blocks_[block + 1] - first;
  const double sum = products_[block][(std::min(i, j) - first) * size + std::max(i, j) - first];
  return (sum - sums_[i] * sums_[j] / count_) / count_;
}

namespace {

size_t patch_size(const Step& step) {
  return static_cast<size_t>(step.window.kernel_h) * static_cast<size_t>(step.window.kernel_w) *
         static_cast<size_t>(channel_count(step.operands[0]));
}

}  // namespace

PatchSampler::PatchSampler(const Step& step)
    : step_(step), moments_(patch_size(step)), patch_(patch_size(step)) {}

void PatchSampler::sample(ProgramRun* run, size_t count, uint64_t seed) {
  const linnet_tensor out = run->tensor(step_.output[0].tensor);
  const format::Segment& first = step_.operands[0][0];
  const linnet_tensor in = run->tensor(first.tensor);
  const Extent extent = {in.height << first.upsample_shift, in.width << first.upsample_shift};
  std::mt19937_64 random(seed);
  const auto pixels = static_cast<uint64_t>(out.height) * static_cast<uint64_t>(out.width);
  for (size_t i = 0; i < count; ++i) {
    const auto pixel = static_cast<int>(random() % pixels);
    gather(run, extent, pixel / out.width, pixel % out.width);
    moments_.add(patch_);
  }
}

void PatchSampler::gather(ProgramRun* run, Extent in, int y, int x) {
  const Window& w = step_.window;
  float* to = patch_.data();
  for (int r = 0; r < w.kernel_h; ++r) {
    for (int s = 0; s < w.kernel_w; ++s) {
      const int row = y * w.stride_h - w.pad_top + r * w.dilation_h;
      const int column = x * w.stride_w - w.pad_left + s * w.dilation_w;
      const bool inside = row >= 0 && row < in.height && column >= 0 && column < in.width;
      for (const format::Segment& segment : step_.operands[0]) {
        if (!inside) {
          to = std::fill_n(to, segment.channels, 0.0f);
          continue;
        }
        const linnet_tensor tensor = run->tensor(segment.tensor);
        const int shift = segment.upsample_shift;
        const auto pixel = static_cast<size_t>(row >> shift) * static_cast<size_t>(tensor.width) +
                           static_cast<size_t>(column >> shift);
        to = std::copy_n(tensor.data + pixel * tensor.pixel_stride + segment.channel,
                         segment.channels, to);
      }
    }
  }
}

}  // namespace linnet::converter
