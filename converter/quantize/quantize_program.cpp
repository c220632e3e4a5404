#include "converter/quantize/quantize_program.h"

#include <algorithm>

#include "converter/quantize/program_edit.h"
#include "converter/quantize/quantize_step.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

using SegmentList = std::vector<format::Segment>;

constexpr float kGrey = 114.0f / 255;  // about what a pixel of the input is on average

bool has_int8_form(format::OpCode op) {
  const format::OpTraits& traits = *format::op_traits(op);
  return traits.types == format::TypeRule::same || traits.types == format::TypeRule::dense;
}

bool is_head(const Program& program, int buffer) {
  const auto& heads = program.head_buffers;
  return std::find(heads.begin(), heads.end(), buffer) != heads.end();
}

// A head is float, so nothing but a convolution can make one of int8 values.
bool can_be_int8(const Program& program, size_t i) {
  const Step& step = program.steps[i];
  return has_int8_form(step.op) &&
         (!is_head(program, step.output[0].tensor) || step.op == format::k_conv2d);
}

class Quantizer {
 public:
  // `input` may be null: no bias correction, weights to the nearest.
  Quantizer(const SplitProgram& split, const ValueFlow& flow, const Scales& scales,
            const QuantizeInput* input, const QuantizeOptions& options,
            const std::vector<bool>& keep_float, BufferTypes types)
      : split_(split),
        steps_(split.program.steps),
        input_(input),
        options_(options),
        flow_(flow),
        scales_(scales) {
    out_.program.buffers = split.program.buffers;
    out_.program.head_buffers = split.program.head_buffers;
    const bool floats = types == BufferTypes::floats;
    for (size_t i = 0; i < steps_.size(); ++i) {
      const bool kept = keep_float[i] || (floats && keeps_scale(steps_[i].op));
      int8_.push_back(!kept && can_be_int8(split.program, i));
      if (i > 0 && split.first_of_pair[i - 1]) make_alike(i - 1, i);
    }
    if (!floats) choose_types();
  }

  QuantizedProgram run() {
    for (int i = 0; i < static_cast<int>(steps_.size()); ++i) {
      const auto at = static_cast<size_t>(i);
      const bool pair = split_.first_of_pair[at] && int8_[at] == int8_[at + 1];
      if (int8_[at]) {
        add_int8(i, pair);
      } else {
        add_float(i, pair);
      }
      i += pair;
    }
    drop_unused_buffers(&out_.program);
    return std::move(out_);
  }

 private:
  const Step& step(int i) const { return steps_[static_cast<size_t>(i)]; }
  bool writes_head(int i) const { return is_head(split_.program, step(i).output[0].tensor); }
  bool is_s8(const format::Segment& run) const {
    return out_.program.buffers[run.tensor].dtype == format::kS8;
  }

  bool any_s8(const SegmentList& view) const {
    return std::any_of(view.begin(), view.end(),
                       [&](const format::Segment& run) { return is_s8(run); });
  }

  // Channels without a scale of their own are floats.
  bool has_scale(size_t i) const { return scales_.known(flow_.output(static_cast<int>(i))[0]); }
  bool makes_floats(int i) const {
    return (writes_head(i) && !options_.int8_head) || !has_scale(static_cast<size_t>(i));
  }

  // A convolution and its activation: both int8 or both in floats, unless the convolution makes
  // floats of int8.
  void make_alike(size_t first, size_t second) {
    const bool both = int8_[first] && int8_[second];
    if (steps_[first].op != format::k_conv2d || has_scale(first)) int8_[first] = both;
    int8_[second] = both;
  }

  // A buffer is int8 if any int8 step uses it; heads are float. Steps that only move values go with
  // their neighbours: they are int8 if a buffer of theirs is so anyway.
  void choose_types() {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (int8_[i] && !keeps_scale(steps_[i].op)) make_buffers_int8(i);
    }
    std::vector<bool> moves(steps_.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < steps_.size(); ++i) {
        if (!int8_[i] || moves[i] || !keeps_scale(steps_[i].op) || !touches_int8(steps_[i]))
          continue;
        make_buffers_int8(i);
        moves[i] = changed = true;
      }
    }
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (keeps_scale(steps_[i].op)) int8_[i] = moves[i];
    }
  }

  void make_buffers_int8(size_t i) {
    const Step& s = steps_[i];
    for (const SegmentList& operand : s.operands) {
      for (const format::Segment& run : operand) {
        out_.program.buffers[run.tensor].dtype = format::kS8;
      }
    }
    if (!has_scale(i)) return;
    for (const format::Segment& run : s.output) {
      if (!is_head(split_.program, run.tensor)) {
        out_.program.buffers[run.tensor].dtype = format::kS8;
      }
    }
  }

  bool touches_int8(const Step& s) const {
    return any_s8(s.output) || std::any_of(s.operands.begin(), s.operands.end(),
                                           [&](const SegmentList& view) { return any_s8(view); });
  }

  void append(Step s, int origin) {
    out_.program.steps.push_back(std::move(s));
    out_.origin.push_back(origin);
  }

  std::vector<Scale> scales_of(const std::vector<ChannelSource>& sources) const {
    std::vector<Scale> scales;
    scales.reserve(sources.size());
    for (const ChannelSource& source : sources) scales.push_back(scales_.of(source));
    return scales;
  }

  std::vector<float> means_of(const std::vector<ChannelSource>& sources) const {
    std::vector<float> means;
    means.reserve(sources.size());
    for (const ChannelSource& s : sources) {
      means.push_back(
          s.step < 0 || input_ == nullptr
              ? kGrey
              : static_cast<float>(input_->calibration.steps[static_cast<size_t>(s.step)]
                                       .mean[static_cast<size_t>(s.channel)]));
    }
    return means;
  }

  // A new buffer and the view of all of it.
  SegmentList add_buffer(const std::string& name, int channels, format::DType dtype) {
    auto& buffers = out_.program.buffers;
    buffers.push_back({name, channels, dtype});
    const auto tensor = static_cast<uint16_t>(buffers.size() - 1);
    return {{tensor, 0, static_cast<uint16_t>(channels), 0, 0}};
  }

  void add_int8(int i, bool pair) {
    Step s = step(i);
    const int last = pair ? i + 1 : i;  // the step whose output remains
    if (pair) s.output = step(last).output;
    const bool to_float = makes_floats(last);
    if (keeps_scale(s.op)) {
      append(std::move(s), i);
      return;
    }
    const std::vector<Scale> out = to_float ? std::vector<Scale>{} : scales_of(flow_.output(i));
    s.int8 = int8_form(i, out);
    if (pair) {
      s.int8->table = activation_table(step(last).activation, step(last).alpha, out[0],
                                       scales_of(flow_.output(last))[0]);
    }
    for (size_t k = 0; k < s.operands.size(); ++k) {
      s.operands[k] =
          converted(s.name, s.operands[k], flow_.operand(i, static_cast<int>(k)), format::kS8);
    }
    const bool clamps = to_float && s.activation != Activation::none;
    s.activation = s.op == format::k_activation ? s.activation : Activation::none;
    s.weights.clear();
    s.bias.clear();
    const SegmentList place = s.output;
    const bool convert = !to_float && !is_s8(place[0]);
    if (convert) s.output = add_buffer(s.name + " in int8", channel_count(place), format::kS8);
    if (clamps) s.output = add_buffer(s.name, channel_count(place), format::kF32);
    const SegmentList made = s.output;
    append(std::move(s), clamps ? kConversion : last);
    if (clamps) add_activation(last, made, place);
    if (!convert) return;
    add_conversion(format::k_dequantize, step(last).name, made, scales_of(flow_.output(last)),
                   place);
  }

  // The clamp of a convolution from int8 to floats, which it cannot do itself.
  void add_activation(int i, const SegmentList& from, const SegmentList& to) {
    Step s;
    s.op = format::k_activation;
    s.name = step(i).name;
    s.operands = {from};
    s.output = to;
    s.activation = step(i).activation;
    s.alpha = step(i).alpha;
    append(std::move(s), i);
  }

  // out: empty if the output is float.
  Int8Step int8_form(int i, const std::vector<Scale>& out) const {
    const Step& s = step(i);
    const std::vector<Scale> in = scales_of(flow_.operand(i, 0));
    if (s.op == format::k_add) return quantize_add(i, in, out);
    if (s.op == format::k_activation) {
      Int8Step int8;
      int8.table = activation_table(s.activation, s.alpha, in[0], out[0]);
      return int8;
    }
    const std::vector<float> mean = means_of(flow_.operand(i, 0));
    if (input_ == nullptr) return quantize_dense({s, in, mean, out, false});
    const std::vector<int8_t>& rounded = input_->rounded[static_cast<size_t>(i)];
    return quantize_dense(
        {s, in, mean, out, options_.correct_bias, rounded.empty() ? nullptr : &rounded});
  }

  Int8Step quantize_add(int i, const std::vector<Scale>& in, const std::vector<Scale>& out) const {
    const Scale second = scales_of(flow_.operand(i, 1))[0];
    Int8Step int8;
    int8.add.multiplier[0] = in[0].step / out[0].step;
    int8.add.multiplier[1] = second.step / out[0].step;
    int8.add.zero_point[0] = static_cast<int8_t>(in[0].zero_point);
    int8.add.zero_point[1] = static_cast<int8_t>(second.zero_point);
    set_clamp(step(i).activation, out[0], &int8);
    return int8;
  }

  // dequantize or quantize: the same channels in the other type, one step for each zero point.
  void add_conversion(format::OpCode op, const std::string& name, const SegmentList& from,
                      const std::vector<Scale>& scales, const SegmentList& to) {
    const bool to_float = op == format::k_dequantize;
    for (size_t first = 0; first < scales.size();) {
      size_t end = first + 1;
      while (end < scales.size() && scales[end].zero_point == scales[first].zero_point) ++end;
      Step s;
      s.op = op;
      s.name = name + (to_float ? " to float" : " to int8");
      s.operands = {part_of(from, first, end)};
      s.output = part_of(to, first, end);
      s.int8.emplace();
      if (to_float) {
        s.int8->in_zero_point = static_cast<int8_t>(scales[first].zero_point);
      } else {
        set_clamp(Activation::none, scales[first], &*s.int8);
      }
      for (size_t c = first; c < end; ++c) {
        s.int8->multiplier.push_back(to_float ? scales[c].step : 1 / scales[c].step);
      }
      append(std::move(s), kConversion);
      first = end;
    }
  }

  void add_float(int i, bool pair) {
    Step s = step(i);
    const int last = pair ? i + 1 : i;
    if (pair) {
      s.activation = step(last).activation;
      s.alpha = step(last).alpha;
      s.output = step(last).output;
    }
    for (size_t k = 0; k < s.operands.size(); ++k) {
      s.operands[k] =
          converted(s.name, s.operands[k], flow_.operand(i, static_cast<int>(k)), format::kF32);
    }
    const SegmentList place = s.output;
    const bool convert = any_s8(place);
    if (convert) s.output = add_buffer(s.name + " in floats", channel_count(place), format::kF32);
    const SegmentList made = s.output;
    const std::string name = s.name;
    append(std::move(s), last);
    if (!convert) return;
    add_conversion(format::k_quantize, name, made, scales_of(flow_.output(last)), place);
  }

  // The same channels with those that are of the other type converted.
  SegmentList converted(const std::string& name, const SegmentList& view,
                        const std::vector<ChannelSource>& sources, format::DType wanted) {
    const bool to_float = wanted == format::kF32;
    SegmentList result;
    auto source = sources.begin();
    for (const format::Segment& run : view) {
      const auto end = source + run.channels;
      result.push_back(run);
      if (is_s8(run) == to_float) {
        format::Segment flat = run;
        flat.upsample_shift = 0;
        const SegmentList copy =
            add_buffer(name + (to_float ? " in floats" : " in int8"), run.channels, wanted);
        add_conversion(to_float ? format::k_dequantize : format::k_quantize, name, {flat},
                       scales_of({source, end}), copy);
        result.back().tensor = copy[0].tensor;
        result.back().channel = 0;
      }
      source = end;
    }
    return result;
  }

  const SplitProgram& split_;
  const std::vector<Step>& steps_;
  const QuantizeInput* input_;  // or null
  const QuantizeOptions& options_;
  const ValueFlow& flow_;
  const Scales& scales_;
  std::vector<bool> int8_;
  QuantizedProgram out_;
};

}  // namespace

QuantizeInput::QuantizeInput(const SplitProgram& split_program, const Calibration& its_calibration,
                             const QuantizeOptions& quantize_options)
    : split(split_program),
      calibration(its_calibration),
      options(quantize_options),
      flow(split.program),
      scales(split.program, flow, calibration, options.scales) {
  for (size_t i = 0; i < split.program.steps.size(); ++i) {
    std::vector<int8_t>& weights = rounded.emplace_back();
    if (!options.round_together || calibration.moments[i].empty()) continue;
    std::vector<Scale> in;
    for (const ChannelSource& source : flow.operand(static_cast<int>(i), 0)) {
      in.push_back(scales.of(source));
    }
    weights = round_dense(split.program.steps[i], in, calibration.moments[i], options.correct_bias);
  }
}

std::vector<bool> int8_candidates(const SplitProgram& split) {
  std::vector<bool> can;
  for (size_t i = 0; i < split.program.steps.size(); ++i) {
    can.push_back(can_be_int8(split.program, i));
    if (i > 0 && split.first_of_pair[i - 1]) can[i - 1] = can[i] = can[i - 1] && can[i];
  }
  return can;
}

QuantizedProgram quantize_program(const QuantizeInput& input, const std::vector<bool>& keep_float,
                                  BufferTypes types) {
  return Quantizer(input.split, input.flow, input.scales, &input, input.options, keep_float, types)
      .run();
}

Program quantize_program(const SplitProgram& split, const Scales& scales,
                         const std::vector<bool>& keep_float) {
  const ValueFlow flow(split.program);
  const QuantizeOptions options;
  return Quantizer(split, flow, scales, nullptr, options, keep_float, BufferTypes::int8_if_used)
      .run()
      .program;
}

}  // namespace linnet::converter
