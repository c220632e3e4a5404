// Small networks for the tests of the passes.
#pragma once

#include <random>

#include "converter/ir/graph.h"
#include "tests/support/ir/ir_eval.h"

namespace linnet::test {

class GraphBuilder {
 public:
  explicit GraphBuilder(uint32_t seed, int extent = 64);

  using Value = converter::ValueId;
  Value input() const { return graph_.input; }
  Value conv(Value in, int outputs, int kernel, int stride, int groups = 1,
             Activation activation = Activation::none);
  Value depthwise(Value in, int kernel, int stride);
  Value affine(Value in);
  Value activation(Value in, Activation activation);
  Value pool(Value in, int kernel, int stride);
  Value global_average(Value in);
  Value pair(converter::NodeKind kind, Value a, Value b);
  Value concat(const std::vector<Value>& parts);
  Value slice(Value in, int begin, int end);
  Value shuffle(Value in, int groups);
  Value upsample(Value in, int factor);
  Value space_to_depth(Value in);
  Value permute(Value in, std::vector<int> permutation);
  Value identity(Value in);
  // Heads of 3 anchors on three values, one class.
  converter::Graph finish(Value p3, Value p4, Value p5);

  int channels(Value value) const;
  // A number in [0, bound).
  int below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }

 private:
  Value add(converter::NodeKind kind, const std::vector<Value>& inputs, converter::Node node);
  std::vector<float> numbers(size_t count);

  converter::Graph graph_;
  std::mt19937 random_;
};

// A picture of noise for a graph.
FeatureMap noise(const converter::Graph& graph, uint32_t seed);

// Largest difference between two evaluations; infinity if their shapes differ.
double distance(const std::vector<FeatureMap>& a, const std::vector<FeatureMap>& b);

// A ShuffleNet-like detector of random widths, depths and extras (squeeze-and-excite, grouped
// convolutions, pools, adds across scales, …): every kind of node can occur.
converter::Graph random_detector(uint32_t seed);

}  // namespace linnet::test
