#include "bench/accuracy/program.h"

#include <cstdio>

#include "bench/accuracy/coco.h"
#include "bench/accuracy/options.h"
#include "bench/accuracy/report.h"
#include "bench/accuracy/yolo_labels.h"
#include "host/file.h"
#include "host/format.h"
#include "host/progress_bar.h"

namespace linnet::bench::accuracy {
namespace {

class Program {
 public:
  explicit Program(const Options& options) : options_(options), pool_(options.threads) {}

  int run() {
    const bool yolo = options_.annotations.empty();
    std::optional<Network> model = network(options_.model), other = network(options_.against);
    report_.dataset = yolo ? read_yolo_labels(options_.images, class_names_of(*model))
                           : read_coco_annotations(options_.annotations, options_.images);
    report_.subject = detections_of(model, options_.detections);
    if (!options_.against.empty()) report_.against = detections_of(other, options_.against);
    if (yolo) scale_to_pixels(&report_.dataset);
    evaluate_all();
    state_facts();
    write_results();
    return 0;
  }

 private:
  static std::optional<Network> network(const std::string& path) {
    if (path.empty() || is_detections_file(path)) return std::nullopt;
    return Network::from_file(path);
  }

  Subject detections_of(const std::optional<Network>& model, const std::string& path) {
    Subject subject;
    if (!model) {
      subject.name = host::file_stem(path);
      subject.detections = read_coco_detections(path, report_.dataset, &report_.dataset.notes);
      return subject;
    }
    subject.name = model->name();
    ran_a_model_ = true;
    const ClassMap classes =
        map_classes(class_names_of(*model), report_.dataset.categories, subject.name);
    host::ProgressBar bar(subject.name, report_.dataset.pictures.size());
    subject.detections = detect(*model, classes, options_.detect, &pool_, &report_.dataset,
                                [&bar](size_t done) { bar.show(done); });
    state("classes", classes.rule, subject.name);
    const host::Size size = options_.detect.size;
    state("input",
          host::formatted("%dx%d", size.height == 0 ? model->info().native_height : size.height,
                          size.width == 0 ? model->info().native_width : size.width),
          subject.name);
    return subject;
  }

  // What is the same for both models is said once.
  void state(const std::string& name, const std::string& value, const std::string& subject) {
    for (const auto& [known, known_value] : report_.facts) {
      if (known == name && known_value == value) return;
      if (known == name) {
        report_.facts.emplace_back(name + " of " + subject, value);
        return;
      }
    }
    report_.facts.emplace_back(name, value);
  }

  void evaluate_all() {
    report_.subject.evaluation = evaluate(report_.dataset, report_.subject.detections, &pool_);
    if (report_.against) {
      report_.against->evaluation = evaluate(report_.dataset, report_.against->detections, &pool_);
    }
  }

  void state_facts() {
    std::vector<std::pair<std::string, std::string>> facts;
    facts.emplace_back(options_.model.empty() ? "detections" : "model", report_.subject.name);
    if (report_.against) facts.emplace_back("against", report_.against->name);
    facts.emplace_back("data", data_in_words());
    for (auto& fact : report_.facts) facts.push_back(std::move(fact));
    if (ran_a_model_) {
      facts.emplace_back(
          "detector",
          host::formatted("confidence above %g, NMS IoU %g by class, every class of "
                          "a cell, at most %d a picture",
                          static_cast<double>(options_.detect.confidence),
                          static_cast<double>(options_.detect.iou), options_.detect.max_boxes));
    }
    report_.facts = std::move(facts);
    report_.per_class = options_.per_class;
    report_.worst_pictures = static_cast<size_t>(options_.worst_pictures);
  }

  std::string data_in_words() const {
    const Dataset& data = report_.dataset;
    const size_t objects = object_count(data), crowds = data.truths.size() - objects;
    return host::formatted("%zu pictures, %zu objects%s, %zu classes", data.pictures.size(),
                           objects,
                           crowds == 0 ? "" : host::formatted(" and %zu crowds", crowds).c_str(),
                           data.categories.size());
  }

  std::string formatted_report() const {
    if (options_.format == "json") return to_json(report_);
    if (options_.format == "md") return to_markdown(report_);
    return options_.format == "csv" ? to_csv(report_) : to_text(report_);
  }

  void write_results() const {
    if (!options_.save_detections.empty()) {
      write_coco_detections(options_.save_detections, report_.dataset, report_.subject.detections);
    }
    if (!options_.html.empty()) host::write_text_atomically(options_.html, to_html(report_));
    if (options_.out.empty()) {
      std::printf("%s", formatted_report().c_str());
    } else {
      host::write_text_atomically(options_.out, formatted_report());
    }
  }

  const Options& options_;
  host::ThreadPool pool_;
  Report report_;
  bool ran_a_model_ = false;
};

}  // namespace

int run(int argc, const char* const* argv) {
  const Options options = parse_options(argc, argv);
  if (options.help) {
    std::printf("%s", usage().c_str());
    return 0;
  }
  return Program(options).run();
}

}  // namespace linnet::bench::accuracy
