// What each class of module becomes.
#include <cmath>

#include "converter/frontend/frontend.h"
#include "tests/support/ir/ir_eval.h"
#include "tests/support/torch/checkpoint_writer.h"
#include "tests/torch/expect_error.h"

namespace linnet::converter {
namespace {

using test::torch::activation;
using test::torch::batch_norm;
using test::torch::block;
using test::torch::conv2d;
using test::torch::conv_block;
using test::torch::integer;
using test::torch::module_list;
using test::torch::ModuleSpec;
using test::torch::sequential;

Graph import_around(const ModuleSpec& middle, int inputs, int outputs) {
  return import_torch(
      test::torch::write_checkpoint(test::torch::model_around(middle, inputs, outputs)), {});
}

// The nodes of model.1, "conv affine silu …".
std::string kinds(const ModuleSpec& middle, int inputs, int outputs) {
  const Graph graph = import_around(middle, inputs, outputs);
  std::string text;
  for (const Node& node : graph.nodes) {
    if (node.name.rfind("model.1", 0) != 0) continue;
    constexpr const char* kActivations[] = {"none", "relu",       "relu6",   "leaky_relu",
                                            "silu", "hard_swish", "sigmoid", "hard_sigmoid"};
    text += text.empty() ? "" : " ";
    text += node.kind == NodeKind::activation ? kActivations[static_cast<int>(node.activation)]
                                              : node_kind_name(node.kind);
  }
  return text;
}

// A torch.nn module with attributes but without weights.
ModuleSpec layer(const std::string& module, const std::string& name) {
  return {"torch.nn.modules." + module, name, {}, {}, {}, {}};
}

ModuleSpec pool(int kernel, int stride) {
  return layer("pooling", "MaxPool2d")
      .with("kernel_size", integer(kernel))
      .with("stride", integer(stride))
      .with("padding", integer(kernel / 2));
}

ModuleSpec bottleneck(int channels, bool add) {
  return block("Bottleneck", {{"cv1", conv_block(channels, channels, 1)},
                              {"cv2", conv_block(channels, channels, 3)}})
      .with("add", integer(add));
}

constexpr const char* kConv = "conv affine silu";

TEST(Blocks, Activations) {
  EXPECT_EQ(kinds(activation("ReLU"), 4, 4), "relu");
  EXPECT_EQ(kinds(activation("ReLU6"), 4, 4), "relu6");
  EXPECT_EQ(kinds(activation("SiLU"), 4, 4), "silu");
  EXPECT_EQ(kinds(activation("Hardswish"), 4, 4), "hard_swish");
  EXPECT_EQ(kinds(activation("Hardsigmoid"), 4, 4), "hard_sigmoid");
  EXPECT_EQ(kinds(activation("Sigmoid"), 4, 4), "sigmoid");
  EXPECT_EQ(kinds(layer("linear", "Identity"), 4, 4), "");
  EXPECT_EQ(kinds(layer("dropout", "Dropout"), 4, 4), "");
  EXPECT_EQ(kinds(block("SiLU", {}), 4, 4), "silu");
  EXPECT_EQ(kinds(block("Hardswish", {}), 4, 4), "hard_swish");
  EXPECT_EQ(kinds(block("Hswish", {{"relu", activation("ReLU6")}}), 4, 4), "hard_sigmoid");
  const ModuleSpec leaky = activation("LeakyReLU").with("negative_slope", test::torch::real(0.125));
  EXPECT_EQ(import_around(leaky, 4, 4).nodes[1].alpha, 0.125f);
}

TEST(Blocks, FusedConvolutionsHaveNoBatchNorm) {
  ModuleSpec fused =
      block("Conv", {{"conv", conv2d(4, 4, 3, 1, 1, true)}, {"act", activation("SiLU")}});
  EXPECT_EQ(kinds(fused, 4, 4), "conv silu");
}

TEST(Blocks, YoloV5) {
  const auto cv = [](int inputs) { return conv_block(inputs, 4, 1); };
  EXPECT_EQ(kinds(conv_block(4, 4, 3), 4, 4), kConv);
  const std::string two = std::string(kConv) + " " + kConv;
  EXPECT_EQ(kinds(bottleneck(4, false), 4, 4), two);
  EXPECT_EQ(kinds(bottleneck(4, true), 4, 4), two + " add");
  const ModuleSpec c3 = block(
      "C3",
      {{"cv1", cv(4)}, {"cv2", cv(4)}, {"cv3", cv(8)}, {"m", sequential({bottleneck(4, true)})}});
  EXPECT_EQ(kinds(c3, 4, 4), two + " " + kConv + " add " + kConv + " concat " + kConv);
  const ModuleSpec spp =
      block("SPP", {{"cv1", cv(4)}, {"cv2", cv(12)}, {"m", module_list({pool(3, 1), pool(5, 1)})}});
  EXPECT_EQ(kinds(spp, 4, 4), std::string(kConv) + " max_pool max_pool concat " + kConv);
  const ModuleSpec sppf = block("SPPF", {{"cv1", cv(4)}, {"cv2", cv(16)}, {"m", pool(5, 1)}});
  EXPECT_EQ(kinds(sppf, 4, 4), std::string(kConv) + " max_pool max_pool max_pool concat " + kConv);
  const ModuleSpec csp = block("BottleneckCSP", {{"cv1", cv(4)},
                                                 {"cv2", conv2d(4, 4, 1)},
                                                 {"cv3", conv2d(4, 4, 1)},
                                                 {"cv4", cv(8)},
                                                 {"bn", batch_norm(8)},
                                                 {"act", activation("SiLU")},
                                                 {"m", sequential({})}});
  EXPECT_EQ(kinds(csp, 4, 4), std::string(kConv) + " conv conv concat affine silu " + kConv);
  const ModuleSpec ghost = block("GhostConv", {{"cv1", cv(4)}, {"cv2", cv(4)}});
  EXPECT_EQ(kinds(ghost, 4, 8), two + " concat");
}

TEST(Blocks, Lite) {
  const auto branch = [](int inputs) {
    return sequential({conv2d(inputs, 4, 1), batch_norm(4), activation("ReLU")});
  };
  ModuleSpec one = block("Shuffle_Block", {{"branch2", branch(4)}}).with("stride", integer(1));
  EXPECT_EQ(kinds(one, 8, 8), "slice slice conv affine relu concat channel_shuffle");
  ModuleSpec two = block("Shuffle_Block", {{"branch1", branch(4)}, {"branch2", branch(4)}})
                       .with("stride", integer(2));
  EXPECT_EQ(kinds(two, 4, 8), "conv affine relu conv affine relu concat channel_shuffle");
  const ModuleSpec stem =
      block("conv_bn_relu_maxpool", {{"conv", branch(4)}, {"maxpool", pool(3, 1)}});
  EXPECT_EQ(kinds(stem, 4, 4), "conv affine relu max_pool");
  const ModuleSpec depthwise = block("DWConvblock", {{"conv1", conv2d(4, 4, 5, 1, 4)},
                                                     {"bn1", batch_norm(4)},
                                                     {"conv2", conv2d(4, 4, 1)},
                                                     {"bn2", batch_norm(4)}});
  EXPECT_EQ(kinds(depthwise, 4, 4), "conv affine relu conv affine relu");
  const ModuleSpec average = layer("pooling", "AdaptiveAvgPool2d").with("output_size", integer(1));
  const ModuleSpec gate = block("ES_SEModule", {{"avg_pool", average},
                                                {"conv1", conv2d(4, 2, 1, 1, 1, true)},
                                                {"relu", activation("ReLU")},
                                                {"conv2", conv2d(2, 4, 1, 1, 1, true)},
                                                {"hardsigmoid", activation("Hardsigmoid")}});
  EXPECT_EQ(kinds(gate, 4, 4), "global_avg_pool conv relu conv hard_sigmoid mul");
  const ModuleSpec cbh = block(
      "CBH",
      {{"conv", conv2d(4, 4, 1)}, {"bn", batch_norm(4)}, {"hardswish", activation("Hardswish")}});
  const ModuleSpec lc = block("LC_Block", {{"dw_conv", cbh}, {"se", gate}, {"pw_conv", cbh}})
                            .with("use_se", integer(1));
  EXPECT_EQ(kinds(lc, 4, 4),
            "conv affine hard_swish global_avg_pool conv relu conv hard_sigmoid mul conv affine "
            "hard_swish");
}

TEST(Blocks, Upsample) {
  ModuleSpec upsample =
      layer("upsampling", "Upsample").with("scale_factor", test::torch::real(2.0));
  EXPECT_EQ(import_around(upsample, 4, 4).nodes[1].factor, 2);
  upsample.with("mode", test::torch::text("bilinear"));
  expect_contains(error_of([&] { import_around(upsample, 4, 4); }), "expected mode 'nearest'");
}

// Runs the middle part alone: its output is the input of the first head's convolution.
std::vector<float> run_middle(const ModuleSpec& middle, int inputs, int outputs, int size) {
  Graph graph = import_around(middle, inputs, outputs);
  graph.heads = {Head{graph.nodes[graph.nodes.size() - 3].inputs[0], 8, {}}};
  test::FeatureMap input{{3, size, size}, {}};
  for (int i = 0; i < 3 * size * size; ++i) input.data.push_back(static_cast<float>(i % 13) / 13);
  return test::evaluate(graph, input)[0].data;
}

TEST(Blocks, FocusOrdersPixelsByColumns) {
  // A 1x1 convolution that copies: the four pixels of each block, (0,0) (1,0) (0,1) (1,1).
  ModuleSpec copy = conv2d(12, 12, 1);
  copy.parameters[0].second.values.assign(144, 0.0f);
  for (size_t i = 0; i < 12; ++i) copy.parameters[0].second.values[13 * i] = 1;
  const ModuleSpec focus = block("Focus", {{"conv", block("Conv", {{"conv", copy}})}});
  const std::vector<float> focused = run_middle(focus, 3, 12, 64);
  const std::vector<float> plain = run_middle(layer("linear", "Identity"), 3, 3, 64);
  ASSERT_EQ(focused.size(), 12u * 16);
  ASSERT_EQ(plain.size(), 3u * 64);
  for (size_t c = 0; c < 12; ++c) {
    const size_t dy = c / 3 % 2;
    const size_t dx = c / 6;
    for (size_t p = 0; p < 16; ++p) {
      const size_t from = c % 3 * 64 + (p / 4 * 2 + dy) * 8 + p % 4 * 2 + dx;
      EXPECT_EQ(focused[c * 16 + p], plain[from]) << c << " " << p;
    }
  }
}

ModuleSpec conv_bn(int channels, int kernel, int groups) {
  ModuleSpec pair =
      sequential({conv2d(channels, channels, kernel, 1, groups), batch_norm(channels)});
  pair.children[0].name = "conv";
  pair.children[1].name = "bn";
  return pair;
}

TEST(Blocks, RepVggIsTheSumOfItsBranches) {
  for (const int groups : {1, 2}) {
    const ModuleSpec dense = conv_bn(4, 3, groups);
    const ModuleSpec pointwise = conv_bn(4, 1, groups);
    const ModuleSpec rep = block("RepVGGBlock", {{"nonlinearity", layer("linear", "Identity")},
                                                 {"se", layer("linear", "Identity")},
                                                 {"rbr_dense", dense},
                                                 {"rbr_1x1", pointwise},
                                                 {"rbr_identity", batch_norm(4)}});
    EXPECT_EQ(kinds(rep, 4, 4), "conv");
    const std::vector<float> sum = run_middle(rep, 4, 4, 64);
    const std::vector<float> a = run_middle(dense, 4, 4, 64);
    const std::vector<float> b = run_middle(pointwise, 4, 4, 64);
    const std::vector<float> c = run_middle(batch_norm(4), 4, 4, 64);
    for (size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(sum[i], a[i] + b[i] + c[i], 1e-5) << i;
  }
}

TEST(Blocks, RepVggDeployed) {
  const ModuleSpec deployed = block("RepVGGBlock", {{"nonlinearity", activation("SiLU")},
                                                    {"se", layer("linear", "Identity")},
                                                    {"rbr_reparam", conv2d(4, 4, 3, 1, 1, true)}});
  EXPECT_EQ(kinds(deployed, 4, 4), "conv silu");
  const ModuleSpec fused = block("RepVGGBlock", {{"nonlinearity", activation("SiLU")},
                                                 {"rbr_dense", conv2d(4, 4, 3, 1, 1, true)}});
  EXPECT_EQ(kinds(fused, 4, 4), "conv silu");
}

TEST(Blocks, BatchNormInDouble) {
  const Graph graph = import_around(batch_norm(4), 4, 4);
  const Node& affine = graph.nodes[1];
  ASSERT_EQ(affine.kind, NodeKind::affine);
  // weight 1 - 8/32, variance 1 - 8/16, mean -8/64, bias 1/8 - 8/16 of the first channel.
  const double scale = 0.75 / std::sqrt(0.5 + 1e-3);
  EXPECT_EQ(affine.weights[0], static_cast<float>(scale));
  EXPECT_EQ(affine.bias[0], static_cast<float>(-0.375 + 0.125 * scale));
}

TEST(Blocks, DeepAndCyclicTreesEnd) {
  ModuleSpec deep = activation("ReLU");
  for (int i = 0; i < 100; ++i) deep = sequential({deep});
  expect_contains(error_of([&] { import_around(deep, 4, 4); }), "nested too deeply");
}

}  // namespace
}  // namespace linnet::converter
