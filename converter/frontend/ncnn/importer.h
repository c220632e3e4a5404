// ncnn layers to graph nodes. Layer parameters: https://github.com/Tencent/ncnn/wiki/operators and
// src/layer/*.cpp there. The member functions are spread over files by what the layers do:
//   importer.cpp         dispatch, blobs
//   tail.cpp             where the network ends and decoding begins
//   layers_window.cpp    convolutions, pooling, padding
//   layers_channels.cpp  concat, crop, slice, shuffle, resize
//   layers_math.cpp      arithmetic, activations, normalization, constants
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "converter/frontend/frontend.h"
#include "converter/frontend/ncnn/param_file.h"
#include "converter/frontend/ncnn/weight_reader.h"
#include "converter/ir/graph.h"
#include "model/format.h"

namespace linnet::converter::ncnn {

inline constexpr int kMaxChannels = static_cast<int>(format::kMaxChannels);
inline constexpr int kMaxKernel = static_cast<int>(format::kMaxKernel);
inline constexpr int kMaxStride = static_cast<int>(format::kMaxStride);
inline constexpr int kMaxPadding = 255;
inline constexpr int kRest = -233;  // ncnn's "whatever is left"

[[noreturn]] void unsupported(const Layer& layer, const std::string& what,
                              const std::string& supported);

// Zeros around a feature map.
struct Border {
  int top = 0, bottom = 0, left = 0, right = 0;
  bool operator==(const Border&) const = default;
};

// Numbers of a MemoryData layer.
struct Constant {
  std::vector<float> values;
  bool per_channel = false;  // a vector, or one value for each channel of a feature map
};

// What a blob name stands for: a value of the graph, a constant (MemoryData) or something behind a
// head.
struct Blob {
  ValueId value = kNoValue;
  int channels = 0;
  bool is_tail = false;
  Border border;  // from a Padding layer; waits for the convolution that reads the blob
  std::shared_ptr<const Constant> constant;

  bool is_constant() const { return constant != nullptr; }
};

class Importer {
 public:
  Importer(Bytes param, Bytes bin, const ImportOptions& options);
  Graph run();

 private:
  using Handler = void (Importer::*)(const Layer&);
  struct Row {
    const char* type;
    Handler handler;
  };
  static std::span<const Row> handlers();
  void import(const Layer& layer);

  // --- blobs; `index` counts the layer's inputs
  // ---------------------------------------------------
  const Blob& read_any(const Layer& layer, size_t index);
  // A value of the graph without a border: what most layers take.
  Blob read(const Layer& layer, size_t index);
  void define(const Layer& layer, const std::string& name, Blob blob);
  // Adds a node whose output is the layer's only output.
  ValueId add(const Layer& layer, Node node, int channels);
  ValueId add_hidden(const Layer& layer, Node node, const std::string& value_name);
  static Node unary(NodeKind kind, const Blob& in);
  // True for a value that is 1x1 whatever the input's size: ncnn keeps it as a plain vector.
  bool is_vector(const Blob& blob) const;
  // `value` for each channel; bounded in sum, since a short file may ask for many.
  std::vector<float> repeated(const Layer& layer, float value, int channels);

  // --- tail.cpp
  // -----------------------------------------------------------------------------------
  bool import_tail(const Layer& layer);
  bool starts_tail(const Layer& layer, const Blob& in) const;
  ValueId logits_of(ValueId value);
  void add_head(ValueId value, int anchors);
  void find_heads();
  void set_classes();
  void set_strides();

  // --- layers
  // -------------------------------------------------------------------------------------
  void input(const Layer& layer);
  void split(const Layer& layer);
  void alias(const Layer& layer);
  void vector_alias(const Layer& layer);

  void convolution(const Layer& layer);
  void inner_product(const Layer& layer);
  void pooling(const Layer& layer);
  void reduction(const Layer& layer);
  void padding(const Layer& layer);

  void concat(const Layer& layer);
  void add_slice(const Layer& layer, const Blob& in, int begin, int end, const std::string& output);
  void crop(const Layer& layer);
  void slice(const Layer& layer);
  void shuffle(const Layer& layer);
  void interp(const Layer& layer);
  int interp_factor(const Layer& layer, const Blob& in);
  void reorg(const Layer& layer);
  void focus(const Layer& layer);
  void add_space_to_depth(const Layer& layer, const Blob& in, int factor,
                          const std::vector<int>& permutation);

  void binary_op(const Layer& layer);
  void add_affine(const Layer& layer, const Blob& in, std::vector<float> scale,
                  std::vector<float> shift);
  void with_constant(const Layer& layer, const Blob& in, int op, const Constant& constant);
  void add_pair(const Layer& layer, Blob a, Blob b, NodeKind kind);
  void eltwise(const Layer& layer);
  void activation(const Layer& layer);
  void hard_activation(const Layer& layer);
  void batch_norm(const Layer& layer);
  void scale(const Layer& layer);
  void memory_data(const Layer& layer);

  std::vector<Layer> layers_;
  WeightReader weights_;
  ImportOptions options_;
  Graph graph_;
  std::map<std::string, Blob> blobs_;
  std::vector<bool> vectors_;      // of each value of the graph
  std::vector<int> head_anchors_;  // anchors a cell of each head; 0 = the file does not say
  size_t repeated_floats_ = 0;
  int sized_interps_ = 0;
};

// --- layers_math.cpp, also for layers with a fused activation
// --------------------------------------

// Activation `type` (ncnn's activation_type) with its parameters.
void set_activation(const Layer& layer, int type, const std::vector<double>& params, Node* node);

}  // namespace linnet::converter::ncnn
