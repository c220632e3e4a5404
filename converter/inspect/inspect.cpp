#include "converter/inspect/inspect.h"

#include <cstring>
#include <sstream>

#include "converter/error.h"
#include "host/json.h"
#include "linnet/linnet.h"
#include "model/model_view.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

std::string message(const linnet_error& error) {
  char line[512];
  linnet_error_format(&error, line, sizeof line);
  return line;
}

struct Inspected {
  linnet_model model{};
  int height = 0, width = 0;
  size_t arena_bytes = 0;
};

Inspected open(const void* file, size_t bytes, int height, int width) {
  Inspected out;
  if (linnet_model_verify(file, bytes, &out.model) != LINNET_OK) {
    throw ConvertError("", message(out.model.error));
  }
  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.height = height;
  config.width = width;
  config.error = &error;
  if (linnet_arena_size(&out.model, &config, &out.arena_bytes) != LINNET_OK) {
    throw ConvertError("", message(error));
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
  std::ostringstream out;
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

void write_node_text(std::ostream& out, const ModelView& model, int index) {
  const format::Node& node = model.node(index);
  out << "  " << index << ' ' << format::op_traits(node.op)->name;
  if (node.kernel_h != 0) {
    out << ' ' << int{node.kernel_h} << 'x' << int{node.kernel_w} << " s" << int{node.stride_h}
        << " p" << int{node.pad_top};
  }
  out << "  " << view_text(model, model.output(node)) << " <- "
      << view_text(model, model.operand(node, 0));
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

void write_json_node(host::JsonWriter* json, const ModelView& model, const format::Node& node) {
  json->begin_object().key("name").value(model.string(node.name));
  json->key("op").value(format::op_traits(node.op)->name);
  json->key("operands").begin_array();
  for (int i = 0; i < node.operand_count; ++i) write_json_view(json, model.operand(node, i));
  json->end_array().key("output");
  write_json_view(json, model.output(node));
  json->key("activation").value(int{node.activation});
  json->key("parameter").value(int{node.parameter});
  if (node.kernel_h != 0) {
    json->key("kernel")
        .begin_array()
        .value(int{node.kernel_h})
        .value(int{node.kernel_w})
        .end_array();
    json->key("stride")
        .begin_array()
        .value(int{node.stride_h})
        .value(int{node.stride_w})
        .end_array();
    json->key("padding").begin_array().value(int{node.pad_top}).value(int{node.pad_left});
    json->value(int{node.pad_bottom}).value(int{node.pad_right}).end_array();
  }
  json->key("weight_bytes").value(int64_t{node.weight_bytes}).end_object();
}

void write_json_heads(host::JsonWriter* json, const ModelView& model) {
  json->key("heads").begin_array();
  for (int i = 0; i < model.head_count(); ++i) {
    const format::HeadRecord& head = model.head(i);
    json->begin_object()
        .key("tensor")
        .value(int{head.tensor})
        .key("stride")
        .value(int{head.stride});
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
  std::ostringstream out;
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
    out << "  t" << i << " f32 channels " << model.tensor(i).channels << "  # "
        << model.string(model.tensor(i).name) << '\n';
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
  json.key("native_size")
      .begin_array()
      .value(int{header.native_height})
      .value(int{header.native_width});
  json.end_array().key("max_stride").value(int{header.max_stride});
  json.key("arena").begin_object().key("height").value(info.height).key("width").value(info.width);
  json.key("threads")
      .value(1)
      .key("bytes")
      .value(static_cast<int64_t>(info.arena_bytes))
      .end_object();
  write_json_heads(&json, model);
  json.key("classes").begin_array();
  for (int i = 0; i < header.class_count; ++i) json.value(model.class_name(i));
  json.end_array().key("tensors").begin_array();
  for (int i = 0; i < model.tensor_count(); ++i) {
    json.begin_object().key("name").value(model.string(model.tensor(i).name));
    json.key("channels").value(int{model.tensor(i).channels}).key("type").value("f32").end_object();
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
  std::ostringstream out;
  out << "weights: " << weight_total(ModelView(aligned)) << " bytes, file: " << file.size()
      << " bytes\n";
  out << "arena: " << info.arena_bytes << " bytes at " << info.height << 'x' << info.width
      << ", 1 thread\n";
  return out.str();
}

}  // namespace linnet::converter
