#include "tests/support/torch/checkpoint_writer.h"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace linnet::test::torch {
namespace {

uint64_t half_bits(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const int exponent = static_cast<int>(bits >> 23 & 255) - 112;
  if (exponent <= 0) return bits >> 16 & 0x8000;  // tests use no subnormals
  return (bits >> 16 & 0x8000) | static_cast<uint32_t>(exponent) << 10 | (bits >> 13 & 1023);
}

struct Encoded {
  uint64_t bits;
  int bytes;
};
Encoded encode(const std::string& storage, float value) {
  if (storage == "HalfStorage") return {half_bits(value), 2};
  if (storage == "BFloat16Storage") return {std::bit_cast<uint32_t>(value) >> 16, 2};
  if (storage == "DoubleStorage") return {std::bit_cast<uint64_t>(double{value}), 8};
  return {std::bit_cast<uint32_t>(value), 4};
}

class CheckpointWriter {
 public:
  explicit CheckpointWriter(const CheckpointOptions& options, bool legacy)
      : options_(options), legacy_(legacy), pickle_(options.protocol) {}

  ByteVector write_pickle(const ModuleSpec& model) {
    if (options_.key.empty()) {
      write(model);
      return pickle_.finish();
    }
    pickle_.op('}').mark().text("epoch").integer(-1).text(options_.key);
    write(model);
    if (options_.more) options_.more(pickle_);
    pickle_.op('u');
    return pickle_.finish();
  }

  const std::vector<ByteVector>& storages() const { return storages_; }
  const std::vector<size_t>& elements() const { return elements_; }

 private:
  void write(const TensorSpec& tensor) {
    if (tensor.parameter) pickle_.global("torch._utils", "_rebuild_parameter").mark();
    pickle_.global("torch._utils", "_rebuild_tensor_v2").mark();
    pickle_.mark().text("storage").global("torch", options_.storage);
    pickle_.text(std::to_string(storages_.size())).text("cpu");
    pickle_.integer(static_cast<int64_t>(tensor.values.size()));
    if (legacy_) pickle_.none();
    pickle_.tuple().op('Q').integer(tensor.offset).integers(tensor.shape);
    pickle_.integers(tensor.strides.empty() ? contiguous(tensor.shape) : tensor.strides);
    pickle_.boolean(false);
    write_ordered_dict([] {});
    pickle_.tuple().op('R');
    if (tensor.parameter) {
      pickle_.boolean(true);
      write_ordered_dict([] {});
      pickle_.tuple().op('R');
    }
    store(tensor.values);
  }

  void store(const std::vector<float>& values) {
    ByteVector bytes;
    for (const float value : values) {
      Encoded encoded = encode(options_.storage, value);
      if (options_.big_endian) {
        encoded.bits = __builtin_bswap64(encoded.bits) >> (64 - 8 * encoded.bytes);
      }
      append_integer(&bytes, encoded.bits, encoded.bytes);
    }
    storages_.push_back(std::move(bytes));
    elements_.push_back(values.size());
  }

  static std::vector<int64_t> contiguous(const std::vector<int64_t>& shape) {
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
    return strides;
  }

  template <typename Items>
  void write_ordered_dict(Items items) {
    pickle_.global("collections", "OrderedDict").op(')').op('R').mark();
    items();
    pickle_.op('u');
  }

  void write_tensors(const std::vector<std::pair<std::string, TensorSpec>>& tensors) {
    write_ordered_dict([&] {
      for (const auto& [name, tensor] : tensors) {
        pickle_.text(name);
        write(tensor);
      }
    });
  }

  void write_class(const ModuleSpec& module) {
    const bool source = options_.class_sources && module.module.rfind("models", 0) == 0;
    if (source) pickle_.mark().text("module");
    pickle_.global(module.module, module.name);
    if (source) pickle_.text("/home/a.py").text("class").tuple().op('Q');
  }

  void write(const ModuleSpec& module) {
    write_class(module);
    pickle_.op(')').op('\x81').op('}').mark();
    pickle_.text("training").boolean(false).text("_parameters");
    write_tensors(module.parameters);
    pickle_.text("_buffers");
    write_tensors(module.buffers);
    pickle_.text("_modules");
    write_ordered_dict([&] {
      for (const auto& [name, child] : module.children) {
        pickle_.text(name);
        write(child);
      }
    });
    for (const auto& [name, value] : module.attributes) {
      pickle_.text(name);
      value(pickle_);
    }
    pickle_.op('u').op('b');
  }

  const CheckpointOptions& options_;
  bool legacy_;
  PickleWriter pickle_;
  std::vector<ByteVector> storages_;
  std::vector<size_t> elements_;
};

// Numbers that a half stores exactly, different from element to element.
std::vector<float> numbers(size_t count, float center, float step) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = center + step * static_cast<float>(static_cast<int>(i * 37 % 16) - 8);
  }
  return values;
}

TensorSpec tensor(std::vector<int64_t> shape, float center, float step) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return {std::move(shape), numbers(static_cast<size_t>(count), center, step), {}, 0, true};
}

}  // namespace

Emit integer(int64_t value) {
  return [value](PickleWriter& pickle) { pickle.integer(value); };
}
Emit real(double value) {
  return [value](PickleWriter& pickle) { pickle.real(value); };
}
Emit text(const std::string& value) {
  return [value](PickleWriter& pickle) { pickle.text(value); };
}
Emit none() {
  return [](PickleWriter& pickle) { pickle.none(); };
}
Emit integers(const std::vector<int64_t>& values) {
  return [values](PickleWriter& pickle) { pickle.integers(values); };
}
Emit text_list(const std::vector<std::string>& values) {
  return [values](PickleWriter& pickle) {
    pickle.op(']').mark();
    for (const std::string& value : values) pickle.text(value);
    pickle.op('e');
  };
}

ModuleSpec& ModuleSpec::at(const std::string& path) {
  const size_t dot = path.find('.');
  for (auto& [child_name, child] : children) {
    if (child_name != path.substr(0, dot)) continue;
    return dot == std::string::npos ? child : child.at(path.substr(dot + 1));
  }
  throw std::logic_error("no module " + path);
}

ModuleSpec conv2d(int inputs, int outputs, int kernel, int stride, int groups, bool bias) {
  ModuleSpec conv = {"torch.nn.modules.conv", "Conv2d", {}, {}, {}, {}};
  const float step = 1.0f / 32;
  conv.parameters.emplace_back("weight",
                               tensor({outputs, inputs / groups, kernel, kernel}, step / 2, step));
  if (bias) conv.parameters.emplace_back("bias", tensor({outputs}, 0.25f, step));
  conv.with("kernel_size", integers({kernel, kernel})).with("stride", integers({stride, stride}));
  conv.with("padding", integers({kernel / 2, kernel / 2})).with("dilation", integers({1, 1}));
  return conv.with("groups", integer(groups)).with("padding_mode", text("zeros"));
}

ModuleSpec batch_norm(int channels, double epsilon) {
  ModuleSpec norm = {"torch.nn.modules.batchnorm", "BatchNorm2d", {}, {}, {}, {}};
  norm.parameters.emplace_back("weight", tensor({channels}, 1, 1.0f / 32));
  norm.parameters.emplace_back("bias", tensor({channels}, 0.125f, 1.0f / 16));
  TensorSpec mean = tensor({channels}, 0, 1.0f / 64);
  TensorSpec variance = tensor({channels}, 1, 1.0f / 16);
  mean.parameter = variance.parameter = false;
  norm.buffers.emplace_back("running_mean", mean);
  norm.buffers.emplace_back("running_var", variance);
  return norm.with("eps", real(epsilon));
}

ModuleSpec activation(const std::string& name) {
  return {"torch.nn.modules.activation", name, {}, {}, {}, {}};
}

ModuleSpec sequential(std::vector<ModuleSpec> children) {
  ModuleSpec parent = {"torch.nn.modules.container", "Sequential", {}, {}, {}, {}};
  for (size_t i = 0; i < children.size(); ++i) {
    parent.children.push_back({std::to_string(i), std::move(children[i])});
  }
  return parent;
}

ModuleSpec module_list(std::vector<ModuleSpec> children) {
  ModuleSpec list = sequential(std::move(children));
  list.name = "ModuleList";
  return list;
}

ModuleSpec block(const std::string& name, std::vector<NamedModule> children) {
  return {"models.common", name, std::move(children), {}, {}, {}};
}

ModuleSpec conv_block(int inputs, int outputs, int kernel, int stride, const std::string& act) {
  return block("Conv", {{"conv", conv2d(inputs, outputs, kernel, stride)},
                        {"bn", batch_norm(outputs)},
                        {"act", activation(act)}});
}

ModuleSpec detect(int classes, const std::vector<int>& channels) {
  std::vector<ModuleSpec> convs;
  for (const int inputs : channels) {
    convs.push_back(conv2d(inputs, 3 * (5 + classes), 1, 1, 1, true));
  }
  ModuleSpec detect = {"models.yolo", "Detect", {{"m", module_list(std::move(convs))}}, {}, {}, {}};
  const auto grids = static_cast<int64_t>(channels.size());
  TensorSpec anchors = {{grids, 3, 2}, {}, {}, 0, false};
  for (int64_t i = 0; i < grids * 6; ++i) anchors.values.push_back(1 + static_cast<float>(i) / 8);
  detect.buffers.emplace_back("anchors", anchors);
  return detect.with("nc", integer(classes)).with("na", integer(3)).with("nl", integer(grids));
}

ModuleSpec model(std::vector<std::pair<std::vector<int64_t>, ModuleSpec>> layers, int classes,
                 const std::vector<int>& channels, const std::vector<int64_t>& from) {
  layers.emplace_back(from, detect(classes, channels));
  std::vector<ModuleSpec> children;
  for (auto& [inputs, layer] : layers) {
    layer.with("f", inputs.size() == 1 ? integer(inputs[0]) : integers(inputs));
    children.push_back(layer.with("i", integer(static_cast<int64_t>(children.size()))));
  }
  ModuleSpec model = {
      "models.yolo", "Model", {{"model", sequential(std::move(children))}}, {}, {}, {}};
  std::vector<std::string> names;
  for (int i = 0; i < classes; ++i) names.push_back("thing " + std::to_string(i));
  TensorSpec strides = {{static_cast<int64_t>(from.size())}, {}, {}, 0, false};
  for (size_t i = 0; i < from.size(); ++i) strides.values.push_back(static_cast<float>(8 << i));
  model.buffers.emplace_back("stride", strides);
  return model.with("names", text_list(names)).with("yaml_file", text("tiny.yaml"));
}

ModuleSpec tiny_model() {
  return model({{{-1}, conv_block(3, 4, 3, 8)},
                {{-1}, conv_block(4, 4, 3, 2, "ReLU")},
                {{-1}, conv_block(4, 4, 1, 2, "Hardswish")}},
               2, {4, 4, 4}, {0, 1, 2});
}

ModuleSpec model_around(ModuleSpec middle, int inputs, int outputs) {
  return model({{{-1}, conv2d(3, inputs, 3, 8)},
                {{-1}, std::move(middle)},
                {{-1}, conv2d(outputs, 4, 1, 2)},
                {{-1}, conv2d(4, 4, 1, 2)}},
               1, {outputs, 4, 4}, {1, 2, 3});
}

ByteVector write_checkpoint(const ModuleSpec& model, const CheckpointOptions& options) {
  CheckpointWriter writer(options, false);
  std::vector<ZipEntry> entries = {{options.folder + "data.pkl", writer.write_pickle(model)}};
  if (options.big_endian) {
    entries.push_back({options.folder + "byteorder", {'b', 'i', 'g'}});
  }
  for (size_t i = 0; i < writer.storages().size(); ++i) {
    entries.push_back({options.folder + "data/" + std::to_string(i), writer.storages()[i]});
  }
  entries.push_back({options.folder + "version", {'3', '\n'}});
  return write_zip(entries, options.zip);
}

ByteVector write_legacy_checkpoint(const ModuleSpec& model, const CheckpointOptions& options) {
  CheckpointWriter writer(options, true);
  ByteVector file = PickleWriter().op('\x8a').raw("\x0al\xfc\x9c\x46\xf9 j\xa8P\x19").finish();
  const auto add = [&](const ByteVector& pickle) {
    file.insert(file.end(), pickle.begin(), pickle.end());
  };
  add(PickleWriter().integer(1001).finish());
  add(PickleWriter().op('}').mark().text("little_endian").boolean(true).op('u').finish());
  add(writer.write_pickle(model));
  PickleWriter keys;
  keys.op(']').mark();
  for (size_t i = 0; i < writer.storages().size(); ++i) keys.text(std::to_string(i));
  add(keys.op('e').finish());
  for (size_t i = 0; i < writer.storages().size(); ++i) {
    append_integer(&file, writer.elements()[i], 8);
    add(writer.storages()[i]);
  }
  return file;
}

}  // namespace linnet::test::torch
