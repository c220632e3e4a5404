// linnet-convert: exported weights in, one .lnt file out.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "converter/convert.h"
#include "converter/emit_c/emit_c.h"
#include "converter/error.h"
#include "converter/inspect/inspect.h"
#include "converter/inspect/trim_options.h"
#include "host/args.h"
#include "host/file.h"
#include "host/picture_list.h"
#include "host/program.h"
#include "host/progress_bar.h"
#include "linnet/linnet.h"

namespace {

using linnet::host::Args;
using linnet::host::Option;
using linnet::host::UsageError;
namespace converter = linnet::converter;

const std::vector<Option> kOptions = {
    {"-o", "FILE", "output (default: the input's name with .lnt, in the current folder)"},
    {"--anchors", "LIST", "18 numbers, width and height, P3 to P5: 10,13,16,30,…"},
    {"--names", "LIST|FILE", "class names, separated by commas, or a file with one a line"},
    {"--size", "HxW", "native size, where the source leaves it open (default 320x320)"},
    {"--name", "TEXT", "model name (default: the input's name)"},
    {"--int8", nullptr, "quantize to int8, also what is quantized already; needs --calibrate"},
    {"--calibrate", "DIR|LIST", "pictures like those it will see, or a file with one a line"},
    {"--method", "NAME", "ranges by minmax, percentile, kl or mse (default mse)"},
    {"--no-equalization", nullptr, "one scale for all channels of a layer's output"},
    {"--no-bias-correction", nullptr, "biases as they are"},
    {"--round-together", nullptr, "round weights so that their errors cancel out on the pictures"},
    {"--int8-head", nullptr, "int8 logits too"},
    {"--keep-float", "LIST", "layers that stay in floats, by (a part of) their names"},
    {"--auto-mixed", "[NUMBER]",
     "keep the fewest layers in floats so that scores are off by at "
     "most this on average (default 0.01)"},
    {"--report", "FILE", "what int8 does to each layer: .json or .html"},
    {"--dequantize", nullptr, "a quantized INPUT becomes a model in floats"},
    {"--threads", "N", "for the calibration, or those of the arena with --emit-c (default 1)"},
    {"--no-winograd", nullptr, "3x3 convolutions the direct way: slower, a smaller file"},
    {"--no-views", nullptr, "keep concat, split, shuffle and upsample as explicit copies"},
    {"--dump-ir", "DIR", "write the graph after every pass to DIR"},
    {"--inspect", nullptr,
     "print what a .lnt file holds; --size says for which input the arena is"},
    {"--emit-c", nullptr,
     "write a .lnt file as C: -o's name (default: the input's) with .c and .h"},
    {"--json", nullptr, "with --inspect: as JSON"},
    {"--ops", nullptr, "print the CMake options of a library that has what a .lnt file needs"},
    {"--quiet", nullptr, "no summary"},
    {"--help", nullptr, "this text"},
    {"--version", nullptr, "the version"},
};

void print_help() {
  std::printf(
      "usage: linnet-convert INPUT [-o OUT.lnt] [options]\n"
      "       linnet-convert --inspect MODEL.lnt [--json] [--size HxW]\n"
      "       linnet-convert --ops MODEL.lnt\n"
      "       linnet-convert --emit-c MODEL.lnt [-o FOLDER/NAME] [--size HxW] [--threads N]\n\n"
      "INPUT is an ONNX export, an ncnn .param or .bin file (the other one beside it) or a "
      "PyTorch\n"
      "checkpoint (.pt) of YOLOv5-Lite; its content decides, not its name.\n\n%s",
      linnet::host::options_help(kOptions).c_str());
}

std::vector<std::string> read_names(const std::string& value) {
  if (!std::filesystem::is_regular_file(value)) return linnet::host::split_list(value);
  const std::vector<uint8_t> file = linnet::host::read_file(value, 1 << 20);
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) names.emplace_back(line);
  }
  return names;
}

// --calibrate: a folder, a picture, or a text file that lists pictures.
std::vector<std::string> calibration_pictures(const std::string& value) {
  if (!value.ends_with(".txt")) return linnet::host::list_pictures({value});
  std::vector<std::string> lines = read_names(value);
  if (lines.empty()) throw UsageError("--calibrate: expected a picture a line in " + value);
  return lines;
}

// One bar for each work, one after the other.
class ProgressBars {
 public:
  void show(const std::string& work, size_t done, size_t total) {
    if (!bar_ || work != work_) bar_.emplace(work, total);
    work_ = work;
    bar_->show(done, total);
  }

 private:
  std::string work_;
  std::optional<linnet::host::ProgressBar> bar_;
};

// What belongs to --int8 only.
constexpr const char* kInt8Options[] = {
    "--calibrate",          "--method",         "--no-equalization",
    "--no-bias-correction", "--round-together", "--int8-head",
    "--keep-float",         "--auto-mixed",     "--report"};

converter::Int8Options make_int8_options(const Args& args) {
  if (!args.has("--calibrate")) {
    throw UsageError("--int8 needs --calibrate DIR: some hundred pictures like those it will see");
  }
  converter::Int8Options options;
  options.pictures = calibration_pictures(args.text("--calibrate", ""));
  options.quantize.scales.method = converter::range_method_of(args.text("--method", "mse"));
  options.quantize.scales.equalize = !args.has("--no-equalization");
  options.quantize.correct_bias = !args.has("--no-bias-correction");
  options.quantize.round_together = args.has("--round-together");
  options.quantize.int8_head = args.has("--int8-head");
  if (args.has("--keep-float")) {
    options.keep_float = linnet::host::split_list(args.text("--keep-float", ""));
  }
  if (args.has("--auto-mixed")) {
    options.auto_mixed = args.text("--auto-mixed", "").empty()
                             ? converter::kDefaultBudget
                             : args.number("--auto-mixed", 0, 0, 1);
  }
  const std::string report = args.text("--report", "");
  options.report = args.has("--report");
  if (options.report && !report.ends_with(".json") && !report.ends_with(".html")) {
    throw UsageError("--report: expected a file that ends with .json or .html, found '" + report +
                     "'");
  }
  options.threads = args.integer("--threads", 1, 1, LINNET_MAX_THREADS);
  options.progress = [bars = std::make_shared<ProgressBars>()](const char* work, size_t done,
                                                               size_t total) {
    bars->show(work, done, total);
  };
  return options;
}

converter::ConvertOptions make_options(const Args& args, const std::string& input) {
  converter::ConvertOptions options;
  if (args.has("--size")) {
    const linnet::host::Size size = linnet::host::parse_size("--size", args.text("--size", ""));
    options.import.height = size.height;
    options.import.width = size.width;
  }
  if (args.has("--anchors")) {
    options.metadata.anchors = converter::parse_anchors(args.text("--anchors", ""));
  }
  if (args.has("--names")) options.metadata.class_names = read_names(args.text("--names", ""));
  options.views = !args.has("--no-views");
  options.dequantize = args.has("--dequantize");
  if (args.has("--int8")) options.int8 = make_int8_options(args);
  for (const char* option : kInt8Options) {
    if (args.has(option) && !options.int8) throw UsageError(std::string(option) + " needs --int8");
  }
  options.winograd = !args.has("--no-winograd");
  options.name = args.text("--name", linnet::host::file_stem(input));
  if (args.has("--dump-ir")) {
    const std::filesystem::path folder = args.text("--dump-ir", "");
    std::filesystem::create_directories(folder);
    options.dump = [folder](const std::string& stage, const std::string& text) {
      linnet::host::write_text_atomically((folder / (stage + ".txt")).string(), text);
    };
  }
  return options;
}

void print_summary(const converter::Conversion& done, const std::string& output) {
  const converter::Graph& graph = done.graph;
  std::printf("%s: %s (%s), %d classes (names: %s), anchors: %s\n", output.c_str(),
              graph.name.c_str(), graph.source.c_str(), graph.class_count,
              origin_name(graph.names_origin), origin_name(graph.anchors_origin));
  std::printf("nodes: %d in the source, %zu in the model (%d gone)\n", graph.source_nodes,
              done.program.steps.size(),
              graph.source_nodes - static_cast<int>(done.program.steps.size()));
  std::printf("%s", converter::inspect_summary(done.file).c_str());
  if (done.report) std::printf("%s", mixed_summary(*done.report).c_str());
  for (const std::string& note : graph.notes) std::printf("note: %s\n", note.c_str());
}

// The model, and what --report wants: neither replaces an old file before both are written.
void write_results(const Args& args, const converter::Conversion& done, const std::string& output) {
  const std::string path = args.text("--report", "");
  std::string report;
  std::vector<linnet::host::NewFile> files = {{output, done.file}};
  if (args.has("--report")) {
    report = path.ends_with(".json") ? report_json(*done.report) : report_html(*done.report);
    files.push_back({path, linnet::host::bytes_of(report)});
  }
  linnet::host::write_files_atomically(files);
}

int inspect(const Args& args, const std::string& path) {
  const linnet::host::AlignedFile file(path);
  linnet::host::Size size;
  if (args.has("--size")) size = linnet::host::parse_size("--size", args.text("--size", ""));
  const std::string text =
      args.has("--json")
          ? converter::inspect_json(file.data(), file.size(), size.height, size.width)
          : converter::inspect_text(file.data(), file.size(), size.height, size.width);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int print_trim_options(const std::string& path) {
  const linnet::host::AlignedFile file(path);
  std::fputs(converter::trim_options(file.data(), file.size()).c_str(), stdout);
  return 0;
}

int emit_c(const Args& args, const std::string& path) {
  const linnet::host::AlignedFile file(path);
  std::filesystem::path base = args.text("-o", linnet::host::file_stem(path));
  if (base.extension() == ".c" || base.extension() == ".h") base.replace_extension();
  converter::CSourceOptions options;
  options.file_name = base.filename().string();
  if (args.has("--size")) {
    const linnet::host::Size size = linnet::host::parse_size("--size", args.text("--size", ""));
    options.height = size.height;
    options.width = size.width;
  }
  options.threads = args.integer("--threads", 1, 1, LINNET_MAX_THREADS);
  const converter::CSource c = converter::emit_c(file.data(), file.size(), options);
  const std::array<linnet::host::NewFile, 2> files = {
      {{base.string() + ".h", linnet::host::bytes_of(c.header)},
       {base.string() + ".c", linnet::host::bytes_of(c.source)}}};
  linnet::host::write_files_atomically(files);
  if (!args.has("--quiet")) {
    std::printf("%s, %s: %zu bytes of model\n", files[0].path.c_str(), files[1].path.c_str(),
                file.size());
  }
  return 0;
}

int run(const Args& args) {
  if (args.has("--help")) {
    print_help();
    return 0;
  }
  if (args.has("--version")) {
    std::printf("linnet-convert %d.%d.%d\n", LINNET_VERSION_MAJOR, LINNET_VERSION_MINOR,
                LINNET_VERSION_PATCH);
    return 0;
  }
  if (args.positional().size() != 1) {
    throw UsageError("expected one input file, found " + std::to_string(args.positional().size()) +
                     " (--help shows how to use this)");
  }
  const std::string input = args.positional()[0];
  try {
    if (args.has("--inspect")) return inspect(args, input);
    if (args.has("--ops")) return print_trim_options(input);
    if (args.has("--emit-c")) return emit_c(args, input);
    converter::ConvertOptions options = make_options(args, input);
    const std::string output = args.text("-o", linnet::host::file_stem(input) + ".lnt");
    const converter::Conversion done =
        converter::convert(converter::import_file(input, options.import), options);
    options.int8.reset();  // takes the progress bar away
    write_results(args, done, output);
    if (!args.has("--quiet")) print_summary(done, output);
    return 0;
  } catch (const converter::ConvertError& error) {
    throw std::runtime_error(input + ": " + error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  return linnet::host::run_reporting("linnet-convert", stdout, stderr,
                                     [&] { return run(Args(argc, argv, kOptions)); });
}
