#include "converter/frontend/torch/detect_head.h"

#include <cmath>

#include "converter/error.h"
#include "model/format.h"

namespace linnet::converter::torch {
namespace {

void check_class(const Module& detect) {
  const bool plain =
      detect.class_name() == "Detect" && detect.has_child("m") && detect.children().size() == 1;
  if (plain) return;
  detect.fail(
      "expected the Detect layer of YOLOv5, with one convolution per grid (m); decoupled, "
      "anchor-free and other heads are not supported");
}

// One stride per grid from Detect, else from the model; zeros if neither has them.
std::vector<int> read_strides(Lowering& lowering, const Module& detect, const Module& model,
                              size_t grids) {
  std::vector<int> strides(grids, 0);
  for (const Module* owner : {&detect, &model}) {
    if (owner->tensor("stride") == nullptr || !is_tensor(owner->tensor("stride"))) continue;
    const std::vector<float> values = lowering.vector(*owner, "stride", grids);
    for (size_t i = 0; i < grids; ++i) {
      const bool ok = values[i] >= 1 && values[i] <= float{format::kMaxHeadStride} &&
                      values[i] == std::floor(values[i]);
      if (!ok) {
        owner->fail("expected whole strides of 1 to " + std::to_string(format::kMaxHeadStride));
      }
      strides[i] = static_cast<int>(values[i]);
    }
    return strides;
  }
  return strides;
}

// The anchors of the model's yaml, in pixels; empty if it gives only their number.
std::vector<double> yaml_anchors(const Module& model) {
  std::vector<double> anchors;
  const PickleValue* grids = find(model.attribute("yaml"), "anchors");
  if (grids == nullptr || !grids->is_sequence()) return anchors;
  for (const PickleValue* grid : grids->items) {
    if (!grid->is_sequence() || anchors.size() > 256) return {};
    for (const PickleValue* number : grid->items) {
      const std::optional<double> value = as_number(number);
      if (!value || anchors.size() > 256) return {};
      anchors.push_back(*value);
    }
  }
  return anchors;
}

bool close(const std::vector<float>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::abs(a[i] - b[i]) > 0.02 * b[i]) return false;
  }
  return true;
}

// Anchors in pixels, grid by grid: anchor_grid, as old versions decode with; else anchors, which
// the model's constructor divides by the stride. Anchors equal to those of the yaml were never
// divided.
std::vector<float> read_anchors(Lowering& lowering, const Module& detect, const Module& model,
                                const Graph& graph, size_t per_grid) {
  const size_t count = graph.heads.size() * per_grid * 2;
  if (is_tensor(detect.tensor("anchor_grid"))) {
    return lowering.vector(detect, "anchor_grid", count);
  }
  std::vector<float> anchors = lowering.vector(detect, "anchors", count);
  if (close(anchors, yaml_anchors(model))) return anchors;
  for (size_t i = 0; i < count; ++i) {
    anchors[i] *= static_cast<float>(graph.heads[i / (2 * per_grid)].stride);
  }
  return anchors;
}

int64_t anchors_per_grid(const Module& detect) {
  const int64_t count = detect.integer("na", 3);
  if (count < 1 || count > format::kMaxAnchorsPerHead) {
    detect.fail("expected 1 to " + std::to_string(format::kMaxAnchorsPerHead) +
                " anchors per grid (na)");
  }
  return count;
}

}  // namespace

bool is_detect_layer(const Module& module) {
  const std::string_view name = module.class_name();
  return name.find("Detect") != std::string_view::npos || name == "Segment" || name == "Pose" ||
         name == "OBB" || name == "Classify";
}

void lower_detect(Lowering& lowering, const Module& detect, const Module& model,
                  const Values& inputs, Graph* graph) {
  check_class(detect);
  const auto convs = detect.child("m").children();
  if (convs.empty() || convs.size() != inputs.size()) {
    detect.fail("expected one convolution for each of its " + std::to_string(inputs.size()) +
                " inputs, found " + std::to_string(convs.size()));
  }
  const int64_t classes = detect.integer("nc");
  if (classes < 1 || classes > format::kMaxClasses) {
    detect.fail("expected 1 to " + std::to_string(format::kMaxClasses) + " classes (nc)");
  }
  const int64_t expected = anchors_per_grid(detect) * (classes + 5);
  const std::vector<int> strides = read_strides(lowering, detect, model, convs.size());
  for (size_t i = 0; i < convs.size(); ++i) {
    Head head;
    head.value = lowering.lower(convs[i].second, inputs[i]);
    head.stride = strides[i];
    if (lowering.channels(head.value) != expected) {
      detect.fail("expected " + std::to_string(expected) +
                  " channels = anchors x (classes + 5), found " +
                  std::to_string(lowering.channels(head.value)));
    }
    graph->heads.push_back(std::move(head));
  }
  graph->class_count = static_cast<int>(classes);
}

void set_anchors(Lowering& lowering, const Module& detect, const Module& model, Graph* graph) {
  const auto per_grid = static_cast<size_t>(anchors_per_grid(detect));
  const std::vector<float> anchors = read_anchors(lowering, detect, model, *graph, per_grid);
  const float* anchor = anchors.data();
  for (Head& head : graph->heads) {
    for (size_t a = 0; a < per_grid; ++a, anchor += 2)
      head.anchors.push_back({anchor[0], anchor[1]});
  }
  graph->anchors_origin = Origin::file;
}

std::vector<std::string> read_class_names(const Module& model, int class_count) {
  const PickleValue* names = model.attribute("names");
  const auto count = static_cast<size_t>(class_count);
  std::vector<std::string> read(count);
  std::vector<bool> set(count, false);
  const bool dict = names != nullptr && names->is(PickleKind::dict);
  if (names == nullptr || (!dict && !names->is_sequence())) return {};
  const size_t found = dict ? names->items.size() / 2 : names->items.size();
  if (found != count) return {};
  for (size_t i = 0; i < count; ++i) {
    const std::optional<int64_t> id =
        dict ? as_integer(names->items[2 * i]) : std::optional(static_cast<int64_t>(i));
    const PickleValue* name = names->items[dict ? 2 * i + 1 : i];
    const std::optional<int64_t> number = as_integer(name);
    if (!id || *id < 0 || *id >= class_count || set[static_cast<size_t>(*id)]) return {};
    if (!name->is(PickleKind::text) && !number) return {};
    set[static_cast<size_t>(*id)] = true;
    read[static_cast<size_t>(*id)] = number ? std::to_string(*number) : std::string(name->text);
  }
  return read;
}

}  // namespace linnet::converter::torch
