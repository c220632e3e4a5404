#include "examples/detect/program.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "examples/detect/detector.h"
#include "examples/detect/options.h"
#include "examples/detect/output_paths.h"
#include "examples/detect/result.h"
#include "host/file.h"
#include "host/npy.h"
#include "host/picture_list.h"
#include "host/program.h"

namespace linnet::detect {
namespace {

constexpr char kName[] = "linnet-detect";

// "[3/12] name" on a terminal that shows nothing else.
class Progress {
 public:
  Progress(size_t total, std::FILE* out, std::FILE* err)
      : total_(total),
        err_(err),
        shown_(total > 1 && isatty(fileno(err)) && !isatty(fileno(out))) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(size_t index, const std::string& name) const {
    if (shown_) std::fprintf(err_, "\r\033[K[%zu/%zu] %s", index + 1, total_, name.c_str());
  }
  void clear() const {
    if (shown_) std::fputs("\r\033[K", err_);
  }

 private:
  size_t total_;
  std::FILE* err_;
  bool shown_;
};

// Everything of one run.
class Program {
 public:
  Program(const Options& options, std::FILE* out, std::FILE* err)
      : options_(options), out_(out), err_(err), detector_(options.model) {}

  // The exit status.
  int run() {
    filter_ = class_filter(options_.classes, detector_.class_names());
    if (!options_.classes.empty()) options_.decode.class_filter = filter_.data();
    if (!options_.heads.empty()) detector_.keep_heads();
    if (options_.tensor.empty()) {
      run_pictures();
    } else {
      run_tensor();
    }
    if (options_.json) write_json();
    return failed_ ? 1 : 0;
  }

 private:
  void run_pictures() {
    const std::vector<std::string> paths = host::list_pictures(options_.pictures);
    if (!options_.heads.empty() && paths.size() != 1) {
      throw host::UsageError("--heads: expected one picture, found " +
                             std::to_string(paths.size()));
    }
    if (options_.size.height != 0) check_size(options_.size, detector_.info().max_stride);
    if (!options_.save.empty()) outputs_.emplace(options_.save, paths.size());
    detector_.open(options_.size.height, options_.size.width, options_.threads);
    const Progress progress(paths.size(), out_, err_);
    for (size_t i = 0; i < paths.size(); ++i) {
      progress.show(i, paths[i]);
      try {
        run_picture(paths[i]);
      } catch (...) {
        progress.clear();
        (void)host::report_exception(kName, err_, paths[i].c_str());
        failed_ = true;
      }
    }
  }

  void run_picture(const std::string& path) {
    Result result;
    const auto begin = std::chrono::steady_clock::now();
    host::Image image = host::read_image(path);
    result.times.load =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    result.boxes = detector_.detect(image, options_.decode, &result.times);
    finish(path, &image, std::move(result));
  }

  void run_tensor() {
    const host::NpyArray tensor = host::read_npy(options_.tensor);
    const std::vector<size_t>& shape = tensor.shape;
    if (shape.size() != 4 || shape[0] != 1 || shape[1] != 3 || shape[2] > host::kMaxImageExtent ||
        shape[3] > host::kMaxImageExtent) {
      std::string found;
      for (const size_t extent : shape)
        found += std::string(found.empty() ? "" : ",") + std::to_string(extent);
      throw std::runtime_error(options_.tensor + ": expected the shape [1,3,H,W], found [" + found +
                               "]");
    }
    const auto height = static_cast<int>(shape[2]), width = static_cast<int>(shape[3]);
    detector_.open(height, width, options_.threads);
    if (!options_.save.empty()) outputs_.emplace(options_.save, 1);
    Result result;
    result.boxes = detector_.detect(tensor, options_.decode, &result.times);
    host::Image image = to_image(tensor);
    finish(options_.tensor, &image, std::move(result));
  }

  static host::Image to_image(const host::NpyArray& tensor) {
    host::Image image(static_cast<int>(tensor.shape[3]), static_cast<int>(tensor.shape[2]));
    const size_t pixels = tensor.shape[2] * tensor.shape[3];
    for (size_t i = 0; i < image.rgb.size(); ++i) {
      const float value = tensor.data[i % 3 * pixels + i / 3];
      // Not a number becomes black.
      image.rgb[i] =
          static_cast<uint8_t>(value > 0 ? std::min(255.0f, std::round(value * 255)) : 0);
    }
    return image;
  }

  // Everything that is made of a result. `image` is drawn on.
  void finish(const std::string& path, host::Image* image, Result result) {
    result.path = path;
    result.width = image->width;
    result.height = image->height;
    if (!options_.heads.empty()) detector_.write_heads(options_.heads);
    if (outputs_) {
      annotate(image, result.boxes, detector_.class_names());
      host::write_image(outputs_->next(path), *image);
    }
    if (!options_.json || !options_.json_file.empty()) {
      std::fputs(to_table(result, detector_.class_names()).c_str(), out_);
      std::fflush(out_);
    }
    if (options_.json) results_.push_back(std::move(result));
  }

  void write_json() const {
    const std::string text = to_json(results_, detector_.class_names());
    if (options_.json_file.empty() || options_.json_file == "-") {
      std::fputs(text.c_str(), out_);
    } else {
      host::write_text_atomically(options_.json_file, text);
    }
  }

  Options options_;
  std::FILE* out_;
  std::FILE* err_;
  Detector detector_;
  std::vector<uint8_t> filter_;
  std::optional<OutputPaths> outputs_;
  std::vector<Result> results_;
  bool failed_ = false;
};

int run_or_throw(int argc, const char* const* argv, std::FILE* out, std::FILE* err) {
  const Options options = parse_options(argc, argv);
  if (options.help) {
    std::fputs(usage().c_str(), out);
    return 0;
  }
  if (options.version) {
    std::fprintf(out, "linnet-detect %d.%d.%d\n", LINNET_VERSION_MAJOR, LINNET_VERSION_MINOR,
                 LINNET_VERSION_PATCH);
    return 0;
  }
  return Program(options, out, err).run();
}

}  // namespace

int run_program(int argc, const char* const* argv, std::FILE* out, std::FILE* err) {
  return host::run_reporting(kName, out, err, [&] { return run_or_throw(argc, argv, out, err); });
}

}  // namespace linnet::detect
