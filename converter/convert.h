// The whole way from source bytes to .lnt bytes, as linnet-convert and the tests take it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "converter/frontend/frontend.h"
#include "converter/ir/program.h"
#include "converter/metadata.h"
#include "converter/quantize/quantize.h"

namespace linnet::converter {

struct ConvertOptions {
  ImportOptions import;
  MetadataOptions metadata;
  bool views = true;
  bool winograd = true;             // false: all convolutions direct, a smaller file
  std::optional<Int8Options> int8;  // quantize; a quantized source is dequantized first
  bool dequantize = false;          // floats from a quantized source
  std::string name;                 // model name; empty = keep the frontend's
  // Called with a stage's name and its text, for --dump-ir; may be empty.
  std::function<void(const std::string&, const std::string&)> dump;
};

struct Conversion {
  Graph graph;  // after all passes
  Program program;
  std::vector<uint8_t> file;
  std::optional<QuantizationReport> report;  // if int8 was asked for
};

// Reads a source from its path (for ncnn either of the two files) into a graph. Throws ConvertError
// or std::runtime_error.
Graph import_file(const std::string& path, const ImportOptions& options);

// Runs metadata, passes, program and emitter on an imported graph.
Conversion convert(Graph graph, const ConvertOptions& options);

}  // namespace linnet::converter
