#include "converter/quantize/quantize.h"

#include <algorithm>
#include <utility>

namespace linnet::converter {
namespace {

// Enough to tell layers apart; a run of the network for each layer and picture is what it costs.
constexpr size_t kSensitivityPictures = 8;
constexpr size_t kMeasuredPictures = 16;

std::vector<host::Image> read_all(const std::vector<std::string>& paths) {
  std::vector<host::Image> pictures;
  for (const std::string& path : paths) pictures.push_back(host::read_image(path));
  return pictures;
}

class Session {
 public:
  Session(const Graph& graph, const Program& program, const Int8Options& options)
      : graph_(graph),
        options_(options),
        split_(split_activations(program)),
        layers_(layers_of(split_)),
        keep_(find_layers(layers_, options.keep_float)),
        pictures_(read_all(options.pictures)),
        calibration_(calibrate(graph, split_.program, pictures_, options.quantize.round_together,
                               run_options(), options.progress)),
        input_(split_, calibration_, options.quantize) {}

  Quantization run() {
    QuantizationReport& report = result_.report;
    report.model = graph_.name;
    report.options = options_.quantize;
    report.calibration_pictures = pictures_.size();
    for (size_t i = 0; i < layers_.size(); ++i) {
      LayerReport& layer = report.layers.emplace_back();
      layer.layer = layers_[i];
      layer.kept_by_user = keep_[i];
      layer.head_stride = head_stride(layers_[i]);
    }
    if (options_.report || options_.auto_mixed) find_costs();
    QuantizedProgram quantized = quantize_program(input_, steps_of(split_, layers_, keep_));
    if (options_.report) measure(quantized);
    result_.program = std::move(quantized.program);
    return std::move(result_);
  }

 private:
  RunOptions run_options() const {
    RunOptions run;
    run.threads = options_.threads;
    return run;
  }

  int head_stride(const Layer& layer) const {
    const int made = split_.program.steps[static_cast<size_t>(layer.last)].output[0].tensor;
    const auto& heads = split_.program.head_buffers;
    const auto head = std::find(heads.begin(), heads.end(), made);
    return head == heads.end() ? 0 : graph_.heads[static_cast<size_t>(head - heads.begin())].stride;
  }

  void find_costs() {
    QuantizationReport& report = result_.report;
    const HeadEvaluator evaluator(graph_, split_.program, spread(pictures_, kSensitivityPictures),
                                  run_options());
    report.compared_pictures = evaluator.pictures();
    const std::vector<LayerCost> costs = layer_costs(input_, layers_, evaluator, options_.progress);
    for (size_t i = 0; i < layers_.size(); ++i) report.layers[i].cost = costs[i];
    if (!options_.auto_mixed) return;
    report.mixed = choose_mixed(input_, layers_, evaluator, costs, keep_, *options_.auto_mixed,
                                options_.progress);
    for (const size_t i : report.mixed->kept) report.layers[i].kept_by_auto = keep_[i] = true;
  }

  void measure(const QuantizedProgram& quantized) {
    QuantizationReport& report = result_.report;
    const std::vector<const host::Image*> some = spread(pictures_, kMeasuredPictures);
    report.measured_pictures = some.size();
    report.error =
        HeadEvaluator(graph_, split_.program, some, run_options()).error_of(quantized.program);
    const std::vector<LayerQuality> quality =
        measure_layers(graph_, input_, layers_, quantized, some, run_options(), options_.progress);
    for (size_t i = 0; i < layers_.size(); ++i) report.layers[i].quality = quality[i];
  }

  const Graph& graph_;
  const Int8Options& options_;
  SplitProgram split_;
  std::vector<Layer> layers_;
  std::vector<bool> keep_;
  std::vector<host::Image> pictures_;
  Calibration calibration_;
  QuantizeInput input_;
  Quantization result_;
};

}  // namespace

Quantization quantize(const Graph& graph, const Program& program, const Int8Options& options) {
  return Session(graph, program, options).run();
}

}  // namespace linnet::converter
