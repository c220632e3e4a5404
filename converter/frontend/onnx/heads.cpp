// The end of the network: which convolutions are the heads, and what the decoding tail behind them
// tells: values per anchor, anchors.
#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/onnx/importer.h"
#include "model/format.h"

namespace linnet::converter::onnx {
namespace {

constexpr int kAnchors = 3;  // per cell, where the file does not say
constexpr int kBoxValues = 5;
constexpr size_t kMaxHeads = 16;  // more than any detector has; bounds what tails remember

// "{0: 'person', 1: 'car'}" or "['person', 'car']": the quoted strings, in order.
std::vector<std::string> quoted_strings(const std::string& text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char quote = text[i];
    if (quote != '\'' && quote != '"') continue;
    std::string item;
    for (++i; i < text.size() && text[i] != quote; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      item.push_back(text[i]);
    }
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

int Importer::add_head(const Symbol& feature, int anchors, int per_anchor) {
  for (size_t i = 0; i < graph_.heads.size(); ++i) {
    if (graph_.heads[i].value == feature.value) return static_cast<int>(i);
  }
  if (graph_.heads.size() == kMaxHeads) {
    throw ConvertError(
        "", "expected 3 detection heads, found more than 16; is this a YOLOv5-Lite detector?");
  }
  Head head;
  head.value = feature.value;
  head.stride = graph_.native_height / feature.shape.height;
  graph_.heads.push_back(head);
  if (per_anchor <= kBoxValues || anchors < 1) {
    anchors = kAnchors;
    per_anchor = feature.shape.channels / kAnchors;
  }
  head_anchors_.push_back(anchors);
  head_per_anchor_.push_back(per_anchor);
  return static_cast<int>(graph_.heads.size()) - 1;
}

void Importer::start_tail(const NodeProto& node, const Symbol& in, int anchors, int per_anchor) {
  Symbol symbol;
  symbol.kind = Kind::tail;
  symbol.heads = {add_head(in, anchors, per_anchor)};
  for (const std::string& output : node.outputs) define(output, symbol);
}

// Anything that reads a tail belongs to it.
bool Importer::import_tail(const NodeProto& node) {
  Symbol symbol;
  symbol.kind = Kind::tail;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) continue;
    const Symbol& in = read(node, i);
    if (in.kind == Kind::tail) symbol.heads.insert(in.heads.begin(), in.heads.end());
  }
  if (symbol.heads.empty()) return false;
  look_for_anchors(node);
  for (const std::string& output : node.outputs) define(output, symbol);
  return true;
}

// (2 * sigmoid)^2 * anchors: a product of one head's tail and a constant [1, A, 1, 1, 2], or the
// same spread over the grid. Values are pixels of the input.
void Importer::look_for_anchors(const NodeProto& node) {
  if (node.op_type != "Mul" || node.inputs.size() != 2) return;
  for (size_t side = 0; side < 2; ++side) {
    const Symbol& tail = read(node, side);
    const Symbol& other = read(node, 1 - side);
    if (tail.kind != Kind::tail || tail.heads.size() != 1 || other.kind != Kind::constant) continue;
    std::vector<int64_t> dims;
    const std::vector<float> values = weights(node, 1 - side, &dims);
    const int index = *tail.heads.begin();
    const auto anchors = static_cast<size_t>(head_anchors_[static_cast<size_t>(index)]);
    const bool has_axis =
        dims.size() >= 3 && dims.back() == 2 &&
        std::find(dims.begin(), dims.end() - 1, static_cast<int64_t>(anchors)) != dims.end() - 1;
    if (!has_axis || values.size() % (2 * anchors) != 0) continue;
    Head& head = graph_.heads[static_cast<size_t>(index)];
    head.anchors.clear();
    const size_t step = values.size() / anchors;
    for (size_t a = 0; a < anchors; ++a) {
      head.anchors.push_back({values[a * step], values[a * step + 1]});
    }
  }
}

void Importer::finish_heads() {
  if (graph_.heads.empty()) {
    for (const std::string& output : model_.outputs) {
      const auto found = symbols_.find(output);
      if (found == symbols_.end())
        throw ConvertError("output '" + output + "'", "no node makes it");
      if (found->second.kind == Kind::unknown) throw ConvertError("", found->second.problem);
      if (found->second.kind != Kind::feature) continue;
      add_head(found->second, 0, 0);
    }
  }
  if (graph_.heads.size() != format::kHeads) {
    for (const std::string& output : model_.outputs) {
      const auto found = symbols_.find(output);
      if (found != symbols_.end() && found->second.kind == Kind::unknown) {
        throw ConvertError("", found->second.problem);
      }
    }
    throw ConvertError("",
                       "expected 3 detection heads (convolutions followed by a reshape to anchors, "
                       "or outputs), found " +
                           std::to_string(graph_.heads.size()) +
                           "; is this a YOLOv5-Lite detector?");
  }
  bool all_anchors = true;
  for (size_t i = 0; i < graph_.heads.size(); ++i) {
    const int classes = head_per_anchor_[i] - kBoxValues;
    if (i == 0) graph_.class_count = classes;
    if (classes < 1 || classes != graph_.class_count) {
      throw ConvertError("head " + std::to_string(i),
                         "expected 5 + classes values per anchor, the same in all heads, found " +
                             std::to_string(head_per_anchor_[i]));
    }
    all_anchors &= !graph_.heads[i].anchors.empty();
  }
  if (all_anchors) {
    graph_.anchors_origin = Origin::file;
  } else {
    for (Head& head : graph_.heads) head.anchors.clear();
  }
}

void Importer::read_names() {
  const auto found = model_.metadata.find("names");
  if (found == model_.metadata.end()) return;
  std::vector<std::string> names = quoted_strings(found->second);
  if (names.size() != static_cast<size_t>(graph_.class_count)) {
    graph_.notes.push_back("the class names in the file's metadata do not fit its " +
                           std::to_string(graph_.class_count) + " classes and are ignored");
    return;
  }
  graph_.class_names = std::move(names);
  graph_.names_origin = Origin::file;
}

}  // namespace linnet::converter::onnx
