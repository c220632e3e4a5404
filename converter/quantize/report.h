// What quantization did to each layer, for people and for scripts (linnet-convert --report).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "converter/quantize/layer_quality.h"
#include "converter/quantize/sensitivity.h"

namespace linnet::converter {

struct LayerReport {
  Layer layer;
  LayerQuality quality;
  LayerCost cost;
  bool kept_by_user = false;  // --keep-float
  bool kept_by_auto = false;  // --auto-mixed
  int head_stride = 0;        // not 0 if it makes the head of this stride
};

struct QuantizationReport {
  std::string model;
  QuantizeOptions options;
  size_t calibration_pictures = 0;
  size_t measured_pictures = 0;  // that the layers' quality and `error` are of
  size_t compared_pictures = 0;  // that costs and auto-mixed are of
  HeadError error;               // of the program as it is
  std::vector<LayerReport> layers;
  std::optional<MixedChoice> mixed;
};

std::string report_json(const QuantizationReport& report);
std::string report_html(const QuantizationReport& report);
// What --auto-mixed kept and why, a line each; empty without it.
std::string mixed_summary(const QuantizationReport& report);

}  // namespace linnet::converter
