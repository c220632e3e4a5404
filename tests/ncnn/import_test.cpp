// Each layer type against what ncnn says that it computes.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/ncnn/ncnn_files.h"
#include "tests/support/ir/ir_eval.h"

namespace linnet::test {
namespace {

using converter::Graph;
using converter::Node;
using converter::NodeKind;

FeatureMap made_up_input(int height, int width) {
  FeatureMap map;
  map.shape = {3, height, width};
  uint32_t state = 5;
  for (int i = 0; i < 3 * height * width; ++i) {
    state = state * 1664525 + 1013904223;
    map.data.push_back(static_cast<float>(state >> 8) / 16777216.0f);
  }
  return map;
}

// The heads of two detectors with the same weights elsewhere are the same.
void expect_same(const NcnnFiles& a, const NcnnFiles& b, double tolerance = 1e-5) {
  const FeatureMap input = made_up_input(64, 64);
  const std::vector<FeatureMap> x = evaluate(a.import(), input), y = evaluate(b.import(), input);
  ASSERT_EQ(x.size(), 3u);
  for (size_t k = 0; k < 3; ++k) {
    ASSERT_EQ(x[k].shape, y[k].shape);
    double worst = 0, largest = 0;
    for (size_t i = 0; i < x[k].data.size(); ++i) {
      const double a_value = x[k].data[i], b_value = y[k].data[i];
      worst = std::max(worst, std::abs(a_value - b_value));
      largest = std::max(largest, std::abs(a_value));
    }
    EXPECT_LE(worst, tolerance * std::max(1.0, largest)) << "head " << k;
    EXPECT_GT(largest, 0.1);
  }
}

// The node that makes `name`.
const Node& node_of(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (graph.values[static_cast<size_t>(node.output)].name == name) return node;
  }
  throw std::logic_error("no value " + name);
}

NcnnFiles plain_detector() {
  return detector(8, [](NcnnFiles* f) { f->layer("Noop", "x", "y"); });
}

// A detector whose body is one layer from x to y.
NcnnFiles one_layer(const std::string& type, const std::string& params, int channels = 8) {
  return detector(channels, [&](NcnnFiles* f) { f->layer(type, "x", "y", params); });
}

TEST(NcnnImport, HeadsClassesStridesAndSize) {
  const Graph graph = plain_detector().import();
  ASSERT_EQ(graph.heads.size(), 3u);
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(graph.heads[k].stride, 8 << k);
    EXPECT_TRUE(graph.heads[k].anchors.empty());
    EXPECT_EQ(graph.values[static_cast<size_t>(graph.heads[k].value)].name,
              std::string("head") + std::to_string(k));
  }
  EXPECT_EQ(graph.class_count, 2);
  EXPECT_EQ(graph.native_height, 64);
  EXPECT_EQ(graph.source, "ncnn");
  EXPECT_EQ(graph.source_nodes, 18);
  EXPECT_TRUE(graph.notes.empty());
}

TEST(NcnnImport, HeadsWithoutATail) {
  NcnnFiles files;
  files.layer("Input", "", "in").conv("in", "a", 3, 4, 3, 2).conv("a", "b", 4, 4, 3, 2);
  files.conv("b", "y", 4, 4, 3, 2).heads("y", 4, false);
  const Graph graph = files.import({96, 160});
  EXPECT_EQ(graph.native_height, 96);
  EXPECT_EQ(graph.native_width, 160);
  EXPECT_EQ(graph.class_count, 2);
  ASSERT_EQ(graph.notes.size(), 1u);  // three anchors assumed
  EXPECT_EQ(files.import().native_height, 320);
}

TEST(NcnnImport, SigmoidBehindTheHeadsIsCutOff) {
  NcnnFiles files;
  files.layer("Input", "", "in", "0=64 1=64 2=3").conv("in", "a", 3, 4, 3, 2);
  files.conv("a", "b", 4, 4, 3, 2).conv("b", "y", 4, 4, 3, 2).heads("y", 4, false);
  for (const char* name : {"head0", "head1", "head2"}) {
    files.layer("Sigmoid", name, std::string(name) + "_s");
    files.layer("Reshape", std::string(name) + "_s", std::string(name) + "_r", "0=-1 1=7 2=3");
  }
  const Graph graph = files.import();
  EXPECT_EQ(graph.values[static_cast<size_t>(graph.heads[0].value)].name, "head0");
}

TEST(NcnnImport, DecodingTailWithConstants) {
  NcnnFiles files = plain_detector();
  files.layer("MemoryData", "", "grid", "0=2 1=3").plain({1, 2, 3, 4, 5, 6});
  files.layer("Sigmoid", "head0_permuted", "t0").layer("BinaryOp", "t0,grid", "t1", "0=2");
  files.layer("Slice", "head1_permuted", "t2,t3", "-23300=2,1,-233 1=1");
  files.layer("Concat", "t1,t2,t3,head2_permuted", "out", "0=0");
  EXPECT_EQ(files.import().heads.size(), 3u);
}

TEST(NcnnImport, ConvolutionParameters) {
  NcnnFiles files = detector(4, [](NcnnFiles* f) {
    f->layer("ConvolutionDepthWise", "x", "y",
             "0=4 1=3 11=5 2=1 12=2 3=1 13=1 4=1 14=4 15=1 16=4 5=0 6=120 7=4 9=2 -23310=1,0.25");
    f->tagged(std::vector<float>(120, 0.5f));
  });
  const Graph graph = files.import();
  const Node& node = node_of(graph, "y");
  const converter::Window expected{5, 3, 1, 1, 2, 1, 4, 1, 4, 1};
  EXPECT_EQ(node.window, expected);
  EXPECT_EQ(node.groups, 4);
  EXPECT_EQ(node.activation, Activation::leaky_relu);
  EXPECT_EQ(node.alpha, 0.25f);
  EXPECT_EQ(node.bias, std::vector<float>(4, 0.0f));
}

TEST(NcnnImport, SamePaddingOfConvolutions) {
  for (const auto& [code, left, right] : {std::tuple{-233, 0, 1}, std::tuple{-234, 1, 0}}) {
    NcnnFiles files;
    files.layer("Input", "", "in", "0=64 1=64 2=3");
    files.layer("Convolution", "in", "a", "0=4 1=3 3=2 4=" + std::to_string(code) + " 5=0 6=108");
    files.tagged(std::vector<float>(108, 0.125f));
    files.conv("a", "b", 4, 4, 3, 2).conv("b", "y", 4, 4, 3, 2).heads("y", 4);
    const Graph graph = files.import();
    EXPECT_EQ(node_of(graph, "a").window.pad_left, left);
    EXPECT_EQ(node_of(graph, "a").window.pad_bottom, right);
  }
}

TEST(NcnnImport, FusedActivations) {
  const std::pair<const char*, Activation> cases[] = {
      {"9=0", Activation::none},
      {"9=1", Activation::relu},
      {"9=3 -23310=2,0,6", Activation::relu6},
      {"9=4", Activation::sigmoid},
      {"9=6 -23310=2,1.666667e-01,5.000000e-01", Activation::hard_swish}};
  for (const auto& [params, activation] : cases) {
    const Graph graph =
        detector(8, [p = params](NcnnFiles* f) { f->conv("x", "y", 8, 8, 1, 1, p); }).import();
    EXPECT_EQ(node_of(graph, "y").activation, activation) << params;
  }
}

// Weights of every storage give the same graph as floats.
TEST(NcnnImport, WeightStorage) {
  const std::vector<float> values = {0.5f, -1, 2, 0, 0.25f, -3, 4, 1.5f};
  const auto with = [&](Storage storage, bool depthwise) {
    return detector(8, [&](NcnnFiles* f) {
      f->layer(depthwise ? "ConvolutionDepthWise" : "Convolution", "x", "y",
               depthwise ? "0=8 1=1 5=1 6=8 7=8" : "0=8 1=1 5=1 6=64");
      std::vector<float> weights;
      for (int i = 0; i < (depthwise ? 1 : 8); ++i) {
        weights.insert(weights.end(), values.begin(), values.end());
      }
      if (storage == Storage::table && !depthwise) weights.resize(64);
      f->tagged(weights, storage).plain(std::vector<float>(8, 0.125f));
    });
  };
  for (const bool depthwise : {false, true}) {
    expect_same(with(Storage::f32, depthwise), with(Storage::f16, depthwise));
    expect_same(with(Storage::f32, depthwise), with(Storage::table, depthwise));
  }
  EXPECT_EQ(with(Storage::f16, false).import().notes.size(), 1u);
}

NcnnFiles int8_detector(const std::string& term, const std::vector<float>& scales, int outputs,
                        const std::string& type) {
  return detector(8, [&](NcnnFiles* f) {
    const int weights = type == "Convolution" ? 64 : 8;
    f->layer(type, "x", "y",
             "0=" + std::to_string(outputs) + " 1=1 5=1 6=" + std::to_string(weights) +
                 (type == "Convolution" ? "" : " 7=8") + " 8=" + term);
    std::vector<float> values;
    for (int i = 0; i < weights; ++i) values.push_back(static_cast<float>(i * 37 % 255 - 127));
    f->tagged(values, Storage::s8).plain(std::vector<float>(8, 0.5f)).plain(scales).plain({50});
    if (term.size() == 3) f->plain({20});
  });
}

TEST(NcnnImport, Int8WeightsAreDequantized) {
  const std::vector<float> scales = {1, 2, 4, 8, 16, 32, 0, 128};
  for (const char* term : {"1", "2", "101", "102"}) {
    const Graph graph = int8_detector(term, scales, 8, "Convolution").import();
    const Node& node = node_of(graph, "y");
    EXPECT_EQ(node.weights[0], -127);
    EXPECT_EQ(node.weights[8], (8 * 37 % 255 - 127) / 2.0f);
    EXPECT_EQ(node.weights[63], (63 * 37 % 255 - 127) / 128.0f);
    for (size_t i = 48; i < 56; ++i) EXPECT_EQ(node.weights[i], 0);  // scale 0: an empty filter
    EXPECT_EQ(node.bias[0], 0.5f);
    EXPECT_EQ(node.weight_steps[3], 1 / 8.0f);
    EXPECT_EQ(node.weight_steps[6], 0);
    EXPECT_EQ(node.scales.input(0), (converter::Scale{1 / 50.0f, 0}));
    EXPECT_EQ(node.scales.output.has_value(), term[0] == '1' && term[1] != 0);
  }
  for (const char* term : {"1", "101"}) {
    const Graph graph = int8_detector(term, scales, 8, "ConvolutionDepthWise").import();
    EXPECT_EQ(node_of(graph, "y").weights[2], (2 * 37 - 127) / 4.0f);
  }
  for (const char* term : {"2", "102"}) {
    const Graph graph = int8_detector(term, {4}, 8, "ConvolutionDepthWise").import();
    EXPECT_EQ(node_of(graph, "y").weights[2], (2 * 37 - 127) / 4.0f);
  }
}

TEST(NcnnImport, Pooling) {
  const std::pair<const char*, int> cases[] = {{"0=0 1=3 2=1 3=1 5=1", 1},
                                               {"0=0 1=3 2=1 3=1", 1},
                                               {"0=0 1=3 2=1 5=2", 1},
                                               {"0=1 1=3 2=1 5=3 6=1", 1},
                                               {"0=1 1=5 2=1 3=2 5=1", 2}};
  for (const auto& [params, pad] : cases) {
    const Graph graph = one_layer("Pooling", params).import();
    const Node& node = node_of(graph, "y");
    EXPECT_EQ(node.kind, params[2] == '1' ? NodeKind::avg_pool : NodeKind::max_pool);
    EXPECT_EQ(node.window.pad_left, pad) << params;
    EXPECT_EQ(node.window.pad_bottom, pad) << params;
  }
  const Graph counted = one_layer("Pooling", "0=1 1=3 2=1 5=3 6=1").import();
  EXPECT_TRUE(node_of(counted, "y").count_padding);
}

TEST(NcnnImport, PoolingThatRoundsUpWhereNothingRemains) {
  NcnnFiles files;
  files.layer("Input", "", "in", "0=64 1=64 2=3").layer("Pooling", "in", "a", "0=0 1=2 2=2");
  files.conv("a", "b", 3, 4, 3, 2).conv("b", "y", 4, 4, 3, 2).heads("y", 4);
  EXPECT_EQ(files.import().heads[0].stride, 8);
}

// Squeeze-and-excitation in every form that exporters write.
NcnnFiles gated(const std::vector<std::string>& pool, const std::vector<std::string>& second,
                const std::string& order, bool inner_product = false) {
  return detector(8, [&](NcnnFiles* f) {
    f->layer("Split", "x", "x0,x1");
    f->layer(pool[0], "x0", "p", pool[1]);
    if (second.empty()) {
      f->layer("Noop", "p", "q");
    } else {
      f->layer(second[0], "p", "q", second[1]);
    }
    if (inner_product) {
      f->layer("InnerProduct", "q", "g", "0=8 1=1 2=64 9=4");
      std::vector<float> weights;
      for (int i = 0; i < 64; ++i) weights.push_back(static_cast<float>(i % 7) / 8 - 0.25f);
      f->tagged(weights).plain(std::vector<float>(8, 0.25f));
    } else {
      f->layer("Convolution", "q", "g", "0=8 1=1 5=1 6=64 9=4");
      std::vector<float> weights;
      for (int i = 0; i < 64; ++i) weights.push_back(static_cast<float>(i % 7) / 8 - 0.25f);
      f->tagged(weights).plain(std::vector<float>(8, 0.25f));
    }
    f->layer("BinaryOp", order, "y", "0=2");
  });
}

TEST(NcnnImport, SqueezeAndExcitation) {
  const NcnnFiles reference = gated({"Pooling", "0=1 4=1"}, {}, "x1,g");
  expect_same(reference, gated({"Pooling", "0=1 7=1 8=1"}, {}, "g,x1"));
  expect_same(reference, gated({"Reduction", "0=3 1=0 -23303=2,1,2 4=1"}, {}, "x1,g"));
  expect_same(reference, gated({"Reduction", "0=3 1=0 -23303=2,-1,-2 4=0"},
                               {"ExpandDims", "-23303=2,1,2"}, "x1,g"));
  expect_same(reference, gated({"Pooling", "0=1 4=1"}, {"Reshape", "0=1 1=1 2=-1"}, "x1,g"));
  expect_same(reference, gated({"Pooling", "0=1 4=1"}, {"Flatten", ""}, "x1,g", true));
}

TEST(NcnnImport, CropAndSliceTakeChannels) {
  for (const char* params :
       {"-23309=1,2 -23310=1,6 -23311=1,0", "-23309=1,-6 -23310=1,-2", "2=2 5=4", "2=2 8=2",
        "2=2 3=-233 4=-233 5=4", "-23309=1,2 -23310=1,6 -23311=1,-3"}) {
    const Graph graph = one_layer("Crop", params, 4).import();
    EXPECT_EQ(node_of(graph, "y").begin, 2) << params;
    EXPECT_EQ(node_of(graph, "y").end, 6) << params;
  }
  const Graph to_end = one_layer("Crop", "-23309=1,2 -23310=1,2147483647 -23311=1,0", 6).import();
  EXPECT_EQ(node_of(to_end, "y").end, 8);
  for (const char* params : {"-23300=3,-233,4,-233", "-23302=2,2,6", "-23300=3,2,4,2 1=-3"}) {
    NcnnFiles files = detector(4, [&](NcnnFiles* f) { f->layer("Slice", "x", "a,y,b", params); });
    const Graph graph = files.import();
    EXPECT_EQ(node_of(graph, "y").begin, 2) << params;
    EXPECT_EQ(node_of(graph, "y").end, 6) << params;
    EXPECT_EQ(node_of(graph, "b").end, 8) << params;
  }
}

TEST(NcnnImport, ShuffleAndItsReverse) {
  const Graph graph = one_layer("ShuffleChannel", "0=2").import();
  EXPECT_EQ(node_of(graph, "y").groups, 2);
  const Graph reverse = one_layer("ShuffleChannel", "0=2 1=1").import();
  EXPECT_EQ(node_of(reverse, "y").groups, 4);
  expect_same(plain_detector(), detector(8, [](NcnnFiles* f) {
                f->layer("ShuffleChannel", "x", "s", "0=2");
                f->layer("ShuffleChannel", "s", "y", "0=2 1=1");
              }));
}

TEST(NcnnImport, InterpByFactorAndBySize) {
  for (const char* params : {"0=1 1=2.0 2=2.0", "0=1 3=16 4=16"}) {
    NcnnFiles files = detector(8, [&](NcnnFiles* f) {
      f->layer("Interp", "x", "u", params).layer("Pooling", "u", "y", "0=0 1=2 2=2 5=1");
    });
    EXPECT_EQ(node_of(files.import(), "u").factor, 2) << params;
    expect_same(plain_detector(), files);
  }
}

TEST(NcnnImport, Arithmetic) {
  const auto scaled = [](const std::string& params) { return one_layer("BinaryOp", params); };
  const auto affine = [](const std::string& params) {
    return node_of(one_layer("BinaryOp", params).import(), "y");
  };
  EXPECT_EQ(affine("0=0 1=1 2=3").bias[7], 3);
  EXPECT_EQ(affine("0=1 1=1 2=3").bias[7], -3);
  EXPECT_EQ(affine("0=2 1=1 2=3").weights[7], 3);
  EXPECT_EQ(affine("0=3 1=1 2=4").weights[7], 0.25f);
  EXPECT_EQ(affine("0=7 1=1 2=4").weights[7], -1);
  EXPECT_EQ(affine("0=7 1=1 2=4").bias[7], 4);
  expect_same(scaled("0=0 1=1 2=3"), scaled("0=1 1=1 2=-3"));
  // x - x/2 = x/2
  expect_same(scaled("0=2 1=1 2=0.5"), detector(8, [](NcnnFiles* f) {
                f->layer("Split", "x", "a,b").layer("BinaryOp", "b", "c", "0=2 1=1 2=0.5");
                f->layer("BinaryOp", "a,c", "y", "0=1");
              }));
  for (const char* kind : {"BinaryOp", "Eltwise"}) {
    const std::string add = kind[0] == 'B' ? "0=0" : "0=1";
    expect_same(scaled("0=2 1=1 2=2"), detector(8, [&](NcnnFiles* f) {
                  f->layer("Split", "x", "a,b").layer(kind, "a,b", "y", add);
                }));
  }
}

TEST(NcnnImport, Constants) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto with = [&](const std::string& shape, const std::string& op, bool first) {
    NcnnFiles files = detector(8, [&](NcnnFiles* f) {
      f->layer("MemoryData", "", "k", shape);
      if (shape.find("21=0") == std::string::npos) {
        f->plain(shape == "0=1" ? std::vector<float>{3} : values);
      } else {
        f->tagged(values, Storage::f16);
      }
      f->layer("BinaryOp", first ? "k,x" : "x,k", "y", op);
    });
    return node_of(files.import(), "y");
  };
  EXPECT_EQ(with("0=8", "0=0", false).bias, values);
  EXPECT_EQ(with("0=1 1=1 2=8", "0=2", true).weights, values);
  EXPECT_EQ(with("0=8 21=0", "0=2", true).weights, values);
  EXPECT_EQ(with("0=1", "0=3", false).weights[5], 1 / 3.0f);
  EXPECT_EQ(with("0=8", "0=1", true).weights[0], -1);
  EXPECT_EQ(with("0=8", "0=1", true).bias, values);
}

TEST(NcnnImport, Activations) {
  const std::tuple<const char*, const char*, Activation> cases[] = {
      {"ReLU", "", Activation::relu},
      {"ReLU", "0=0.1", Activation::leaky_relu},
      {"Clip", "0=0 1=6", Activation::relu6},
      {"Swish", "", Activation::silu},
      {"Sigmoid", "", Activation::sigmoid},
      {"HardSwish", "0=0.1666667 1=0.5", Activation::hard_swish},
      {"HardSigmoid", "0=0.1666667 1=0.5", Activation::hard_sigmoid}};
  for (const auto& [type, params, activation] : cases) {
    const Graph graph = one_layer(type, params).import();
    EXPECT_EQ(node_of(graph, "y").kind, NodeKind::activation);
    EXPECT_EQ(node_of(graph, "y").activation, activation) << type;
  }
  // ncnn's own constants: x * min(max(0.2 x + 0.5, 0), 1).
  expect_same(one_layer("HardSwish", ""), detector(8, [](NcnnFiles* f) {
                f->layer("Split", "x", "a,b").layer("HardSigmoid", "a", "g", "0=0.2 1=0.5");
                f->layer("BinaryOp", "g,b", "y", "0=2");
              }));
  const Graph gate = one_layer("HardSigmoid", "").import();
  EXPECT_EQ(node_of(gate, "y/scaled").kind, NodeKind::affine);
}

TEST(NcnnImport, BatchNormAndScale) {
  NcnnFiles norm = detector(8, [](NcnnFiles* f) {
    f->layer("BatchNorm", "x", "y", "0=8 1=0.75");
    for (const float value : {3.0f, 2.0f, 0.25f, 5.0f}) f->plain(std::vector<float>(8, value));
  });
  // 3 * (x - 2) / sqrt(0.25 + 0.75) + 5
  NcnnFiles scale = detector(8, [](NcnnFiles* f) {
    f->layer("Scale", "x", "y", "0=8 1=1");
    f->plain(std::vector<float>(8, 3)).plain(std::vector<float>(8, -1));
  });
  expect_same(norm, scale);
}

TEST(NcnnImport, PaddingJoinsTheConvolution) {
  const auto weights = [] {
    std::vector<float> values;
    for (int i = 0; i < 576; ++i) values.push_back(static_cast<float>(i % 11) / 16 - 0.3f);
    return values;
  };
  const auto body = [&](bool separate) {
    return detector(8, [&](NcnnFiles* f) {
      if (separate) f->layer("Padding", "x", "p", "0=1 1=0 2=1 3=1 4=0 5=0");
      f->layer("Convolution", separate ? "p" : "x", "y",
               separate ? "0=8 1=3 4=0 14=0 15=0 16=1 5=0 6=576" : "0=8 1=3 4=1 5=0 6=576");
      f->tagged(weights());
    });
  };
  expect_same(body(false), body(true));
}

TEST(NcnnImport, FocusAndReorg) {
  const auto first = [](const std::string& type, const std::string& params) {
    NcnnFiles files;
    files.layer("Input", "", "in", "0=64 1=64 2=3").layer(type, "in", "f", params);
    files.conv("f", "b", 12, 4, 3, 2).conv("b", "y", 4, 4, 3, 2).heads("y", 4);
    return files.import();
  };
  const Graph focus = first("YoloV5Focus", "");
  EXPECT_EQ(node_of(focus, "f/blocks").kind, NodeKind::space_to_depth);
  EXPECT_EQ(node_of(focus, "f").permutation,
            (std::vector<int>{0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11}));
  EXPECT_EQ(node_of(first("Reorg", "0=2"), "f").permutation,
            (std::vector<int>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}));
  EXPECT_EQ(node_of(first("Reorg", "0=2 1=1"), "f").permutation[5], 5);
}

}  // namespace
}  // namespace linnet::test
