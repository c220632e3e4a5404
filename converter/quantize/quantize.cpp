#include "converter/quantize/quantize.h"

#include "converter/error.h"

namespace linnet::converter {
namespace {

std::vector<bool> find_steps(const Program& program, const std::vector<std::string>& names) {
  std::vector<bool> found(program.steps.size(), false);
  for (const std::string& name : names) {
    bool any = false;
    for (size_t i = 0; i < program.steps.size(); ++i) {
      if (program.steps[i].name.find(name) == std::string::npos) continue;
      found[i] = any = true;
    }
    if (!any) {
      throw ConvertError("", "--keep-float: expected (a part of) the name of a layer, found '" +
                                 name + "'; --inspect lists the names");
    }
  }
  return found;
}

}  // namespace

Program quantize(const Graph& graph, const Program& program, const Int8Options& options) {
  const SplitProgram split = split_activations(program);
  const std::vector<bool> keep_float = find_steps(split.program, options.keep_float);
  std::vector<host::Image> pictures;
  for (const std::string& path : options.pictures) pictures.push_back(host::read_image(path));
  CalibrationOptions calibration;
  calibration.threads = options.threads;
  calibration.progress = options.progress;
  return quantize_program(split, calibrate(graph, split.program, pictures, calibration),
                          options.quantize, keep_float);
}

}  // namespace linnet::converter
