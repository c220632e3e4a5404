#include "converter/inspect/inspect.h"

#include <cstring>
#include <initializer_list>
#include <iomanip>
#include <iterator>

#include "converter/error.h"
#include "host/arena_session.h"
#include "host/json.h"
#include "host/text_stream.h"
#include "linnet/linnet.h"
#include "model/model_view.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

struct Inspected {
  linnet_model model{};
  int height = 0, width = 0;
  size_t arena_bytes = 0;
};

Inspected open(const void* file, size_t bytes, int height, int width) {
  Inspected out;
  if (linnet_model_verify(file, bytes, &out.model) != LINNET_OK) {
    throw ConvertError("", host::error_line(out.model.error));
  }
  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.height = height;
  config.width = width;
  config.error = &error;
  if (linnet_arena_size(&out.model, &config, &out.arena_bytes) != LINNET_OK) {
    throw ConvertError("", host::error_line(error));
  }
  const format::Header& header = ModelView(file).header();
  out.height = height != 0 ? height : header.native_height;
  out.width = width != 0 ? width : header.native_width;
  return out;
}

size_t weight_total(const ModelView& model) {
  return model.header().sections[format::kWeights].bytes;
}

std::string view_text(const ModelView& model, const View& view) {
  host::TextStream out;
  for (int i = 0; i < view.count; ++i) {
    const format::Segment& s = view.segments[i];
    if (i != 0) out << '+';
    out << 't' << s.tensor;
    if (s.channels != model.tensor(s.tensor).channels) {
      out << '[' << s.channel << ".." << s.channel + s.channels << ')';
    }
    if (s.upsample_shift != 0) out << "^x" << (1 << s.upsample_shift);
  }
  return out.str();
}

const char* type_name(const ModelView& model, int tensor) {
  return model.tensor(tensor).dtype == format::kS8 ? "s8" : "f32";
}

const char* activation_name(const format::Node& node) {
  constexpr const char* kNames[] = {"none", "relu",       "relu6",   "leaky_relu",
                                    "silu", "hard_swish", "sigmoid", "hard_sigmoid"};
  static_assert(std::size(kNames) == kActivationCount);
  return kNames[node.activation];
}

const char* layout_name(const format::Node& node) {
  constexpr const char* kNames[] = {
      "none",          "igemm_f32_n8k1", "dwconv_f32_k1c8", "winograd_f32_n8k1",
      "igemm_s8_n8k4", "dwconv_s8_k1c8", "add_s8",          "table_s8",
      "scales"};
  static_assert(std::size(kNames) == format::kScales + 1);
  return kNames[node.weight_layout];
}

// "2", or "2,1" if the sides differ.
std::string pair_text(int vertical, int horizontal) {
  std::string text = std::to_string(vertical);
  if (horizontal != vertical) text += ',' + std::to_string(horizontal);
  return text;
}

std::string padding_text(const format::Node& n) {
  if (n.pad_top == n.pad_bottom && n.pad_left == n.pad_right) {
    return pair_text(n.pad_top, n.pad_left);
  }
  host::TextStream out;
  out << int{n.pad_top} << ',' << int{n.pad_left} << ',' << int{n.pad_bottom} << ','
      << int{n.pad_right};
  return out.str();
}

// What the op does besides its views: window, parameter, activation.
std::string attributes_text(const format::Node& node) {
  host::TextStream out;
  if (node.kernel_h != 0) {
    out << ' ' << int{node.kernel_h} << 'x' << int{node.kernel_w} << " s"
        << pair_text(node.stride_h, node.stride_w) << " p" << padding_text(node);
    if (node.dilation_h != 1 || node.dilation_w != 1) {
      out << " d" << pair_text(node.dilation_h, node.dilation_w);
    }
  }
  switch (format::op_traits(node.op)->window) {
    case format::WindowKind::factor:
      out << " factor " << node.parameter;
      break;
    case format::WindowKind::groups:
      out << " groups " << node.parameter;
      break;
    default:
      if (node.op == format::k_winograd_conv2d) {
        out << " tile " << node.parameter;
      } else if (node.op == format::k_avg_pool) {
        out << (node.parameter != 0 ? " padding counts" : "");
      } else {
        if ((node.parameter & format::kHasTable) != 0) out << " table";
        if ((node.parameter & format::kSmallSums) != 0) out << " small sums";
      }
  }
  if (node.activation != 0) out << ' ' << activation_name(node);
  if (node.activation_alpha != 0) out << '(' << node.activation_alpha << ')';
  return out.str();
}

void write_node_text(std::ostream& out, const ModelView& model, int index) {
  const format::Node& node = model.node(index);
  out << "  " << index << ' ' << format::op_traits(node.op)->name << attributes_text(node) << "  "
      << view_text(model, model.output(node)) << " <- " << view_text(model, model.operand(node, 0));
  if (node.operand_count == 2) out << ", " << view_text(model, model.operand(node, 1));
  if (node.weight_bytes != 0) out << "  weights " << node.weight_bytes << " bytes";
  out << "  # " << model.string(node.name) << '\n';
}

void write_json_view(host::JsonWriter* json, const View& view) {
  json->begin_array();
  for (int i = 0; i < view.count; ++i) {
    const format::Segment& s = view.segments[i];
    json->begin_object().key("tensor").value(int{s.tensor}).key("channel").value(int{s.channel});
    json->key("channels").value(int{s.channels}).key("upsample").value(1 << s.upsample_shift);
    json->end_object();
  }
  json->end_array();
}

void write_json_integers(host::JsonWriter* json, const char* key,
                         std::initializer_list<int> values) {
  json->key(key).begin_array();
  for (const int value : values) json->value(value);
  json->end_array();
}

void write_json_node(host::JsonWriter* json, const ModelView& model, const format::Node& node) {
  json->begin_object().key("name").value(model.string(node.name));
  json->key("op").value(format::op_traits(node.op)->name);
  json->key("operands").begin_array();
  for (int i = 0; i < node.operand_count; ++i) write_json_view(json, model.operand(node, i));
  json->end_array().key("output");
  write_json_view(json, model.output(node));
  json->key("activation").value(activation_name(node));
  if (node.activation_alpha != 0) json->key("alpha").value(double{node.activation_alpha});
  json->key("parameter").value(int{node.parameter});
  if (node.kernel_h != 0) {
    write_json_integers(json, "kernel", {node.kernel_h, node.kernel_w});
    write_json_integers(json, "stride", {node.stride_h, node.stride_w});
    write_json_integers(json, "dilation", {node.dilation_h, node.dilation_w});
    write_json_integers(json, "padding",
                        {node.pad_top, node.pad_left, node.pad_bottom, node.pad_right});
  }
  json->key("weight_layout").value(layout_name(node));
  json->key("weight_bytes").value(int64_t{node.weight_bytes}).end_object();
}

void write_json_heads(host::JsonWriter* json, const ModelView& model) {
  json->key("heads").begin_array();
  for (int i = 0; i < model.head_count(); ++i) {
    const format::HeadRecord& head = model.head(i);
    json->begin_object().key("tensor").value(int{head.tensor});
    json->key("stride").value(int{head.stride});
    json->key("anchors").begin_array();
    for (int a = 0; a < head.anchor_count; ++a) {
      json->begin_array().value(double{head.anchors[a][0]}, 3).value(double{head.anchors[a][1]}, 3);
      json->end_array();
    }
    json->end_array().end_object();
  }
  json->end_array();
}

}  // namespace

std::string inspect_text(const void* file, size_t bytes, int height, int width) {
  const Inspected info = open(file, bytes, height, width);
  const ModelView model(file);
  const format::Header& header = model.header();
  host::TextStream out;
  out << "model    " << model.string(header.model_name) << " (from " << model.string(header.source)
      << "), format " << header.version << ", " << bytes << " bytes\n";
  out << "input    RGB, native " << header.native_height << 'x' << header.native_width
      << ", multiples of " << header.max_stride << '\n';
  out << "weights  " << weight_total(model) << " bytes\n";
  out << "arena    " << info.arena_bytes << " bytes at " << info.height << 'x' << info.width
      << ", 1 thread\n";
  for (int i = 0; i < model.head_count(); ++i) {
    const format::HeadRecord& head = model.head(i);
    out << "head     stride " << head.stride << ", tensor t" << head.tensor << ", anchors";
    for (int a = 0; a < head.anchor_count; ++a) {
      out << ' ' << head.anchors[a][0] << 'x' << head.anchors[a][1];
    }
    out << '\n';
  }
  out << "classes  " << header.class_count << ':';
  for (int i = 0; i < header.class_count; ++i) out << (i == 0 ? " " : ", ") << model.class_name(i);
  out << "\ntensors  " << model.tensor_count() << '\n';
  for (int i = 0; i < model.tensor_count(); ++i) {
    out << "  t" << i << " " << type_name(model, i) << " channels " << model.tensor(i).channels
        << "  # " << model.string(model.tensor(i).name) << '\n';
  }
  out << "nodes    " << model.node_count() << '\n';
  for (int i = 0; i < model.node_count(); ++i) write_node_text(out, model, i);
  return out.str();
}

std::string inspect_json(const void* file, size_t bytes, int height, int width) {
  const Inspected info = open(file, bytes, height, width);
  const ModelView model(file);
  const format::Header& header = model.header();
  host::JsonWriter json;
  json.begin_object().key("name").value(model.string(header.model_name));
  json.key("source").value(model.string(header.source));
  json.key("format_version").value(int{header.version});
  json.key("file_bytes").value(static_cast<int64_t>(bytes));
  json.key("weight_bytes").value(static_cast<int64_t>(weight_total(model)));
  write_json_integers(&json, "native_size", {header.native_height, header.native_width});
  json.key("max_stride").value(int{header.max_stride});
  json.key("input_scale").value(double{header.input_scale}, 9);
  json.key("arena").begin_object().key("height").value(info.height).key("width").value(info.width);
  json.key("threads").value(1).key("bytes").value(static_cast<int64_t>(info.arena_bytes));
  json.end_object();
  write_json_heads(&json, model);
  json.key("classes").begin_array();
  for (int i = 0; i < header.class_count; ++i) json.value(model.class_name(i));
  json.end_array().key("tensors").begin_array();
  for (int i = 0; i < model.tensor_count(); ++i) {
    json.begin_object().key("name").value(model.string(model.tensor(i).name));
    json.key("channels")
        .value(int{model.tensor(i).channels})
        .key("type")
        .value(type_name(model, i))
        .end_object();
  }
  json.end_array().key("nodes").begin_array();
  for (int i = 0; i < model.node_count(); ++i) write_json_node(&json, model, model.node(i));
  json.end_array().end_object();
  return json.finish();
}

std::string inspect_summary(const std::vector<uint8_t>& file) {
  std::vector<uint8_t> storage(file.size() + format::kAlignment);
  const size_t misalignment = reinterpret_cast<uintptr_t>(storage.data()) % format::kAlignment;
  uint8_t* aligned = storage.data() + (format::kAlignment - misalignment) % format::kAlignment;
  std::memcpy(aligned, file.data(), file.size());
  const Inspected info = open(aligned, file.size(), 0, 0);
  host::TextStream out;
  out << "weights: " << weight_total(ModelView(aligned)) << " bytes, file: " << file.size()
      << " bytes\n";
  out << "arena: " << info.arena_bytes << " bytes at " << info.height << 'x' << info.width
      << ", 1 thread\n";
  return out.str();
}

}  // namespace linnet::converter
