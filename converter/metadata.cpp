#include "converter/metadata.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "converter/error.h"
#include "model/format.h"

namespace linnet::converter {
namespace {

// The anchors of YOLOv5 and YOLOv5-Lite's published configurations.
constexpr float kFamilyAnchors[] = {10, 13, 16,  30,  33, 23,  30,  61,  62,
                                    45, 59, 119, 116, 90, 156, 198, 373, 326};

// The 80 classes of COCO, the data set of the published weights.
constexpr const char* kCocoNames[] = {"person",        "bicycle",      "car",
                                      "motorcycle",    "airplane",     "bus",
                                      "train",         "truck",        "boat",
                                      "traffic light", "fire hydrant", "stop sign",
                                      "parking meter", "bench",        "bird",
                                      "cat",           "dog",          "horse",
                                      "sheep",         "cow",          "elephant",
                                      "bear",          "zebra",        "giraffe",
                                      "backpack",      "umbrella",     "handbag",
                                      "tie",           "suitcase",     "frisbee",
                                      "skis",          "snowboard",    "sports ball",
                                      "kite",          "baseball bat", "baseball glove",
                                      "skateboard",    "surfboard",    "tennis racket",
                                      "bottle",        "wine glass",   "cup",
                                      "fork",          "knife",        "spoon",
                                      "bowl",          "banana",       "apple",
                                      "sandwich",      "orange",       "broccoli",
                                      "carrot",        "hot dog",      "pizza",
                                      "donut",         "cake",         "chair",
                                      "couch",         "potted plant", "bed",
                                      "dining table",  "toilet",       "tv",
                                      "laptop",        "mouse",        "remote",
                                      "keyboard",      "cell phone",   "microwave",
                                      "oven",          "toaster",      "sink",
                                      "refrigerator",  "book",         "clock",
                                      "vase",          "scissors",     "teddy bear",
                                      "hair drier",    "toothbrush"};

size_t anchors_per_cell(const Graph& graph, const Head& head) {
  const int channels = graph.values[static_cast<size_t>(head.value)].shape.channels;
  const int per_anchor = 5 + graph.class_count;
  if (graph.class_count < 1 || channels % per_anchor != 0) {
    throw ConvertError("head '" + graph.values[static_cast<size_t>(head.value)].name + "'",
                       "expected channels = anchors x (5 + " + std::to_string(graph.class_count) +
                           " classes), found " + std::to_string(channels));
  }
  return static_cast<size_t>(channels / per_anchor);
}

void set_anchors(Graph* graph, const float* values, size_t count, Origin origin) {
  size_t needed = 0;
  for (const Head& head : graph->heads) needed += 2 * anchors_per_cell(*graph, head);
  if (needed != count) {
    throw ConvertError("anchors",
                       "expected " + std::to_string(needed) +
                           " numbers for this model, "
                           "found " +
                           std::to_string(count) +
                           (origin == Origin::option ? "" : "; give them with --anchors"));
  }
  for (Head& head : graph->heads) {
    head.anchors.resize(anchors_per_cell(*graph, head));
    for (Anchor& anchor : head.anchors) {
      anchor = {values[0], values[1]};
      values += 2;
    }
  }
  graph->anchors_origin = origin;
}

void complete_anchors(Graph* graph, const MetadataOptions& options) {
  if (!options.anchors.empty()) {
    set_anchors(graph, options.anchors.data(), options.anchors.size(), Origin::option);
  } else if (graph->anchors_origin != Origin::file) {
    set_anchors(graph, kFamilyAnchors, std::size(kFamilyAnchors), Origin::family_default);
  }
  for (const Head& head : graph->heads) {
    if (head.anchors.size() != anchors_per_cell(*graph, head) ||
        head.anchors.size() > format::kMaxAnchorsPerHead) {
      throw ConvertError("anchors", "expected " + std::to_string(anchors_per_cell(*graph, head)) +
                                        " (at most 8) anchors for the head of stride " +
                                        std::to_string(head.stride) + ", found " +
                                        std::to_string(head.anchors.size()));
    }
    for (const Anchor& anchor : head.anchors) {
      const bool ok =
          anchor.width > 0 && anchor.height > 0 && anchor.width <= 65536 && anchor.height <= 65536;
      if (!ok) throw ConvertError("anchors", "expected sizes above 0 and up to 65536 pixels");
    }
  }
}

void complete_names(Graph* graph, const MetadataOptions& options) {
  const auto count = static_cast<size_t>(graph->class_count);
  if (!options.class_names.empty()) {
    graph->class_names = options.class_names;
    graph->names_origin = Origin::option;
  } else if (graph->class_names.empty()) {
    graph->names_origin = Origin::family_default;
    for (size_t i = 0; i < count; ++i) {
      graph->class_names.push_back(count == std::size(kCocoNames) ? std::string(kCocoNames[i])
                                                                  : "class " + std::to_string(i));
    }
  }
  if (graph->class_names.size() != count) {
    throw ConvertError("class names", "expected " + std::to_string(count) + ", found " +
                                          std::to_string(graph->class_names.size()) +
                                          "; give them with --names");
  }
}

void check_strides(const Graph& graph) {
  for (const Head& head : graph.heads) {
    const Shape& shape = graph.values[static_cast<size_t>(head.value)].shape;
    const bool ok = head.stride > 0 && shape.height * head.stride == graph.native_height &&
                    shape.width * head.stride == graph.native_width;
    if (ok) continue;
    throw ConvertError("head '" + graph.values[static_cast<size_t>(head.value)].name + "'",
                       "expected a grid of " + std::to_string(graph.native_height) + "x" +
                           std::to_string(graph.native_width) + " / stride " +
                           std::to_string(head.stride) + ", found " + std::to_string(shape.height) +
                           "x" + std::to_string(shape.width));
  }
}

}  // namespace

void complete_metadata(Graph* graph, const MetadataOptions& options) {
  if (graph->heads.size() != format::kHeads) {
    throw ConvertError("",
                       "expected 3 detection heads, found " + std::to_string(graph->heads.size()));
  }
  std::stable_sort(graph->heads.begin(), graph->heads.end(),
                   [](const Head& a, const Head& b) { return a.stride < b.stride; });
  check_strides(*graph);
  complete_anchors(graph, options);
  complete_names(graph, options);
}

std::vector<float> parse_anchors(const std::string& text) {
  std::vector<float> values;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    if (*p == ',' || *p == ' ' || *p == '/') {
      ++p;
      continue;
    }
    float value = 0;
    const auto [next, error] = std::from_chars(p, end, value);
    if (error != std::errc() || !std::isfinite(value)) {
      throw ConvertError("--anchors", "expected numbers such as 10,13,16,30,…, found '" +
                                          std::string(p, end) + "'");
    }
    values.push_back(value);
    p = next;
  }
  if (values.empty() || values.size() % 6 != 0) {
    throw ConvertError("--anchors",
                       "expected 18 numbers (3 anchors of width, height for each of "
                       "P3, P4, P5), found " +
                           std::to_string(values.size()));
  }
  return values;
}

}  // namespace linnet::converter
