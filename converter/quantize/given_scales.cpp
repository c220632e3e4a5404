#include "converter/quantize/given_scales.h"

#include <algorithm>
#include <cmath>

#include "converter/quantize/quantize_step.h"
#include "converter/quantize/scale_groups.h"

namespace linnet::converter {
namespace {

// Whose word counts most.
enum class Rank : uint8_t { none, derived, maker, reader, convolution };

struct Want {
  Scale scale;  // the finest
  Rank rank = Rank::none;
  bool several = false;
};

// The finest scale with this zero point that covers low to high.
Scale fit(float low, float high, int zero_point) {
  Scale scale = {0, zero_point};
  const auto above = static_cast<float>(127 - zero_point);
  const auto below = static_cast<float>(zero_point + 128);
  if (above > 0) scale.step = std::max(scale.step, high / above);
  if (below > 0) scale.step = std::max(scale.step, -low / below);
  if (!(scale.step > 0)) scale.step = 1;  // nothing but zeros
  return scale;
}

// What an activation must tell apart in front of it, so that what comes out fills `out`.
Scale before_activation(Activation activation, double alpha, const Scale& out) {
  constexpr int kSteps = 4096;
  const double tolerance = out.step / 2.0;
  const double far = 2 * std::max<double>(out.high(), -out.low()) + 16;
  const auto result = [&](double x) {
    return std::clamp<double>(activate(activation, alpha, x), out.low(), out.high());
  };
  const auto limit = [&](double from) {
    int i = 0;
    while (i < kSteps && std::abs(result(from * (kSteps - i) / kSteps) - result(from)) <= tolerance)
      ++i;
    return static_cast<float>(from * (kSteps - i) / kSteps);
  };
  return covering(limit(-far), limit(far));
}

class Collector {
 public:
  Collector(const SplitProgram& split, const ValueFlow& flow)
      : steps_(split.program.steps), flow_(flow), groups_(split.program, flow) {
    for (const Step& step : steps_) {
      wants_.emplace_back(static_cast<size_t>(channel_count(step.output)));
    }
  }

  GivenScales run() {
    for (int i = 0; i < count(); ++i) collect(i);
    // Readers come after what they read, so a chain of activations is derived from its end.
    for (int i = count() - 1; i >= 0; --i) derive(i);
    GivenScales given;
    for (int i = 0; i < count(); ++i) given.steps.push_back(resolve(i));
    for (const std::vector<Want>& wants : wants_) {
      given.widened += static_cast<int>(
          std::count_if(wants.begin(), wants.end(), [](const Want& want) { return want.several; }));
    }
    return given;
  }

 private:
  int count() const { return static_cast<int>(steps_.size()); }
  const Step& step(int i) const { return steps_[static_cast<size_t>(i)]; }
  std::vector<Want>& wants(int i) { return wants_[static_cast<size_t>(i)]; }

  void want(const std::vector<ChannelSource>& sources, const Scale& scale, Rank rank) {
    for (const ChannelSource& source : sources) {
      if (source.step < 0) continue;
      Want& old = wants(source.step)[static_cast<size_t>(source.channel)];
      if (rank < old.rank) continue;
      if (rank > old.rank) old = {scale, rank};
      old.several |= old.scale != scale;
      if (scale.step < old.scale.step) old.scale = scale;
    }
  }

  void collect(int i) {
    const Step& s = step(i);
    const Rank rank = !s.weight_steps.empty() ? Rank::convolution
                                              : (keeps_scale(s.op) ? Rank::maker : Rank::reader);
    for (size_t k = 0; k < s.operands.size(); ++k) {
      const std::optional<Scale> scale = s.scales.input(k);
      if (scale) want(flow_.operand(i, static_cast<int>(k)), *scale, rank);
    }
    const std::optional<Scale> own = s.scales.output ? s.scales.output : s.scales.before_activation;
    if (own) want(flow_.output(i), *own, Rank::maker);
  }

  void derive(int i) {
    const Step& s = step(i);
    if (s.op != format::k_activation || !known(i)) return;
    want(flow_.operand(i, 0), before_activation(s.activation, s.alpha, whole(i).scale()),
         Rank::derived);
  }

  bool known(int i) const {
    const std::vector<Want>& own = wants_[static_cast<size_t>(i)];
    return std::any_of(own.begin(), own.end(),
                       [](const Want& want) { return want.rank != Rank::none; });
  }

  // What scales cover together. Those with one zero point have one that is the coarsest of them; of
  // others what lies below zero does not count if the step makes no such values.
  struct Cover {
    std::optional<Scale> coarsest;
    bool one_zero_point = true;
    float low = 0, high = 0;

    void add(const Scale& scale, bool positive) {
      one_zero_point &= !coarsest || coarsest->zero_point == scale.zero_point;
      if (!coarsest || scale.step > coarsest->step) coarsest = scale;
      low = std::min(low, positive ? 0 : scale.low());
      high = std::max(high, scale.high());
    }
    Scale scale() const { return one_zero_point ? *coarsest : covering(low, high); }
  };

  void cover(int i, const Want& want, Cover* to) const {
    const bool positive =
        step(i).activation == Activation::relu || step(i).activation == Activation::relu6;
    if (want.rank != Rank::none) to->add(want.scale, positive);
  }

  // All that the group of step i makes.
  Cover whole(int i) const {
    Cover all;
    for (int k = 0; k < count(); ++k) {
      if (groups_.root(k) != groups_.root(i)) continue;
      for (const Want& want : wants_[static_cast<size_t>(k)]) cover(k, want, &all);
    }
    return all;
  }

  std::vector<Scale> resolve(int i) {
    if (keeps_scale(step(i).op) || !known(i)) return {};
    const Cover all = whole(i);
    std::vector<Scale> scales;
    for (const Want& want : wants(i)) {
      Cover own;
      cover(i, want, &own);
      if (!own.coarsest || groups_.even(i)) {
        scales.push_back(all.scale());
      } else if (all.one_zero_point) {
        scales.push_back(want.scale);
      } else {
        scales.push_back(fit(own.low, own.high, all.scale().zero_point));
      }
    }
    return scales;
  }

  const std::vector<Step>& steps_;
  const ValueFlow& flow_;
  ScaleGroups groups_;
  std::vector<std::vector<Want>> wants_;
};

}  // namespace

GivenScales given_scales(const SplitProgram& split, const ValueFlow& flow) {
  return Collector(split, flow).run();
}

}  // namespace linnet::converter
