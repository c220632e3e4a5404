#include "tests/engine/random_model.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "model/op_traits.h"
#include "tests/support/model_builder.h"

namespace linnet::test {
namespace {

constexpr int kMaxTestExtent = 40;
constexpr int kStrides[] = {1, 2, 4};  // of the heads

struct Size {
  int height, width;
  bool operator==(const Size&) const = default;
};

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  RandomModel run() {
    const Size size{4 * uniform(1, 7), 4 * uniform(1, 7)};
    builder_.native_size(size.height, size.width).max_stride(4);
    if (chance(50)) builder_.input_type(format::kS8);
    tensors_.push_back({size, std::vector<bool>(3, true), builder_.type(0)});
    for (int wanted = uniform(6, 16); wanted > 0; --wanted) add_node();
    for (const int stride : kStrides) add_head(stride);
    return {builder_.build(), size.height, size.width};
  }

 private:
  struct TensorState {
    Size size;
    std::vector<bool> written;  // by channel
    format::DType type = format::kF32;
  };

  int uniform(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return uniform(1, 100) <= percent; }

  // --- views ---------------------------------------------------------------------------------

  static bool overlaps(const ViewSpec& view, const format::Segment& s) {
    return std::any_of(view.begin(), view.end(), [&](const format::Segment& other) {
      return other.tensor == s.tensor && other.channel < s.channel + s.channels &&
             s.channel < other.channel + other.channels;
    });
  }

  // A random run of written channels of tensor t, at most `most` long.
  format::Segment readable_run(int t, int most, int shift) {
    const std::vector<bool>& written = tensors_[static_cast<size_t>(t)].written;
    const int channels = static_cast<int>(written.size());
    int first = uniform(0, channels - 1);
    while (!written[static_cast<size_t>(first)]) first = (first + 1) % channels;
    int count = 0;
    const int wanted = uniform(1, most);
    while (count < wanted && first + count < channels &&
           written[static_cast<size_t>(first + count)]) {
      ++count;
    }
    return segment(t, first, count, shift);
  }

  // A view of the given size. Convolutions may read smaller tensors enlarged.
  ViewSpec readable_view(Size size, int segments, bool may_enlarge, int channels_each = 12) {
    std::vector<std::pair<int, int>> choices;  // tensor, shift
    for (size_t t = 0; t < tensors_.size(); ++t) {
      for (int shift = 0; shift <= (may_enlarge ? 3 : 0); ++shift) {
        const Size& s = tensors_[t].size;
        if (tensors_[t].type == in_ && Size{s.height << shift, s.width << shift} == size) {
          choices.emplace_back(static_cast<int>(t), shift);
        }
      }
    }
    ViewSpec view;
    for (int i = 0; i < segments; ++i) {
      const auto [t, shift] =
          choices[static_cast<size_t>(uniform(0, static_cast<int>(choices.size()) - 1))];
      view.push_back(readable_run(t, channels_each, shift));
    }
    return view;
  }

  // A view of exactly `channels` channels; falls back on runs of one channel.
  ViewSpec readable_view_of(Size size, int channels) {
    ViewSpec view;
    while (channels > 0) {
      const ViewSpec part = readable_view(size, 1, false, channels);
      view.push_back(part[0]);
      channels -= part[0].channels;
    }
    return view;
  }

  std::optional<format::Segment> reuse(Size size, int channels, const ViewSpec& taken) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      const int t = uniform(0, static_cast<int>(tensors_.size()) - 1);
      const TensorState& tensor = tensors_[static_cast<size_t>(t)];
      const int room = static_cast<int>(tensor.written.size()) - channels;
      if (t == 0 || tensor.type != out_ || !(tensor.size == size) || room < 0) continue;
      const format::Segment s = segment(t, uniform(0, room), channels);
      if (!overlaps(taken, s)) return s;
    }
    return std::nullopt;
  }

  format::Segment fresh(Size size, int channels) {
    const int before = chance(50) ? 0 : uniform(1, 5);
    const int after = chance(50) ? 0 : uniform(1, 5);
    const int all = before + channels + after;
    const int t = builder_.tensor(std::to_string(tensors_.size()) + "t", all, out_);
    tensors_.push_back({size, std::vector<bool>(static_cast<size_t>(all), false), out_});
    return segment(t, before, channels);
  }

  // Where a node that reads `reads` writes: new tensors, or free channels of old ones.
  ViewSpec writable_view(Size size, int channels, ViewSpec reads, bool one_segment = false) {
    ViewSpec view;
    while (channels > 0) {
      const int n = one_segment || chance(50) ? channels : uniform(1, channels);
      const std::optional<format::Segment> old = chance(40) ? reuse(size, n, reads) : std::nullopt;
      const format::Segment s = old ? *old : fresh(size, n);
      view.push_back(s);
      reads.push_back(s);
      channels -= n;
    }
    for (const format::Segment& s : view) {
      for (int c = 0; c < s.channels; ++c) {
        tensors_[s.tensor].written[static_cast<size_t>(s.channel + c)] = true;
      }
    }
    return view;
  }

  static int channels_of(const ViewSpec& view) {
    int sum = 0;
    for (const format::Segment& s : view) sum += s.channels;
    return sum;
  }

  static ViewSpec joined(ViewSpec a, const ViewSpec& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  // --- nodes ---------------------------------------------------------------------------------

  // Of a tensor that the node may read.
  Size some_size() {
    size_t t = 0;
    do {
      t = static_cast<size_t>(uniform(0, static_cast<int>(tensors_.size()) - 1));
    } while (tensors_[t].type != in_);
    return tensors_[t].size;
  }

  // Chooses what the node reads and makes; false if there is nothing that it could read.
  bool choose_types(format::OpCode op) {
    const auto exists = [&](format::DType type) {
      return std::any_of(tensors_.begin(), tensors_.end(),
                         [&](const TensorState& t) { return t.type == type; });
    };
    const auto other = [](format::DType type) {
      return type == format::kF32 ? format::kS8 : format::kF32;
    };
    const format::TypeRule rule = format::op_traits(op)->types;
    in_ = chance(50) ? format::kF32 : format::kS8;
    if (rule == format::TypeRule::f32 || rule == format::TypeRule::to_s8) in_ = format::kF32;
    if (rule == format::TypeRule::to_f32) in_ = format::kS8;
    const bool free = rule == format::TypeRule::same || rule == format::TypeRule::dense;
    if (!exists(in_) && free) in_ = other(in_);
    out_ = in_;
    if (rule == format::TypeRule::to_s8 || rule == format::TypeRule::to_f32) out_ = other(in_);
    if (rule == format::TypeRule::dense && chance(30)) out_ = format::kF32;
    return exists(in_);
  }

  Epilogue some_epilogue() {
    const auto activation = static_cast<Activation>(uniform(0, kActivationCount - 1));
    return {activation, activation == Activation::leaky_relu ? 0.1f : 0.0f};
  }

  // One side of a window that fits: kernel, stride, dilation, padding before and after.
  void draw_side(int extent, bool may_dilate, int* kernel, int* stride, int* dilation, int* before,
                 int* after, int* out) {
    do {
      *kernel = chance(20) ? uniform(1, 9) : uniform(1, 5);
      *stride = uniform(1, 3);
      *dilation = may_dilate ? uniform(1, 2) : 1;
      const int reach = *dilation * (*kernel - 1);
      *before = uniform(0, std::min(reach, 255));
      *after = uniform(0, std::min(reach, 255));
      *out = (extent + *before + *after - reach - 1);
    } while (*out < 0);
    *out = *out / *stride + 1;
  }

  WindowSpec some_window(Size in, bool may_dilate, Size* out) {
    WindowSpec w;
    if (chance(30)) {  // what most layers are
      w = chance(50) ? window(1) : window(3, uniform(1, 2), 1);
      out->height = (in.height + 2 * w.pad_top - w.kernel_h) / w.stride_h + 1;
      out->width = (in.width + 2 * w.pad_left - w.kernel_w) / w.stride_w + 1;
      return w;
    }
    draw_side(in.height, may_dilate, &w.kernel_h, &w.stride_h, &w.dilation_h, &w.pad_top,
              &w.pad_bottom, &out->height);
    draw_side(in.width, may_dilate, &w.kernel_w, &w.stride_w, &w.dilation_w, &w.pad_left,
              &w.pad_right, &out->width);
    return w;
  }

  void add_conv() {
    const Size base = some_size();
    const int shift = uniform(0, 2);
    Size in{base.height << shift, base.width << shift};
    if (in.height > kMaxTestExtent || in.width > kMaxTestExtent) in = base;
    Size out{};
    const WindowSpec w = some_window(in, true, &out);
    const ViewSpec view = readable_view(in, uniform(1, 4), true);
    builder_.conv(view, writable_view(out, uniform(1, 40), view), w, some_epilogue());
  }

  void add_winograd_conv() {
    const Size in = some_size();
    WindowSpec w = window(3);
    w.pad_top = uniform(0, 2);
    w.pad_left = uniform(0, 2);
    w.pad_bottom = uniform(0, 2);
    w.pad_right = uniform(0, 2);
    const Size out{in.height + w.pad_top + w.pad_bottom - 2,
                   in.width + w.pad_left + w.pad_right - 2};
    if (out.height < 1 || out.width < 1) return;
    const ViewSpec view = readable_view(in, uniform(1, 4), true);
    builder_.winograd_conv(view, writable_view(out, uniform(1, 40), view), w, chance(50) ? 2 : 4,
                           some_epilogue());
  }

  void add_window_op(format::OpCode op) {
    const Size in = some_size();
    Size out{};
    const WindowSpec w = some_window(in, op == format::k_dwconv2d, &out);
    const ViewSpec view = readable_view(in, uniform(1, 3), false);
    const ViewSpec to = writable_view(out, channels_of(view), view);
    if (op == format::k_dwconv2d) {
      builder_.dwconv(view, to, w, some_epilogue());
    } else if (op == format::k_max_pool) {
      builder_.max_pool(view, to, w);
    } else {
      builder_.avg_pool(view, to, w, chance(50));
    }
  }

  void add_pair_op(format::OpCode op) {
    const Size size = some_size();
    const ViewSpec a = readable_view(size, uniform(1, 3), false);
    const bool has_pixel = std::any_of(tensors_.begin(), tensors_.end(), [&](const auto& t) {
      return t.type == in_ && t.size == Size{1, 1};
    });
    const Size b_size = has_pixel && chance(50) ? Size{1, 1} : size;
    const ViewSpec b = readable_view_of(b_size, channels_of(a));
    const ViewSpec to = writable_view(size, channels_of(a), joined(a, b));
    if (op == format::k_add) {
      builder_.add(a, b, to, some_epilogue());
    } else {
      builder_.mul(a, b, to, some_epilogue());
    }
  }

  void add_plain_op(format::OpCode op) {
    const Size size = some_size();
    const ViewSpec view = readable_view(size, uniform(1, 4), false);
    const Size out = op == format::k_global_avg_pool ? Size{1, 1} : size;
    const ViewSpec to = writable_view(out, channels_of(view), view);
    if (op == format::k_global_avg_pool) {
      builder_.global_avg_pool(view, to);
    } else if (op == format::k_activation) {
      builder_.activation(view, to, some_epilogue());
    } else if (op == format::k_quantize) {
      builder_.quantize(view, to);
    } else if (op == format::k_dequantize) {
      builder_.dequantize(view, to);
    } else if (op == format::k_copy) {
      builder_.copy(view, to);
    } else {
      builder_.concat(view, to);
    }
  }

  void add_shuffle() {
    const Size size = some_size();
    const ViewSpec view = readable_view(size, 1, false, 24);
    const int channels = channels_of(view);
    int groups = uniform(1, channels);
    while (channels % groups != 0) --groups;
    builder_.channel_shuffle(view, writable_view(size, channels, view, true), groups);
  }

  void add_resize(format::OpCode op) {
    const Size in = some_size();
    const ViewSpec view = readable_view(in, 1, false, 6);
    const int factor = uniform(2, 3);
    if (op == format::k_upsample) {
      if (in.height * factor > kMaxTestExtent || in.width * factor > kMaxTestExtent) return;
      const Size out{in.height * factor, in.width * factor};
      builder_.upsample(view, writable_view(out, channels_of(view), view, true), factor);
      return;
    }
    if (in.height % factor != 0 || in.width % factor != 0) return;
    const Size out{in.height / factor, in.width / factor};
    const int channels = channels_of(view) * factor * factor;
    builder_.space_to_depth(view, writable_view(out, channels, view, true), factor);
  }

  void add_node() {
    const int code = chance(30) ? format::k_conv2d : uniform(1, 16);
    const auto op = static_cast<format::OpCode>(code);
    if (!choose_types(op)) return;
    switch (op) {
      case format::k_conv2d:
        return add_conv();
      case format::k_winograd_conv2d:
        return add_winograd_conv();
      case format::k_dwconv2d:
      case format::k_max_pool:
      case format::k_avg_pool:
        return add_window_op(op);
      case format::k_add:
      case format::k_mul:
        return add_pair_op(op);
      case format::k_channel_shuffle:
        return add_shuffle();
      case format::k_upsample:
      case format::k_space_to_depth:
        return add_resize(op);
      default:
        return add_plain_op(op);
    }
  }

  void add_head(int stride) {
    const int t = builder_.tensor("head" + std::to_string(stride), 6);
    builder_.conv(builder_.whole(0), builder_.whole(t), window(stride, stride));
    builder_.head(t, stride, {{10, 20}});
  }

  std::mt19937 random_;
  format::DType in_ = format::kF32, out_ = format::kF32;  // of the node being added
  ModelBuilder builder_;
  std::vector<TensorState> tensors_;
};

}  // namespace

RandomModel make_random_model(uint32_t seed) {
  return Generator(seed).run();
}

}  // namespace linnet::test
