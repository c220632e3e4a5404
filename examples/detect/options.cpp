#include "examples/detect/options.h"

#include <algorithm>
#include <charconv>

#include "host/cores.h"

namespace linnet::detect {
namespace {

using host::Args;
using host::Option;
using host::UsageError;

const std::vector<Option> kOptions = {
    {"--conf", "NUMBER", "keep boxes with a score above this, 0 to 1 (default 0.25)"},
    {"--iou", "NUMBER", "of two boxes that overlap more than this keep one (default 0.45)"},
    {"--size", "HxW", "network input, or one number for both (default: the model's)"},
    {"--threads", "N", "threads (default: the number of cores)"},
    {"--classes", "LIST", "only these, by name or number: person,bus or 0,5"},
    {"--max", "N", "boxes a picture at most (default 300)"},
    {"--multi-label", nullptr, "every class of a cell above --conf, not only its best"},
    {"--agnostic", nullptr, "boxes of different classes compete too"},
    {"--json", "[FILE.json]", "results as JSON to FILE, or instead of the table"},
    {"--save", "OUT.png|DIR", "picture with boxes, labels and scores drawn"},
    {"--heads", "PREFIX", "raw logits to PREFIX0.npy, PREFIX1.npy, PREFIX2.npy"},
    {"--input", "X.npy", "float32 [1,3,H,W], RGB in 0..1, instead of pictures"},
    {"--help", nullptr, "this text"},
    {"--version", nullptr, "the version"},
};

constexpr int kMaxBoxes = 30000;

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

void check(const Options& options) {
  if (options.model.empty()) throw UsageError("expected a model (.lnt), found nothing (--help)");
  const bool tensor = !options.tensor.empty();
  if (!tensor && options.pictures.empty()) {
    throw UsageError("expected pictures, a folder or --input after the model, found nothing");
  }
  if (tensor && !options.pictures.empty()) {
    throw UsageError("--input: expected no pictures beside it, found " + options.pictures[0]);
  }
  if (tensor && options.size.height != 0) {
    throw UsageError("--size: --input sets the size; leave one of them out");
  }
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  const Args args(argc, argv, kOptions);
  Options options;
  options.help = args.has("--help");
  options.version = args.has("--version");
  if (options.help || options.version) return options;
  options.pictures = args.positional();
  if (!options.pictures.empty()) {
    options.model = options.pictures.front();
    options.pictures.erase(options.pictures.begin());
  }
  options.tensor = args.text("--input", "");
  if (args.has("--size")) options.size = host::parse_size("--size", args.text("--size", ""));
  const int threads =
      args.has("--threads") ? args.integer("--threads", 1, 1, LINNET_MAX_THREADS) : 0;
  options.threads = host::settle_on_cores(threads);
  options.decode = linnet_detect_options_default();
  options.decode.confidence =
      static_cast<float>(args.number("--conf", options.decode.confidence, 0, 1));
  options.decode.iou = static_cast<float>(args.number("--iou", options.decode.iou, 0, 1));
  options.decode.max_boxes = static_cast<uint32_t>(args.integer("--max", 300, 1, kMaxBoxes));
  options.decode.multi_label = args.has("--multi-label") ? 1 : 0;
  options.decode.class_agnostic = args.has("--agnostic") ? 1 : 0;
  options.classes = host::split_list(args.text("--classes", ""));
  if (args.has("--classes") && options.classes.empty()) {
    throw UsageError("--classes: expected names or numbers, found nothing");
  }
  options.json = args.has("--json");
  options.json_file = args.text("--json", "");
  options.save = args.text("--save", "");
  options.heads = args.text("--heads", "");
  check(options);
  return options;
}

std::string usage() {
  return "usage: linnet-detect MODEL.lnt PICTURE|FOLDER|PATTERN... [options]\n"
         "       linnet-detect MODEL.lnt --input X.npy [options]\n\n"
         "Finds objects in pictures: class, score and box in pixels of the picture.\n\n" +
         host::options_help(kOptions) +
         "\nExit status: 0 all pictures done, 1 one could not be, 2 the command line is wrong.\n";
}

std::vector<uint8_t> class_filter(const std::vector<std::string>& classes,
                                  const std::vector<std::string>& names) {
  std::vector<uint8_t> filter(names.size());
  for (const std::string& text : classes) {
    size_t index = static_cast<size_t>(std::find(names.begin(), names.end(), text) - names.begin());
    if (index == names.size() && is_number(text)) {
      (void)std::from_chars(text.data(), text.data() + text.size(), index);
    }
    if (index >= names.size()) {
      std::string some;
      for (size_t i = 0; i < std::min<size_t>(names.size(), 5); ++i) some += names[i] + ", ";
      throw UsageError("--classes: expected names (" + some + "…) or numbers from 0 to " +
                       std::to_string(names.size() - 1) + ", found '" + text + "'");
    }
    filter[index] = 1;
  }
  return filter;
}

void check_size(host::Size size, int stride) {
  if (size.height % stride == 0 && size.width % stride == 0) return;
  const auto round = [stride](int extent, int add) {
    return std::max(stride, (extent + add) / stride * stride);
  };
  const auto text = [](int height, int width) {
    return std::to_string(height) + "x" + std::to_string(width);
  };
  const std::string lower = text(round(size.height, 0), round(size.width, 0));
  const std::string upper = text(round(size.height, stride - 1), round(size.width, stride - 1));
  throw UsageError("--size: expected multiples of the stride " + std::to_string(stride) +
                   ", found " + text(size.height, size.width) + "; the nearest are " + lower +
                   (lower == upper ? "" : " and " + upper));
}

}  // namespace linnet::detect
