// A frontend turns the bytes of a source file, which are never trusted, into a Graph that ends at
// the three head convolutions. Time and memory are bounded by the size of the input.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "converter/ir/graph.h"

namespace linnet::converter {

using Bytes = std::span<const uint8_t>;

struct ImportOptions {
  // Size to assume where the file leaves it open (dynamic axes, checkpoints); 0 = 320. What a file
  // fixes wins.
  int height = 0, width = 0;
};

// Each throws ConvertError. All fill: nodes, heads (value, stride; anchors if the file holds them),
// class_count, class_names and origins, native size, source, source_nodes, notes.
Graph import_onnx(Bytes file, const ImportOptions& options);
Graph import_ncnn(Bytes param, Bytes bin, const ImportOptions& options);
Graph import_torch(Bytes file, const ImportOptions& options);

// Content, not names, decide.
enum class SourceFormat : uint8_t {
  unknown,
  onnx,
  ncnn_param,
  ncnn_bin,
  torch_zip,
  torch_legacy,
  linnet
};
SourceFormat detect_format(Bytes file);

}  // namespace linnet::converter
