// Every form in which the same small detector can be saved gives the same graph.
#include "converter/frontend/frontend.h"
#include "tests/support/torch/checkpoint_writer.h"
#include "tests/torch/expect_error.h"

namespace linnet::converter {
namespace {

using test::torch::ByteVector;
using test::torch::CheckpointOptions;
using test::torch::ModuleSpec;
using test::torch::PickleWriter;

Graph import(const ByteVector& file) {
  return import_torch(file, {});
}

void expect_same(const Graph& a, const Graph& b) {
  EXPECT_EQ(to_text(a), to_text(b));
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].weights, b.nodes[i].weights) << a.nodes[i].name;
    EXPECT_EQ(a.nodes[i].bias, b.nodes[i].bias) << a.nodes[i].name;
  }
  EXPECT_EQ(a.class_names, b.class_names);
  ASSERT_EQ(a.heads.size(), b.heads.size());
  for (size_t i = 0; i < a.heads.size(); ++i) EXPECT_EQ(a.heads[i].stride, b.heads[i].stride);
}

Graph baseline() {
  return import(test::torch::write_checkpoint(test::torch::tiny_model()));
}

TEST(Checkpoint, Metadata) {
  const Graph graph = baseline();
  EXPECT_EQ(graph.source, "torch");
  EXPECT_EQ(graph.class_count, 2);
  EXPECT_EQ(graph.class_names, (std::vector<std::string>{"thing 0", "thing 1"}));
  EXPECT_EQ(graph.names_origin, Origin::file);
  EXPECT_EQ(graph.anchors_origin, Origin::file);
  ASSERT_EQ(graph.heads.size(), 3u);
  for (size_t h = 0; h < 3; ++h) {
    EXPECT_EQ(graph.heads[h].stride, 8 << h);
    ASSERT_EQ(graph.heads[h].anchors.size(), 3u);
    const auto stride = static_cast<float>(8 << h);
    EXPECT_EQ(graph.heads[h].anchors[0].width, (1 + static_cast<float>(6 * h) / 8) * stride);
  }
  EXPECT_EQ(graph.native_height, 320);
  EXPECT_EQ(graph.native_width, 320);
  EXPECT_EQ(graph.source_nodes, static_cast<int>(graph.nodes.size()));
}

TEST(Checkpoint, ElementTypes) {
  for (const char* storage : {"HalfStorage", "DoubleStorage"}) {
    CheckpointOptions options;
    options.storage = storage;
    expect_same(import(test::torch::write_checkpoint(test::torch::tiny_model(), options)),
                baseline());
    options.big_endian = true;
    expect_same(import(test::torch::write_checkpoint(test::torch::tiny_model(), options)),
                baseline());
  }
}

TEST(Checkpoint, Containers) {
  for (const char* folder : {"best/", "", "a b/"}) {
    CheckpointOptions options;
    options.folder = folder;
    options.zip.data_descriptors = options.zip.zip64 = options.zip.align = true;
    expect_same(import(test::torch::write_checkpoint(test::torch::tiny_model(), options)),
                baseline());
  }
  for (const int protocol : {2, 3, 4, 5}) {
    CheckpointOptions options;
    options.protocol = protocol;
    expect_same(import(test::torch::write_checkpoint(test::torch::tiny_model(), options)),
                baseline());
  }
  expect_same(import(test::torch::write_legacy_checkpoint(test::torch::tiny_model())), baseline());
  CheckpointOptions bare;
  bare.key = "";
  expect_same(import(test::torch::write_checkpoint(test::torch::tiny_model(), bare)), baseline());
}

TEST(Checkpoint, PrefersTheAveragedModel) {
  CheckpointOptions options;
  options.key = "ema";
  options.more = [](PickleWriter& pickle) { pickle.text("model").none(); };
  const Graph graph = import(test::torch::write_checkpoint(test::torch::tiny_model(), options));
  expect_same(graph, baseline());
  expect_contains(graph.notes[0], "ema");
  options.key = "model";
  options.more = [](PickleWriter& pickle) { pickle.text("ema").none(); };
  expect_contains(
      import(test::torch::write_checkpoint(test::torch::tiny_model(), options)).notes[0],
      "'model'");
}

TEST(Checkpoint, Wrappers) {
  ModuleSpec wrapper = {"torch.nn.parallel.data_parallel",
                        "DataParallel",
                        {{"module", test::torch::tiny_model()}},
                        {},
                        {},
                        {}};
  const Graph graph = import(test::torch::write_checkpoint(wrapper));
  EXPECT_EQ(graph.nodes.size(), baseline().nodes.size());
  EXPECT_EQ(graph.class_names, baseline().class_names);
}

TEST(Checkpoint, TrainingSize) {
  CheckpointOptions options;
  options.more = [](PickleWriter& pickle) {
    pickle.text("opt").global("argparse", "Namespace").op(')').op('\x81').op('}').mark();
    pickle.text("img_size").op(']').mark().integer(500).integer(640).op('e').op('u').op('b');
  };
  const ByteVector file = test::torch::write_checkpoint(test::torch::tiny_model(), options);
  EXPECT_EQ(import(file).native_height, 512);
  const Graph asked = import_torch(file, {.height = 160, .width = 128});
  EXPECT_EQ(asked.native_height, 160);
  EXPECT_EQ(asked.native_width, 128);
}

TEST(Checkpoint, Names) {
  ModuleSpec model = test::torch::tiny_model();
  model.with("names", [](PickleWriter& pickle) {
    pickle.op('}').mark().integer(1).text("b").integer(0).text("a").op('u');
  });
  EXPECT_EQ(import(test::torch::write_checkpoint(model)).class_names,
            (std::vector<std::string>{"a", "b"}));
  model.with("names", test::torch::text_list({"one name too few"}));
  const Graph graph = import(test::torch::write_checkpoint(model));
  EXPECT_TRUE(graph.class_names.empty());
  EXPECT_EQ(graph.names_origin, Origin::unknown);
}

TEST(Checkpoint, AnchorGridIsInPixels) {
  ModuleSpec model = test::torch::tiny_model();
  test::torch::TensorSpec grid = {{3, 1, 3, 1, 1, 2}, {}, {}, 0, false};
  for (int i = 0; i < 18; ++i) grid.values.push_back(static_cast<float>(10 + i));
  model.at("model.3").buffers.emplace_back("anchor_grid", grid);
  const Graph graph = import(test::torch::write_checkpoint(model));
  EXPECT_EQ(graph.heads[0].anchors[0].width, 10);
  EXPECT_EQ(graph.heads[2].anchors[2].height, 27);
}

TEST(Checkpoint, StridesFromTheGrids) {
  ModuleSpec model = test::torch::tiny_model();
  model.buffers.clear();
  const Graph graph = import(test::torch::write_checkpoint(model));
  for (size_t h = 0; h < 3; ++h) EXPECT_EQ(graph.heads[h].stride, 8 << h);
  EXPECT_EQ(graph.anchors_origin, Origin::file);
}

TEST(Checkpoint, LegacyClassesWithSource) {
  CheckpointOptions options;
  options.class_sources = true;
  expect_same(import(test::torch::write_legacy_checkpoint(test::torch::tiny_model(), options)),
              baseline());
}

std::string error_of_model(const ModuleSpec& model) {
  return error_of([&] { import(test::torch::write_checkpoint(model)); });
}

TEST(CheckpointErrors, NoModel) {
  CheckpointOptions options;
  options.key = "state_dict";
  expect_contains(
      error_of([&] { import(test::torch::write_checkpoint(test::torch::tiny_model(), options)); }),
      "save the whole model");
  options.key = "something";
  expect_contains(
      error_of([&] { import(test::torch::write_checkpoint(test::torch::tiny_model(), options)); }),
      "expected a model");
  const ByteVector no_pickle = test::torch::write_zip({{"a/x", {1}}});
  expect_contains(error_of([&] { import(no_pickle); }), "no data.pkl");
  const ByteVector script = test::torch::write_zip({{"a/data.pkl", {1}}, {"a/constants.pkl", {1}}});
  expect_contains(error_of([&] { import(script); }), "TorchScript");
}

TEST(CheckpointErrors, UnknownClassNamesPathClassAndWhatIsSupported) {
  ModuleSpec model = test::torch::tiny_model();
  model.at("model.1").name = "TransformerBlock";
  const std::string message = error_of_model(model);
  expect_contains(message, "'model.1' (models.common.TransformerBlock)");
  expect_contains(message, "Shuffle_Block");
}

TEST(CheckpointErrors, BlocksThatAreNotWhatTheirNameSays) {
  ModuleSpec model = test::torch::tiny_model();
  model.at("model.1").children.push_back({"attention", test::torch::conv2d(4, 4, 1)});
  expect_contains(error_of_model(model), "has a module 'attention'");
  model = test::torch::tiny_model();
  model.at("model.1.conv")
      .parameters.emplace_back("weight_orig", test::torch::TensorSpec{{1}, {1}, {}});
  expect_contains(error_of_model(model), "has a parameter 'weight_orig'");
  model = test::torch::tiny_model();
  model.at("model.1").with("forward", test::torch::text("another"));
  expect_contains(error_of_model(model), "forward() was replaced");
}

TEST(CheckpointErrors, Layers) {
  ModuleSpec model = test::torch::tiny_model();
  model.at("model.1.conv").with("padding_mode", test::torch::text("reflect"));
  expect_contains(error_of_model(model), "padding_mode 'zeros', found 'reflect'");
  model = test::torch::tiny_model();
  model.at("model.1").with("f", test::torch::integer(7));
  expect_contains(error_of_model(model), "found 7");
  model = test::torch::tiny_model();
  model.at("model.0").attributes.clear();
  expect_contains(error_of_model(model), "attribute 'f'");
  model = test::torch::tiny_model();
  model.at("model.3.m.0").parameters.pop_back();
  model.at("model.3.m.0") = test::torch::conv2d(4, 20, 1);
  expect_contains(error_of_model(model), "anchors x (classes + 5), found 20");
  model = test::torch::tiny_model();
  model.at("model.1.bn") = test::torch::batch_norm(5);
  expect_contains(error_of_model(model), "expected 5 channels, found 4");
  model = test::torch::tiny_model();
  model.at("model.1.act") = test::torch::activation("GELU");
  expect_contains(error_of_model(model), "torch.nn.modules.activation.GELU");
}

TEST(CheckpointErrors, OtherHeads) {
  ModuleSpec model = test::torch::tiny_model();
  model.at("model.3").children.push_back({"cv2", test::torch::sequential({})});
  expect_contains(error_of_model(model), "decoupled");
  model = test::torch::tiny_model();
  model.at("model").children.pop_back();
  expect_contains(error_of_model(model), "expected a Detect layer, found none");
}

TEST(CheckpointErrors, StorageCutShort) {
  ModuleSpec model = test::torch::tiny_model();
  model.at("model.1.conv").parameters[0].second.values.resize(10);
  expect_contains(error_of_model(model), "the file is damaged");
}

}  // namespace
}  // namespace linnet::converter
