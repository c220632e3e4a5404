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
  Scale scale;
  Rank rank = Rank::none;
  bool widened = false;
};

// Covers what both cover.
Scale widest(const Scale& a, const Scale& b) {
  if (a.zero_point == b.zero_point) return a.step > b.step ? a : b;
  return covering(std::min(a.low(), b.low()), std::max(a.high(), b.high()));
}

// The same range with another zero point.
Scale refit(const Scale& scale, int zero_point) {
  if (scale.zero_point == zero_point) return scale;
  Scale fitted = {0, zero_point};
  const auto above = static_cast<float>(127 - zero_point);
  const auto below = static_cast<float>(zero_point + 128);
  if (above > 0) fitted.step = std::max(fitted.step, scale.high() / above);
  if (below > 0) fitted.step = std::max(fitted.step, -scale.low() / below);
  return fitted;
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
          std::count_if(wants.begin(), wants.end(), [](const Want& want) { return want.widened; }));
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
      if (rank > old.rank) {
        old = {scale, rank};
      } else if (scale != old.scale) {
        old = {widest(scale, old.scale), rank, true};
      }
    }
  }

  void collect(int i) {
    const Step& s = step(i);
    const Rank rank =
        s.quantized ? Rank::convolution : (keeps_scale(s.op) ? Rank::maker : Rank::reader);
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
    want(flow_.operand(i, 0), before_activation(s.activation, s.alpha, whole(i)), Rank::derived);
  }

  bool known(int i) const {
    const std::vector<Want>& own = wants_[static_cast<size_t>(i)];
    return std::any_of(own.begin(), own.end(),
                       [](const Want& want) { return want.rank != Rank::none; });
  }

  // One scale for all that the group of step i makes.
  Scale whole(int i) {
    std::optional<Scale> all;
    for (int k = 0; k < count(); ++k) {
      if (groups_.root(k) != groups_.root(i)) continue;
      for (const Want& want : wants(k)) {
        if (want.rank != Rank::none) all = all ? widest(*all, want.scale) : want.scale;
      }
    }
    return all.value_or(Scale{});
  }

  std::vector<Scale> resolve(int i) {
    if (keeps_scale(step(i).op) || !known(i)) return {};
    const Scale all = whole(i);
    std::vector<Scale> scales;
    for (Want& want : wants(i)) {
      const bool own = want.rank != Rank::none && !groups_.even(i);
      scales.push_back(own ? refit(want.scale, all.zero_point) : all);
      want.widened |= want.rank != Rank::none && scales.back() != want.scale;
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
