#include "bench/accuracy/options.h"

#include <algorithm>

#include "bench/board.h"
#include "host/isa.h"

namespace linnet::bench::accuracy {
namespace {

using host::UsageError;

const std::vector<host::Option> kOptions = {
    {"--model", "FILE.lnt", "the model"},
    {"--detections", "FILE.json", "instead of a model: its detections in COCO's results format"},
    {"--annotations", "FILE.json", "what is in the pictures, in COCO's instances format"},
    {"--images", "FOLDER", "where the pictures are"},
    {"--labels", "FORMAT", "coco, or yolo: text files in a labels folder, no --annotations (coco)"},
    {"--against", "FILE", "another model (.lnt) or its detections (.json): gives the difference"},
    {"--size", "HxW", "network input, or one number for both (the model's)"},
    {"--conf", "NUMBER", "keep detections with a score above this (0.001)"},
    {"--iou", "NUMBER", "of two that overlap more than this keep one (0.6)"},
    {"--max", "N", "detections a picture at most (300)"},
    {"--threads", "N", "pictures at a time (all cores)"},
    {"--format", "FORMAT", "text, md, json or csv (text)"},
    {"--per-class", nullptr, "the figures of each class too"},
    {"--out", "FILE", "write the results there"},
    {"--save-detections", "FILE.json", "write the detections there, in COCO's results format"},
    {"--html", "FILE.html", "a page with curves, confusion matrix and the worst pictures"},
    {"--worst", "N", "how many of them (12)"},
    {"--help", nullptr, "this text"},
};

constexpr int kMaxBoxes = 30000, kMaxWorst = 1000;

bool wants_yolo(const host::Args& args) {
  const std::string labels = args.text("--labels", "coco");
  if (labels != "coco" && labels != "yolo") {
    throw UsageError("--labels: expected coco or yolo, found '" + labels + "'");
  }
  return labels == "yolo";
}

void check_yolo(const Options& options) {
  if (!options.annotations.empty()) {
    throw UsageError("--annotations: expected none with --labels yolo, found " +
                     options.annotations + "; leave one of the two out");
  }
  if (options.model.empty() || is_detections_file(options.against)) {
    throw UsageError(
        "--labels yolo: expected --model FILE.lnt, found --detections; files of "
        "detections go with --annotations");
  }
}

void check(const Options& options, bool yolo) {
  if (options.model.empty() == options.detections.empty()) {
    throw UsageError(std::string("expected --model FILE.lnt or --detections FILE.json, found ") +
                     (options.model.empty() ? "neither" : "both"));
  }
  if (yolo) {
    check_yolo(options);
  } else if (options.annotations.empty()) {
    throw UsageError("expected --annotations FILE.json or --labels yolo, found neither");
  }
  const bool runs =
      !options.model.empty() || (!options.against.empty() && !is_detections_file(options.against));
  if (runs && options.images.empty()) {
    throw UsageError("expected --images FOLDER for the model to look at, found nothing");
  }
  const std::string& f = options.format;
  if (f != "text" && f != "md" && f != "json" && f != "csv") {
    throw UsageError("--format: expected text, md, json or csv, found '" + f + "'");
  }
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  const host::Args args(argc, argv, kOptions);
  Options options;
  options.help = args.has("--help");
  if (options.help) return options;
  if (!args.positional().empty()) {
    throw UsageError("expected options only, found '" + args.positional()[0] +
                     "'; a model goes with --model");
  }
  options.model = args.text("--model", "");
  options.detections = args.text("--detections", "");
  options.against = args.text("--against", "");
  options.annotations = args.text("--annotations", "");
  options.images = args.text("--images", "");
  if (args.has("--size")) options.detect.size = host::parse_size("--size", args.text("--size", ""));
  DetectOptions& detect = options.detect;
  detect.confidence = static_cast<float>(args.number("--conf", detect.confidence, 0, 1));
  detect.iou = static_cast<float>(args.number("--iou", detect.iou, 0, 1));
  detect.max_boxes = args.integer("--max", detect.max_boxes, 1, kMaxBoxes);
  detect.cpu_features = host::cpu_features_from_environment();
  const int cores = std::clamp(core_count(), 1, LINNET_MAX_THREADS);
  options.threads = args.integer("--threads", cores, 1, LINNET_MAX_THREADS);
  options.format = args.text("--format", options.format);
  options.out = args.text("--out", "");
  options.html = args.text("--html", "");
  options.save_detections = args.text("--save-detections", "");
  options.per_class = args.has("--per-class");
  options.worst_pictures = args.integer("--worst", options.worst_pictures, 0, kMaxWorst);
  check(options, wants_yolo(args));
  return options;
}

std::string usage() {
  return "usage: linnet-bench accuracy --model FILE.lnt --images FOLDER --annotations FILE.json\n"
         "       linnet-bench accuracy --model FILE.lnt --images FOLDER --labels yolo\n"
         "       linnet-bench accuracy --detections FILE.json --annotations FILE.json\n\n"
         "Average precision and recall as COCO defines them (pycocotools), on your pictures.\n\n" +
         host::options_help(kOptions);
}

}  // namespace linnet::bench::accuracy
