#include "converter/quantize/quantize_program.h"

#include <algorithm>

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

class Quantizer {
 public:
  // `calibration` may be null: no bias correction.
  Quantizer(const SplitProgram& split, const ValueFlow& flow, const Scales& scales,
            const Calibration* calibration, const QuantizeOptions& options,
            const std::vector<bool>& keep_float)
      : split_(split),
        steps_(split.program.steps),
        calibration_(calibration),
        options_(options),
        flow_(flow),
        scales_(scales) {
    out_.buffers = split.program.buffers;
    out_.head_buffers = split.program.head_buffers;
    for (int i = 0; i < static_cast<int>(steps_.size()); ++i) {
      int8_.push_back(!keep_float[static_cast<size_t>(i)] && has_int8_form(step(i).op));
      // A head that something else than a convolution makes, or through an activation.
      if (writes_head(i) && (step(i).op != format::k_conv2d)) int8_.back() = false;
      const bool second = i > 0 && split.first_of_pair[static_cast<size_t>(i) - 1];
      if (second) make_alike(i - 1, i);
    }
    choose_types();
  }

  Program run() {
    for (int i = 0; i < static_cast<int>(steps_.size()); ++i) {
      const bool pair = split_.first_of_pair[static_cast<size_t>(i)] && alike(i, i + 1);
      if (int8_[static_cast<size_t>(i)]) {
        add_int8(i, pair);
      } else {
        add_float(i, pair);
      }
      i += pair;
    }
    drop_unused_buffers();
    return std::move(out_);
  }

 private:
  const Step& step(int i) const { return steps_[static_cast<size_t>(i)]; }
  bool is_head(int buffer) const {
    const auto& heads = split_.program.head_buffers;
    return std::find(heads.begin(), heads.end(), buffer) != heads.end();
  }
  bool writes_head(int i) const { return is_head(step(i).output[0].tensor); }
  bool is_s8(const format::Segment& run) const {
    return out_.buffers[run.tensor].dtype == format::kS8;
  }

  // Channels without a scale of their own are floats.
  bool makes_floats(int i) const {
    return (writes_head(i) && !options_.int8_head) || !scales_.known(flow_.output(i)[0]);
  }

  bool alike(int a, int b) const {
    return int8_[static_cast<size_t>(a)] == int8_[static_cast<size_t>(b)];
  }
  // A convolution and its activation: both int8 or both in floats, unless the convolution makes
  // floats of int8.
  void make_alike(int first, int second) {
    const bool both = int8_[static_cast<size_t>(first)] && int8_[static_cast<size_t>(second)];
    if (step(first).op != format::k_conv2d || scales_.known(flow_.output(first)[0])) {
      int8_[static_cast<size_t>(first)] = both;
    }
    int8_[static_cast<size_t>(second)] = both;
  }

  // A buffer is int8 if any int8 step uses it; heads are float.
  void choose_types() {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!int8_[i]) continue;
      for (const SegmentList& operand : steps_[i].operands) {
        for (const format::Segment& run : operand) out_.buffers[run.tensor].dtype = format::kS8;
      }
      for (const format::Segment& run : steps_[i].output) {
        if (!is_head(run.tensor) && scales_.known(flow_.output(static_cast<int>(i))[0]))
          out_.buffers[run.tensor].dtype = format::kS8;
      }
    }
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
      means.push_back(s.step < 0 || calibration_ == nullptr
                          ? kGrey
                          : static_cast<float>(calibration_->steps[static_cast<size_t>(s.step)]
                                                   .mean[static_cast<size_t>(s.channel)]));
    }
    return means;
  }

  // A new buffer and the view of all of it.
  SegmentList add_buffer(const std::string& name, int channels, format::DType dtype) {
    out_.buffers.push_back({name, channels, dtype});
    const auto tensor = static_cast<uint16_t>(out_.buffers.size() - 1);
    return {{tensor, 0, static_cast<uint16_t>(channels), 0, 0}};
  }

  void add_int8(int i, bool pair) {
    Step s = step(i);
    const int last = pair ? i + 1 : i;  // the step whose output remains
    if (pair) s.output = step(last).output;
    const bool head = writes_head(last);
    const bool to_float = makes_floats(last);
    if (keeps_scale(s.op)) {
      out_.steps.push_back(std::move(s));
      return;
    }
    const std::vector<Scale> in = scales_of(flow_.operand(i, 0));
    const std::vector<Scale> out = to_float ? std::vector<Scale>{} : scales_of(flow_.output(i));
    if (s.op == format::k_add) {
      s.int8 = quantize_add(i, in, out);
    } else if (s.op == format::k_activation) {
      s.int8.emplace();
      s.int8->table = activation_table(s.activation, s.alpha, in[0], out[0]);
    } else {
      const std::vector<float> mean = means_of(flow_.operand(i, 0));
      s.int8 = quantize_dense(
          {step(i), in, mean, out, options_.correct_bias && calibration_ != nullptr});
      if (pair) {
        s.int8->table = activation_table(step(last).activation, step(last).alpha, out[0],
                                         scales_of(flow_.output(last))[0]);
      }
    }
    const Activation left = to_float ? s.activation : Activation::none;
    s.activation = s.op == format::k_activation ? s.activation : Activation::none;
    s.weights.clear();
    s.bias.clear();
    const SegmentList place = s.output;
    const bool head_of_int8 = head && !to_float;
    if (head_of_int8 || left != Activation::none) {
      s.output =
          add_buffer(s.name, channel_count(place), head_of_int8 ? format::kS8 : format::kF32);
    }
    const SegmentList made = s.output;
    out_.steps.push_back(std::move(s));
    if (head_of_int8) add_conversions(step(last).name, made, out, format::k_dequantize, place);
    if (left != Activation::none) add_activation(step(last), made, place);
  }

  // The clamp of a convolution from int8 to floats, which it cannot do itself.
  void add_activation(const Step& fused, const SegmentList& from, const SegmentList& to) {
    Step s;
    s.op = format::k_activation;
    s.name = fused.name;
    s.operands = {from};
    s.output = to;
    s.activation = fused.activation;
    s.alpha = fused.alpha;
    out_.steps.push_back(std::move(s));
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

  // Between int8 runs and float runs of the same channels, one step for each zero point.
  void add_conversions(const std::string& name, const SegmentList& from,
                       const std::vector<Scale>& scales, format::OpCode op, const SegmentList& to) {
    const bool to_float = op == format::k_dequantize;
    for (size_t first = 0; first < scales.size();) {
      size_t end = first + 1;
      while (end < scales.size() && scales[end].zero_point == scales[first].zero_point) ++end;
      Step s;
      s.op = op;
      s.name = name + (to_float ? " to float" : " to int8");
      s.operands = {cut(from, first, end)};
      s.output = cut(to, first, end);
      s.int8.emplace();
      if (to_float) {
        s.int8->in_zero_point = static_cast<int8_t>(scales[first].zero_point);
      } else {
        set_clamp(Activation::none, scales[first], &*s.int8);
      }
      for (size_t c = first; c < end; ++c) {
        s.int8->multiplier.push_back(to_float ? scales[c].step : 1 / scales[c].step);
      }
      out_.steps.push_back(std::move(s));
      first = end;
    }
  }

  // Channels [first, end) of a view.
  static SegmentList cut(const SegmentList& view, size_t first, size_t end) {
    SegmentList part;
    size_t at = 0;
    for (const format::Segment& run : view) {
      const size_t from = std::max(first, at), to = std::min(end, at + run.channels);
      if (from < to) {
        format::Segment piece = run;
        piece.channel = static_cast<uint16_t>(run.channel + (from - at));
        piece.channels = static_cast<uint16_t>(to - from);
        part.push_back(piece);
      }
      at += run.channels;
    }
    return part;
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
      s.operands[k] = in_floats(s.name, s.operands[k], flow_.operand(i, static_cast<int>(k)));
    }
    const SegmentList place = s.output;
    const bool convert = std::any_of(place.begin(), place.end(),
                                     [&](const format::Segment& run) { return is_s8(run); });
    if (convert) s.output = add_buffer(s.name + " in floats", channel_count(place), format::kF32);
    const SegmentList made = s.output;
    const std::string name = s.name;
    out_.steps.push_back(std::move(s));
    if (!convert) return;
    add_conversions(name, made, scales_of(flow_.output(last)), format::k_quantize, place);
  }

  // The same channels with those that are int8 converted.
  SegmentList in_floats(const std::string& name, const SegmentList& view,
                        const std::vector<ChannelSource>& sources) {
    SegmentList result;
    size_t channel = 0;
    for (const format::Segment& run : view) {
      const size_t end = channel + run.channels;
      if (is_s8(run)) {
        format::Segment flat = run;
        flat.upsample_shift = 0;
        SegmentList copy = add_buffer(name + " in floats", run.channels, format::kF32);
        add_conversions(name, {flat},
                        scales_of({sources.begin() + static_cast<std::ptrdiff_t>(channel),
                                   sources.begin() + static_cast<std::ptrdiff_t>(end)}),
                        format::k_dequantize, copy);
        copy[0].upsample_shift = run.upsample_shift;
        result.push_back(copy[0]);
      } else {
        result.push_back(run);
      }
      channel = end;
    }
    return result;
  }

  // Those between a convolution and its activation are gone.
  void drop_unused_buffers() {
    std::vector<int> place(out_.buffers.size(), -1);
    place[0] = 0;
    for (const Step& s : out_.steps) {
      for (const format::Segment& run : s.output) place[run.tensor] = 0;
    }
    std::vector<Buffer> kept;
    for (size_t i = 0; i < place.size(); ++i) {
      if (place[i] < 0) continue;
      place[i] = static_cast<int>(kept.size());
      kept.push_back(out_.buffers[i]);
    }
    const auto renumber = [&](SegmentList* view) {
      for (format::Segment& run : *view) run.tensor = static_cast<uint16_t>(place[run.tensor]);
    };
    for (Step& s : out_.steps) {
      for (SegmentList& operand : s.operands) renumber(&operand);
      renumber(&s.output);
    }
    for (int& head : out_.head_buffers) head = place[static_cast<size_t>(head)];
    out_.buffers = std::move(kept);
  }

  const SplitProgram& split_;
  const std::vector<Step>& steps_;
  const Calibration* calibration_;
  const QuantizeOptions& options_;
  const ValueFlow& flow_;
  const Scales& scales_;
  std::vector<bool> int8_;
  Program out_;
};

}  // namespace

Program quantize_program(const SplitProgram& split, const Calibration& calibration,
                         const QuantizeOptions& options, const std::vector<bool>& keep_float) {
  const ValueFlow flow(split.program);
  const Scales scales(split.program, flow, calibration, options.scales);
  return Quantizer(split, flow, scales, &calibration, options, keep_float).run();
}

Program quantize_program(const SplitProgram& split, const Scales& scales,
                         const std::vector<bool>& keep_float) {
  const ValueFlow flow(split.program);
  return Quantizer(split, flow, scales, nullptr, {}, keep_float).run();
}

}  // namespace linnet::converter
