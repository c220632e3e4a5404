#include "engine/ops/conv_head.h"

#include "kernels/activation_f32/exp.h"

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

}  // namespace

int head_of_step(const ModelView& model, const Step& step) {
  if (step.node->op != format::k_conv2d) return -1;
  for (int i = 0; i < model.head_count(); ++i) {
    const int tensor = model.head(i).tensor;
    bool all = step.out.channels() == model.tensor(tensor).channels;
    for (int s = 0; s < step.out.count; ++s) all = all && step.out.segments[s].tensor == tensor;
    if (all) return i;
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

template <typename Kernel>
void run_head_block(const SessionState& session, const Step& step, ConvBlock<Kernel>* block) {
  const int anchors = session.model.head(step.head).anchor_count;
  const int channels = step.out.channels();
  int panels[format::kMaxAnchorsPerHead];
  const int count = objectness_panels(session, step, anchors, panels);
  const auto panel_end = [&](int panel) {
    return (panel + 1) * kPanel < channels ? (panel + 1) * kPanel : channels;
  };
  for (int i = 0; i < count; ++i) block->run(panels[i] * kPanel, panel_end(panels[i]));

  const Tensor& head = session.tensors[session.model.head(step.head).tensor];
  const int values = values_per_anchor(session);
  block->filter([&](int pixel) {
    const float* logits = static_cast<const float*>(head.data) +
                          static_cast<size_t>(pixel) * static_cast<size_t>(channels);
    for (int a = 0; a < anchors; ++a) {
      if (logits[a * values + kObjectness] > session.objectness_gate) return true;
    }
    return false;
  });
  int done = 0;
  for (int i = 0; i < count; ++i) {
    block->run(done, panels[i] * kPanel);
    done = panel_end(panels[i]);
  }
  block->run(done, channels);
}

template void run_head_block(const SessionState&, const Step&, ConvBlock<ConvKernelF32>*);
template void run_head_block(const SessionState&, const Step&, ConvBlock<ConvKernelS8ToF32>*);

}  // namespace linnet
