#include "bench/network.h"

#include <cmath>
#include <cstring>
#include <random>
#include <span>
#include <stdexcept>

#include "bench/topologies/topologies.h"
#include "host/arena_session.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/winograd_f32/pack.h"
#include "model/crc32.h"
#include "model/model_view.h"

namespace linnet::bench {
namespace {

// Uniform random numbers of a standard deviation that keeps the variance from layer to layer (K. He
// et al., arXiv:1502.01852); biases are zero.
class WeightFiller {
 public:
  explicit WeightFiller(uint32_t seed) : engine_(seed) {}

  void fill(const ModelView& model, const format::Node& node) {
    auto* weights = static_cast<float*>(const_cast<void*>(model.weights(node)));
    const View in = model.operand(node, 0);
    const auto taps = static_cast<size_t>(node.kernel_h * node.kernel_w);
    if (node.weight_layout == format::kIgemmF32N8k1) {
      const size_t k = taps * static_cast<size_t>(in.channels());
      const size_t panel = igemm_f32_panel_floats(k);
      const auto n = static_cast<size_t>(model.output(node).channels());
      for (size_t i = 0; i < igemm_f32_panel_count(n); ++i) {
        float* first = weights + i * panel + kIgemmF32PanelWidth;
        const size_t real =
            n - i * kIgemmF32PanelWidth;  // outputs of the panel that are not padding
        for (size_t j = 0; j < k * kIgemmF32PanelWidth; ++j) {
          if (j % kIgemmF32PanelWidth < real)
            first[j] = next(std::sqrt(6.0 / static_cast<double>(k)));
        }
      }
    } else if (node.weight_layout == format::kWinogradF32N8k1) {
      fill_winograd(node.parameter, static_cast<size_t>(model.output(node).channels()),
                    static_cast<size_t>(in.channels()), weights);
    } else if (node.weight_layout == format::kDwconvF32K1c8) {
      const auto channels = static_cast<size_t>(in.channels());
      const size_t row = dwconv_f32_weight_row_floats(channels);
      for (size_t t = 1; t <= taps; ++t) {
        for (size_t c = 0; c < channels; ++c) {
          weights[t * row + c] = next(std::sqrt(3.0 / static_cast<double>(taps)));
        }
      }
    }
  }

 private:
  void fill_winograd(int tile, size_t outputs, size_t inputs, float* weights) {
    std::vector<float> filters(outputs * inputs * 9);
    for (float& x : filters) x = next(std::sqrt(6.0 / static_cast<double>(inputs * 9)));
    const std::vector<float> bias(outputs, 0.0f);
    const std::vector<float> packed =
        pack_winograd_f32(tile, filters.data(), bias.data(), outputs, inputs);
    std::memcpy(weights, packed.data(), packed.size() * sizeof(float));
  }

  float next(double bound) {
    return static_cast<float>((static_cast<double>(engine_()) / 2147483648.0 - 1.0) * bound);
  }
  std::mt19937 engine_;
};

// A trained detector says "no object" nearly everywhere; so do these biases.
void bias_objectness(const ModelView& model, const format::Node& node) {
  constexpr float kBias = -30.0f;
  const View out = model.output(node);
  const int values = 5 + model.header().class_count;
  for (int h = 0; h < model.head_count(); ++h) {
    if (out.segments[0].tensor != model.head(h).tensor) continue;
    auto* weights = static_cast<float*>(const_cast<void*>(model.weights(node)));
    const size_t panel = igemm_f32_panel_floats(
        static_cast<size_t>(node.kernel_h * node.kernel_w * model.operand(node, 0).channels()));
    size_t channel = 0;
    for (int s = 0; s < out.count; ++s) {
      for (int c = 0; c < out.segments[s].channels; ++c, ++channel) {
        if ((out.segments[s].channel + c) % values == 4) {
          weights[channel / kIgemmF32PanelWidth * panel + channel % kIgemmF32PanelWidth] = kBias;
        }
      }
    }
  }
}

// The file that the topology is the beginning of.
std::shared_ptr<host::AlignedFile> complete(const Topology& topology) {
  format::Header header;
  std::memcpy(&header, topology.begin, sizeof header);
  std::vector<uint8_t> bytes(topology.begin, topology.begin + topology.size);
  bytes.resize(header.file_bytes);
  auto file = std::make_shared<host::AlignedFile>(std::move(bytes));
  const ModelView model(file->data());
  WeightFiller filler(1);
  for (int i = 0; i < model.node_count(); ++i) {
    filler.fill(model, model.node(i));
    if (model.node(i).op == format::k_conv2d) bias_objectness(model, model.node(i));
  }
  auto* in_place = reinterpret_cast<format::Header*>(file->data());
  in_place->crc32 = 0;
  in_place->crc32 = crc32(0, file->data(), file->size());
  return file;
}

}  // namespace

Network::Network(std::string name, const std::string& origin,
                 std::shared_ptr<host::AlignedFile> file)
    : name_(std::move(name)), file_(std::move(file)) {
  if (linnet_model_verify(file_->data(), file_->size(), &model_) != LINNET_OK) {
    host::fail(origin, model_.error);
  }
  (void)linnet_model_get_info(&model_, &info_);
}

Network Network::from_file(const std::string& path) {
  return Network(host::file_stem(path), path, std::make_shared<host::AlignedFile>(path));
}

Network Network::builtin(const std::string& name) {
  for (const Topology& topology : topologies()) {
    if (name == topology.name) return Network(name, name, complete(topology));
  }
  throw std::runtime_error("no built-in network '" + name + "'");
}

std::vector<std::string> Network::builtin_names() {
  std::vector<std::string> names;
  for (const Topology& topology : topologies()) names.emplace_back(topology.name);
  return names;
}

}  // namespace linnet::bench
