#include "converter/convert.h"

#include <filesystem>
#include <utility>

#include "converter/emit/emit.h"
#include "converter/error.h"
#include "converter/passes/build_program.h"
#include "converter/passes/passes.h"
#include "converter/quantize/quantize_given.h"
#include "host/file.h"

namespace linnet::converter {
namespace {

// The other file of an ncnn pair: same stem, other extension.
std::vector<uint8_t> read_partner(const std::string& path, const char* extension) {
  const std::string partner = std::filesystem::path(path).replace_extension(extension).string();
  if (!std::filesystem::exists(partner)) {
    throw ConvertError(
        "", "expected the other half of the ncnn model at " + partner + ", found no such file");
  }
  return host::read_file(partner);
}

}  // namespace

Graph import_file(const std::string& path, const ImportOptions& options) {
  const std::vector<uint8_t> file = host::read_file(path);
  switch (detect_format(file)) {
    case SourceFormat::onnx:
      return import_onnx(file, options);
    case SourceFormat::torch_zip:
    case SourceFormat::torch_legacy:
      return import_torch(file, options);
    case SourceFormat::ncnn_param:
      return import_ncnn(file, read_partner(path, ".bin"), options);
    case SourceFormat::ncnn_bin:
      return import_ncnn(read_partner(path, ".param"), file, options);
    case SourceFormat::linnet:
      throw ConvertError("", "this is a converted model already; use --inspect to look at it");
    case SourceFormat::unknown:
      break;
  }
  throw ConvertError("",
                     "expected an ONNX model, an ncnn .param or .bin file or a PyTorch checkpoint "
                     "(.pt), found something else");
}

Conversion convert(Graph graph, const ConvertOptions& options) {
  if (!options.name.empty()) graph.name = options.name;
  infer_shapes(&graph);
  complete_metadata(&graph, options.metadata);
  if (is_quantized(graph) && (options.int8 || options.dequantize)) {
    drop_quantization(&graph);
    graph.notes.push_back("int8 weights were dequantized to float");
  }
  PassOptions pass_options;
  pass_options.views = options.views;
  if (options.dump) {
    pass_options.dump = [&](const std::string& stage, const Graph& after) {
      options.dump(stage, to_text(after));
    };
  }
  run_passes(&graph, pass_options);
  Conversion result;
  result.program = build_program(graph, options.views);
  if (options.int8) {
    Quantization int8 = quantize(graph, result.program, *options.int8);
    result.program = std::move(int8.program);
    result.report = std::move(int8.report);
  } else if (is_quantized(graph)) {
    result.program = quantize_as_given(result.program, &graph.notes);
  }
  if (options.winograd) choose_winograd(&result.program);
  if (options.dump) options.dump("08-program", to_text(result.program));
  result.file = emit(graph, result.program);
  result.graph = std::move(graph);
  return result;
}

}  // namespace linnet::converter
