#include "converter/quantize/report.h"
#include "host/format.h"

namespace linnet::converter {

std::string mixed_summary(const QuantizationReport& report) {
  if (!report.mixed) return "";
  const MixedChoice& mixed = *report.mixed;
  std::string out = host::formatted(
      "auto-mixed: scores are off by %.4f on average with all layers in int8; budget %.4f\n",
      mixed.before.score, mixed.budget);
  for (const size_t i : mixed.kept) {
    const LayerReport& row = report.layers[i];
    out += host::formatted("  float: %s (alone in int8 it costs %.4f; %.1f %% of the work)\n",
                           row.layer.name.c_str(), row.cost.alone.score, 100 * row.cost.work_share);
  }
  if (mixed.kept.empty()) {
    return out + (mixed.met ? "  all layers stay int8\n"
                            : "  no choice of layers meets the budget; all stay int8\n");
  }
  return out + host::formatted("  with %zu of %zu layers in floats: %.4f (%d programs tried)\n",
                               mixed.kept.size(), report.layers.size(), mixed.after.score,
                               mixed.tried);
}

}  // namespace linnet::converter
