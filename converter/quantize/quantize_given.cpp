#include "converter/quantize/quantize_given.h"

#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/quantize/given_scales.h"
#include "converter/quantize/quantize_program.h"

namespace linnet::converter {
namespace {

using Sources = std::vector<ChannelSource>;

// Decides which steps can be int8.
class Chooser {
 public:
  Chooser(const Program& program, const ValueFlow& flow, const Scales& scales)
      : program_(program), flow_(flow), scales_(scales) {}

  std::vector<bool> keep_float() const {
    const auto count = static_cast<int>(program_.steps.size());
    const std::vector<bool> mixed = unscaled_buffers();
    std::vector<bool> keep(program_.steps.size());
    for (int i = 0; i < count; ++i) {
      keep[static_cast<size_t>(i)] = !has_scales(i) || touches(i, mixed);
    }
    return keep;
  }

 private:
  const Step& step(int i) const { return program_.steps[static_cast<size_t>(i)]; }

  bool known(const Sources& sources) const {
    return std::all_of(sources.begin(), sources.end(),
                       [&](const ChannelSource& source) { return scales_.known(source); });
  }
  bool writes_head(int i) const {
    const std::vector<int>& heads = program_.head_buffers;
    return std::find(heads.begin(), heads.end(), step(i).output[0].tensor) != heads.end();
  }
  // Dense convolutions can turn int8 into floats, all else needs a scale for what it makes.
  bool makes_floats(int i) const {
    return step(i).op == format::k_conv2d && (writes_head(i) || !known(flow_.output(i)));
  }

  bool has_scales(int i) const {
    const Step& s = step(i);
    const bool convolves = s.op == format::k_conv2d || s.op == format::k_dwconv2d;
    if (convolves && s.weight_steps.empty()) return false;
    for (size_t k = 0; k < s.operands.size(); ++k) {
      if (!known(flow_.operand(i, static_cast<int>(k)))) return false;
    }
    return operands_agree(i) && (s.op == format::k_conv2d || known(flow_.output(i)));
  }

  // Padding has one zero point; tables and additions have one scale.
  bool operands_agree(int i) const {
    const Step& s = step(i);
    const bool one_scale = s.op == format::k_add || s.op == format::k_activation;
    if (keeps_scale(s.op) || (!s.window.pads() && !one_scale)) return true;
    for (size_t k = 0; k < s.operands.size(); ++k) {
      const Sources& sources = flow_.operand(i, static_cast<int>(k));
      const Scale& first = scales_.of(sources[0]);
      for (const ChannelSource& source : sources) {
        const Scale& other = scales_.of(source);
        if (other.zero_point != first.zero_point || (one_scale && other != first)) return false;
      }
    }
    return true;
  }

  // A buffer is int8 as a whole, so it cannot be if it ever holds a channel without a scale.
  std::vector<bool> unscaled_buffers() const {
    std::vector<bool> found(program_.buffers.size(), false);
    for (const int head : program_.head_buffers) found[static_cast<size_t>(head)] = true;
    for (int i = 0; i < static_cast<int>(program_.steps.size()); ++i) {
      if (known(flow_.output(i))) continue;
      for (const format::Segment& run : step(i).output) found[run.tensor] = true;
    }
    return found;
  }

  bool touches(int i, const std::vector<bool>& buffers) const {
    const auto any = [&](const std::vector<format::Segment>& view) {
      return std::any_of(view.begin(), view.end(),
                         [&](const format::Segment& run) { return buffers[run.tensor]; });
    };
    const Step& s = step(i);
    const bool writes = !makes_floats(i) && any(s.output);
    return writes || std::any_of(s.operands.begin(), s.operands.end(), any);
  }

  const Program& program_;
  const ValueFlow& flow_;
  const Scales& scales_;
};

bool reads_several_scales(const Sources& sources, const Scales& scales) {
  return std::any_of(sources.begin(), sources.end(), [&](const ChannelSource& source) {
    return scales.of(source).step != scales.of(sources[0]).step;
  });
}

// Floats of a source file may be anything; what becomes whole numbers must not.
void check_finite(const Step& step) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (std::all_of(step.weights.begin(), step.weights.end(), finite) &&
      std::all_of(step.bias.begin(), step.bias.end(), finite) && finite(step.alpha)) {
    return;
  }
  throw ConvertError("layer '" + step.name + "'",
                     "expected finite weights, biases and slopes, found one that is infinite or "
                     "not a number; is the file damaged?");
}

void add_note(int count, const char* what, std::vector<std::string>* notes) {
  if (count > 0) notes->push_back(std::to_string(count) + " " + what);
}

}  // namespace

Program quantize_as_given(const Program& program, std::vector<std::string>* notes) {
  const SplitProgram split = split_activations(program);
  const ValueFlow flow(split.program);
  const GivenScales given = given_scales(split, flow);
  const Scales scales(given.steps);
  const std::vector<bool> keep_float = Chooser(split.program, flow, scales).keep_float();
  int rounded_again = 0, floats = 0;
  for (size_t i = 0; i < split.program.steps.size(); ++i) {
    const Step& step = split.program.steps[i];
    const bool convolves = step.op == format::k_conv2d || step.op == format::k_dwconv2d;
    floats += convolves && keep_float[i];
    if (!keep_float[i]) check_finite(step);
    if (step.op != format::k_conv2d || keep_float[i]) continue;
    rounded_again += reads_several_scales(flow.operand(static_cast<int>(i), 0), scales);
  }
  notes->push_back("int8 weights and scales are the file's");
  add_note(given.widened, "channels are read in several scales and got the finest", notes);
  add_note(rounded_again,
           "convolutions read channels of different scales; their weights were rounded again",
           notes);
  add_note(floats, "convolutions stay in floats: the file has no int8 form or no scale for them",
           notes);
  return quantize_program(split, scales, keep_float);
}

}  // namespace linnet::converter
