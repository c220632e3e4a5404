#include "engine/ops/conv_rows.h"

#include <cstring>

namespace linnet {
namespace {

int taps(const format::Node& node) {
  return node.kernel_h * node.kernel_w;
}

// Output columns whose window leaves the picture, at most `width`.
int border_columns(const Step& step) {
  const format::Node& node = *step.node;
  int columns = 0;
  for (int x = 0; x < step.out_extent.width; ++x) {
    const int left = x * node.stride_w - node.pad_left;
    columns += left < 0 || left + node.kernel_w > step.in_extent.width;
  }
  return columns;
}

// Without a window or upsampling the rows of the picture follow one another as pixels do.
bool is_pointwise(const Step& step) {
  const format::Node& node = *step.node;
  bool pointwise = taps(node) == 1 && node.stride_h == 1 && node.stride_w == 1 &&
                   step.in_extent.width == step.out_extent.width;
  for (int s = 0; s < step.in[0].count; ++s) {
    pointwise = pointwise && step.in[0].segments[s].upsample_shift == 0;
  }
  return pointwise;
}

template <typename T>
class RowFiller {
 public:
  RowFiller(const SessionState& session, const Step& step, const ConvShape& shape, int mr,
            const T** rows, T* border, const T* padding)
      : session_(session),
        step_(step),
        node_(*step.node),
        shape_(shape),
        mr_(mr),
        rows_(rows),
        border_(border),
        padding_(padding),
        pointwise_(is_pointwise(step)) {}

  void fill(int first, int count) {
    const int width =
        pointwise_ ? step_.out_extent.width * step_.out_extent.height : step_.out_extent.width;
    for (int p = 0; p < count;) {
      const int y = (first + p) / width;
      const int x = (first + p) % width;
      const int n = count - p < width - x ? count - p : width - x;
      fill_run(y, x, n, p);
      p += n;
    }
    const int m = count % mr_;
    if (m == 0) return;
    const T** tile = at(count - m, 0);
    for (int t = 0; t < shape_.segments; ++t, tile += mr_) {
      for (int p = m; p < mr_; ++p) tile[p] = tile[m - 1];
    }
  }

 private:
  const T** at(int p, int segment) const {
    return rows_ +
           static_cast<size_t>(p / mr_ * shape_.segments + segment) * static_cast<size_t>(mr_) +
           p % mr_;
  }

  // Pixels [x, x + n) of output row y, which are pixels p and on of the block.
  void fill_run(int y, int x, int n, int p) {
    int segment = 0;
    for (int r = 0; r < node_.kernel_h; ++r) {
      const int row = y * node_.stride_h - node_.pad_top + r * node_.dilation_h;
      const bool inside = row >= 0 && row < step_.in_extent.height;
      if (shape_.merged) {
        fill_merged(inside ? row : -1, x, n, p, segment++);
        continue;
      }
      for (int c = 0; c < node_.kernel_w; ++c) {
        for (int s = 0; s < step_.in[0].count; ++s) {
          fill_tap(inside ? row : -1, c, step_.in[0].segments[s], x, n, p, segment++);
        }
      }
    }
  }

  // Calls pointer(x) for each pixel of the run and stores what it returns.
  template <typename Pointer>
  void for_each_pixel(int x, int n, int p, int segment, const Pointer& pointer) const {
    const T** to = at(p, segment);
    int lane = p % mr_;
    const int skip = (shape_.segments - 1) * mr_;
    for (int i = 0; i < n; ++i) {
      *to++ = pointer(x + i);
      if (++lane == mr_) {
        lane = 0;
        to += skip;
      }
    }
  }

  // Pixel i at first + i * step.
  void fill_linear(const T* first, size_t step, int n, int p, int segment) const {
    const T** to = at(p, segment);
    for (int lane = p % mr_; n > 0; lane = 0) {
      const int count = n < mr_ - lane ? n : mr_ - lane;
      for (int i = 0; i < count; ++i, first += step) to[i] = first;
      to += static_cast<std::ptrdiff_t>(shape_.segments) * mr_ - lane;
      n -= count;
    }
  }

  // One tap on one run of channels; row -1 is padding.
  void fill_tap(int row, int tap, const format::Segment& run, int x, int n, int p, int segment) {
    if (row < 0) return fill_linear(padding_, 0, n, p, segment);
    const Tensor& tensor = session_.tensors[run.tensor];
    const int shift = run.upsample_shift;
    const T* line = pixel<T>(tensor, row >> shift, 0, run.channel);
    const int offset = tap * node_.dilation_w - node_.pad_left;
    const int stride = node_.stride_w, width = step_.in_extent.width;
    const int first = x * stride + offset, last = first + (n - 1) * stride;
    if (shift == 0 && first >= 0 && (last < width || pointwise_)) {
      const auto channels = static_cast<size_t>(tensor.channels);
      return fill_linear(line + static_cast<size_t>(first) * channels,
                         static_cast<size_t>(stride) * channels, n, p, segment);
    }
    for_each_pixel(x, n, p, segment, [&](int column) {
      const int in = column * stride + offset;
      return in < 0 || in >= width
                 ? padding_
                 : line + static_cast<size_t>(in >> shift) * static_cast<size_t>(tensor.channels);
    });
  }

  // All taps of a row of the window.
  void fill_merged(int row, int x, int n, int p, int segment) {
    if (row < 0) return fill_linear(padding_, 0, n, p, segment);
    const Tensor& tensor = session_.tensors[step_.in[0].segments[0].tensor];
    const T* line = pixel<T>(tensor, row, 0, 0);
    const auto channels = static_cast<size_t>(tensor.channels);
    while (n > 0) {
      const int left = x * node_.stride_w - node_.pad_left;
      const int room = tensor.width - node_.kernel_w - left;  // columns to the last whole window
      int count = 1;
      if (left < 0 || room < 0) {
        *at(p, segment) = cut_row(tensor, line, left);
      } else {
        count = room / node_.stride_w + 1 < n ? room / node_.stride_w + 1 : n;
        fill_linear(line + static_cast<size_t>(left) * channels,
                    static_cast<size_t>(node_.stride_w) * channels, count, p, segment);
      }
      x += count;
      p += count;
      n -= count;
    }
  }

  // A copy of the window's row with zeros where it leaves the picture.
  const T* cut_row(const Tensor& tensor, const T* line, int left) {
    T* const copy = border_;
    const auto channels = static_cast<size_t>(tensor.channels);
    for (int c = left; c < left + node_.kernel_w; ++c, border_ += channels) {
      const bool inside = c >= 0 && c < tensor.width;
      const T* from = inside ? line + static_cast<size_t>(c) * channels : padding_;
      std::memcpy(border_, from, channels * sizeof(T));
    }
    return copy;
  }

  const SessionState& session_;
  const Step& step_;
  const format::Node& node_;
  ConvShape shape_;  // a copy: what is written through rows_ cannot change it
  int mr_;
  const T** rows_;
  T* border_;
  const T* padding_;
  bool pointwise_;
};

}  // namespace

ConvSegments conv_segments(const Step& step) {
  // The tensor's channels are the run's if the input is a whole tensor, and do not matter else.
  return {*step.node, step.in[0], step.whole_input ? step.in[0].channels() : 0};
}

ConvShape::ConvShape(const Step& step) {
  const ConvSegments all = conv_segments(step);
  merged = all.merged;
  segments = all.count;
  window_values = taps(*step.node) * step.in[0].channels();
}

void fill_segment_channels(const Step& step, int* k) {
  conv_segments(step).for_each(*step.node, step.in[0], [&](int channels) { *k++ = channels; });
}

size_t conv_padding_values(const Step& step) {
  int most = 0;
  conv_segments(step).for_each(*step.node, step.in[0],
                               [&](int channels) { most = channels > most ? channels : most; });
  return static_cast<size_t>(most);
}

size_t conv_border_values(const Step& step, int pixels) {
  const ConvShape shape(step);
  if (!shape.merged) return 0;
  const int image_rows = pixels / step.out_extent.width + 2;  // that the block touches
  const int cut = border_columns(step) * image_rows;
  return static_cast<size_t>(cut < pixels ? cut : pixels) *
         static_cast<size_t>(shape.window_values);
}

template <typename T>
void fill_conv_rows(const SessionState& session, const Step& step, const ConvShape& shape, int mr,
                    int first, int count, const T** rows, T* border, const T* padding) {
  RowFiller<T>(session, step, shape, mr, rows, border, padding).fill(first, count);
}

#if !LINNET_NO_F32
template void fill_conv_rows(const SessionState&, const Step&, const ConvShape&, int, int, int,
                             const float**, float*, const float*);
#endif
#if !LINNET_NO_INT8
template void fill_conv_rows(const SessionState&, const Step&, const ConvShape&, int, int, int,
                             const int8_t**, int8_t*, const int8_t*);
#endif

}  // namespace linnet
