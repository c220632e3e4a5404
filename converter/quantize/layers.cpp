#include "converter/quantize/layers.h"

#include "converter/error.h"
#include "converter/quantize/quantize_program.h"
#include "converter/quantize/value_flow.h"
#include "host/near_names.h"

namespace linnet::converter {
namespace {

constexpr size_t kHints = 3;

[[noreturn]] void unknown(const std::vector<Layer>& layers, const std::string& name) {
  std::vector<std::string> names;
  for (const Layer& layer : layers) names.push_back(layer.name);
  std::string hints;
  for (const std::string& near : host::near_names(name, names, kHints)) {
    hints += (hints.empty() ? "'" : ", '") + near + "'";
  }
  throw ConvertError("", "--keep-float: expected (a part of) the name of a layer, found '" + name +
                             "'; the nearest are " + hints +
                             "; --inspect of the float model lists all");
}

}  // namespace

std::vector<Layer> layers_of(const SplitProgram& split) {
  const std::vector<bool> candidates = int8_candidates(split);
  std::vector<Layer> layers;
  for (size_t i = 0; i < split.program.steps.size(); ++i) {
    const Step& step = split.program.steps[i];
    const size_t last = split.first_of_pair[i] ? i + 1 : i;
    layers.push_back({static_cast<int>(i), static_cast<int>(last), step.name, step.op,
                      candidates[i], !keeps_scale(step.op)});
    i = last;
  }
  return layers;
}

std::vector<bool> steps_of(const SplitProgram& split, const std::vector<Layer>& layers,
                           const std::vector<bool>& chosen) {
  std::vector<bool> steps(split.program.steps.size(), false);
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!chosen[i]) continue;
    steps[static_cast<size_t>(layers[i].first)] = true;
    steps[static_cast<size_t>(layers[i].last)] = true;
  }
  return steps;
}

std::vector<bool> find_layers(const std::vector<Layer>& layers,
                              const std::vector<std::string>& names) {
  std::vector<bool> found(layers.size(), false);
  for (const std::string& name : names) {
    bool any = false;
    for (const bool exact : {true, false}) {
      if (any) break;
      for (size_t i = 0; i < layers.size(); ++i) {
        const bool is =
            exact ? layers[i].name == name : layers[i].name.find(name) != std::string::npos;
        if (is) found[i] = any = true;
      }
    }
    if (!any) unknown(layers, name);
  }
  return found;
}

}  // namespace linnet::converter
