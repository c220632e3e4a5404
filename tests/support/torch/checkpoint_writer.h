// Small checkpoints, written as torch.save() writes them but by other code: what the frontend is
// tested with where no real weights are needed.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/torch/pickle_writer.h"

namespace linnet::test::torch {

struct TensorSpec {
  std::vector<int64_t> shape;
  std::vector<float> values;     // of the storage; more than the shape needs if there is an offset
  std::vector<int64_t> strides;  // empty: contiguous
  int64_t offset = 0;
  bool parameter = true;
};

// An attribute's value.
using Emit = std::function<void(PickleWriter&)>;
Emit integer(int64_t value);
Emit real(double value);
Emit text(const std::string& value);
Emit none();
Emit integers(const std::vector<int64_t>& values);
Emit text_list(const std::vector<std::string>& values);

struct NamedModule;

struct ModuleSpec {
  std::string module, name;  // of the class: "torch.nn.modules.conv", "Conv2d"
  std::vector<NamedModule> children;
  std::vector<std::pair<std::string, TensorSpec>> parameters, buffers;
  std::vector<std::pair<std::string, Emit>> attributes;

  ModuleSpec& with(const std::string& attribute, Emit value) {
    attributes.emplace_back(attribute, std::move(value));
    return *this;
  }
  // The child at "0.conv.1"; must exist.
  ModuleSpec& at(const std::string& path);
};

struct NamedModule {
  std::string name;
  ModuleSpec module;
};

// Layers with weights that depend on their sizes only, so that equal networks are equal.
ModuleSpec conv2d(int inputs, int outputs, int kernel, int stride = 1, int groups = 1,
                  bool bias = false);
ModuleSpec batch_norm(int channels, double epsilon = 1e-3);
ModuleSpec activation(const std::string& name);  // of torch.nn.modules.activation
ModuleSpec sequential(std::vector<ModuleSpec> children);
ModuleSpec module_list(std::vector<ModuleSpec> children);
// A block of models.common.
ModuleSpec block(const std::string& name, std::vector<NamedModule> children);
// Conv of YOLOv5: convolution, batch norm, activation.
ModuleSpec conv_block(int inputs, int outputs, int kernel, int stride = 1,
                      const std::string& act = "SiLU");

// Detect of models.yolo on grids with these channels.
ModuleSpec detect(int classes, const std::vector<int>& channels);
// A model of layers (each with its f), ending with Detect, whose f are given.
ModuleSpec model(std::vector<std::pair<std::vector<int64_t>, ModuleSpec>> layers, int classes,
                 const std::vector<int>& channels, const std::vector<int64_t>& from);
// Three convolutions of stride 8, 2 and 2 with 4 channels, 2 classes: the smallest detector.
ModuleSpec tiny_model();
// `middle` between a stride 8 convolution of `inputs` channels and two of stride 2.
ModuleSpec model_around(ModuleSpec middle, int inputs, int outputs);

struct CheckpointOptions {
  std::string storage = "FloatStorage";  // HalfStorage, BFloat16Storage, DoubleStorage
  std::string folder = "archive/";
  int protocol = 2;
  bool big_endian = false;
  bool class_sources = false;  // classes of a project come with their source, as before 1.6
  std::string key = "model";   // of the dictionary that holds the model; "": the bare model
  ZipOptions zip;
  std::function<void(PickleWriter&)> more;  // further keys and values of that dictionary
};
ByteVector write_checkpoint(const ModuleSpec& model, const CheckpointOptions& options = {});
ByteVector write_legacy_checkpoint(const ModuleSpec& model, const CheckpointOptions& options = {});

}  // namespace linnet::test::torch
