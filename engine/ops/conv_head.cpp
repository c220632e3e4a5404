#include "engine/ops/conv_head.h"

#include "engine/arena.h"
#include "engine/head_decoder.h"

namespace linnet {
namespace {

constexpr int kPanel = kIgemmF32PanelWidth;  // of both types
static_assert(kPanel == kIgemmS8PanelWidth);
constexpr int kObjectness = 4;  // x, y, w, h, objectness, classes

int values_per_anchor(const SessionState& session) {
  return kObjectness + 1 + session.model.header().class_count;
}

// The channel of the view that lies at this channel of the tensor.
int view_channel(const View& view, int tensor_channel) {
  int first = 0;
  for (int i = 0; i < view.count; ++i) {
    const format::Segment& run = view.segments[i];
    const int offset = tensor_channel - run.channel;
    if (offset >= 0 && offset < run.channels) return first + offset;
    first += run.channels;
  }
  return 0;
}

// Panels that hold objectness, in rising order, each once.
int objectness_panels(const SessionState& session, const Step& step, int anchors, int* panels) {
  int count = 0;
  for (int a = 0; a < anchors; ++a) {
    const int channel = a * values_per_anchor(session) + kObjectness;
    const int panel = view_channel(step.out, channel) / kPanel;
    int at = count;
    while (at > 0 && panels[at - 1] > panel) --at;
    if (at > 0 && panels[at - 1] == panel) continue;
    for (int i = count++; i > at; --i) panels[i] = panels[i - 1];
    panels[at] = panel;
  }
  return count;
}

int segments_of_tensor(const View& view, int tensor) {
  int count = 0;
  for (int s = 0; s < view.count; ++s) count += view.segments[s].tensor == tensor;
  return count;
}

// No node but this one touches the tensor.
bool is_sole_user(const ModelView& model, const format::Node& user, int tensor) {
  for (int i = 0; i < model.node_count(); ++i) {
    const format::Node& node = model.node(i);
    for (int k = 0; k < node.operand_count; ++k) {
      if (segments_of_tensor(model.operand(node, k), tensor) != 0) return false;
    }
    if (&node != &user && segments_of_tensor(model.output(node), tensor) != 0) return false;
  }
  return true;
}

}  // namespace

int head_of_step(const ModelView& model, const Step& step) {
  if (step.node->op != format::k_conv2d) return -1;
  for (int i = 0; i < model.head_count(); ++i) {
    const int tensor = model.head(i).tensor;
    const bool whole = step.out.channels() == model.tensor(tensor).channels &&
                       segments_of_tensor(step.out, tensor) == step.out.count;
    if (whole && is_sole_user(model, *step.node, tensor)) return i;
  }
  return -1;
}

float objectness_gate(float confidence) {
  constexpr float kMargin = 0.01f;
  float low = -88.0f, high = 88.0f;  // sigmoid(low) is 0 or next to it, sigmoid(high) is 1
  for (int i = 0; i < 40; ++i) {
    const float middle = low + (high - low) / 2;
    if (sigmoid_f32(middle) > confidence) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return low - kMargin;
}

namespace {

struct Scratch {
  float* logits;      // [mr][channels], in the order of the output view
  float* cell;        // [channels], in the order of the head
  float* objectness;  // [panels][mr][panel width]
  uint8_t* passes;    // by pixel of a block
  size_t bytes;
};

Scratch divide(const Step& step, int mr, int block_pixels, void* memory) {
  const auto channels = static_cast<size_t>(step.out.channels());
  const auto pixels = static_cast<size_t>(mr);
  Arena arena(memory);
  Scratch scratch;
  scratch.logits = arena.take<float>(pixels * channels);
  scratch.cell = arena.take<float>(channels);
  scratch.objectness = arena.take<float>(format::kMaxAnchorsPerHead * pixels * kPanel);
  scratch.passes = arena.take<uint8_t>(static_cast<size_t>(block_pixels));
  scratch.bytes = arena.used();
  return scratch;
}

// One convolution of a head in a running detection.
template <typename Kernel>
class HeadBlocks {
 public:
  HeadBlocks(const SessionState& session, const Step& step, ConvBlock<Kernel>* block, void* scratch)
      : step_(step),
        detection_(*session.detection),
        block_(*block),
        record_(session.model.head(step.head)),
        values_(values_per_anchor(session)),
        first_order_(first_order_of_head(session, step.head)),
        parts_(divide(step, block->mr(), conv_block_pixels<Kernel>(step), scratch)),
        panel_count_(objectness_panels(session, step, record_.anchor_count, panels_)),
        decoder_{record_, detection_.options, session.model.header().class_count, detection_.gate,
                 &detection_.heap} {
    for (int a = 0; a < record_.anchor_count; ++a) {
      const int channel = view_channel(step.out, a * values_ + kObjectness);
      int i = 0;
      while (panels_[i] != channel / kPanel) ++i;
      place_[a] = i * block->mr() * kPanel + channel % kPanel;
    }
  }

  void run() {
    for (int p = 0; p < block_.count(); p += block_.mr()) find_passing(p);
    const int first = block_.first();
    block_.filter([&](int pixel) { return parts_.passes[pixel - first] != 0; });
    for (int p = 0; p < block_.count(); p += block_.mr()) decode_tile(p);
  }

 private:
  int tile_pixels(int p) const {
    return block_.count() - p < block_.mr() ? block_.count() - p : block_.mr();
  }

  void find_passing(int p) {
    for (int i = 0; i < panel_count_; ++i) {
      const int begin = panels_[i] * kPanel, left = step_.out.channels() - begin;
      block_.compute(p, begin, left < kPanel ? left : kPanel,
                     parts_.objectness + i * block_.mr() * kPanel, kPanel);
    }
    for (int m = 0; m < tile_pixels(p); ++m) {
      bool passes = false;
      for (int a = 0; a < record_.anchor_count; ++a) {
        passes = passes || parts_.objectness[place_[a] + m * kPanel] > detection_.gate;
      }
      parts_.passes[p + m] = passes;
    }
  }

  void decode_tile(int p) {
    const int channels = step_.out.channels();
    block_.compute(p, 0, channels, parts_.logits, static_cast<size_t>(channels));
    const int width = step_.out_extent.width;
    const auto anchors = static_cast<uint32_t>(record_.anchor_count);
    detection_.lock();
    for (int m = 0; m < tile_pixels(p); ++m) {
      unscramble(parts_.logits + static_cast<ptrdiff_t>(m) * channels);
      const int pixel = block_.kept_pixel(p + m);
      const uint32_t order = first_order_ + static_cast<uint32_t>(pixel) * anchors;
      for (int a = 0; a < record_.anchor_count; ++a) {
        decoder_.decode(parts_.cell + a * values_, pixel / width, pixel % width, a,
                        order + static_cast<uint32_t>(a));
      }
    }
    detection_.unlock();
  }

  // From the order of the view to that of the head.
  void unscramble(const float* logits) {
    for (int s = 0; s < step_.out.count; ++s) {
      const format::Segment& run = step_.out.segments[s];
      for (int c = 0; c < run.channels; ++c) parts_.cell[run.channel + c] = *logits++;
    }
  }

  const Step& step_;
  Detection& detection_;
  ConvBlock<Kernel>& block_;
  const format::HeadRecord& record_;
  int values_;
  uint32_t first_order_;  // of the head's first cell
  Scratch parts_;
  int panels_[format::kMaxAnchorsPerHead];
  int panel_count_;
  int place_[format::kMaxAnchorsPerHead];  // of an anchor's objectness of pixel 0 of a tile
  HeadDecoder decoder_;
};

}  // namespace

size_t head_scratch_bytes(const Step& step, int mr, int block_pixels) {
  return divide(step, mr, block_pixels, nullptr).bytes;
}

template <typename Kernel>
void run_head_block(const SessionState& session, const Step& step, ConvBlock<Kernel>* block,
                    void* scratch) {
  HeadBlocks<Kernel>(session, step, block, scratch).run();
}

#if !LINNET_NO_F32
template void run_head_block(const SessionState&, const Step&, ConvBlock<ConvKernelF32>*, void*);
#endif
#if !LINNET_NO_INT8
template void run_head_block(const SessionState&, const Step&, ConvBlock<ConvKernelS8>*, void*);
#endif

}  // namespace linnet
