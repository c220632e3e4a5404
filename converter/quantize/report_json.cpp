#include "converter/quantize/report.h"
#include "host/json.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

void add_error(host::JsonWriter* json, const HeadError& error) {
  json->begin_object();
  json->key("score").value(error.score).key("box").value(error.box);
  json->key("noise").value(error.noise, 9).key("snr_db").value(error.snr_db, 3);
  json->key("cells").value(error.cells);
  json->end_object();
}

void add_range(host::JsonWriter* json, const Range& range) {
  json->begin_array().value(double{range.low}).value(double{range.high}).end_array();
}

void add_options(host::JsonWriter* json, const QuantizationReport& report) {
  const QuantizeOptions& options = report.options;
  json->key("options").begin_object();
  json->key("method").value(range_method_name(options.scales.method));
  json->key("equalization").value(options.scales.equalize);
  json->key("bias_correction").value(options.correct_bias);
  json->key("weights").value(options.round_together ? "together" : "nearest");
  json->key("int8_head").value(options.int8_head);
  json->end_object();
  json->key("pictures").begin_object();
  json->key("calibration").value(static_cast<int64_t>(report.calibration_pictures));
  json->key("layers").value(static_cast<int64_t>(report.measured_pictures));
  json->key("sensitivity").value(static_cast<int64_t>(report.compared_pictures));
  json->end_object();
}

void add_layer(host::JsonWriter* json, const LayerReport& row) {
  const LayerQuality& q = row.quality;
  json->begin_object();
  json->key("name").value(row.layer.name);
  json->key("op").value(format::op_traits(row.layer.op)->name);
  json->key("shape").begin_array().value(q.height).value(q.width).value(q.channels).end_array();
  json->key("type").value(q.int8 ? "int8" : "float");
  if (row.kept_by_user || row.kept_by_auto) {
    json->key("kept_float_by").value(row.kept_by_user ? "keep-float" : "auto-mixed");
  }
  if (row.head_stride != 0) json->key("head_stride").value(row.head_stride);
  json->key("work_share").value(row.cost.work_share);
  json->key("snr_db").value(q.snr_db, 3).key("cosine").value(q.cosine, 7);
  json->key("range_seen");
  add_range(json, q.seen);
  if (q.measured) {
    json->key("range_chosen");
    add_range(json, q.chosen);
    json->key("saturated").value(q.saturated, 9).key("bits").value(q.bits, 2);
  }
  if (row.cost.alone.cells > 0) {
    json->key("alone");
    add_error(json, row.cost.alone);
  }
  json->end_object();
}

void add_mixed(host::JsonWriter* json, const QuantizationReport& report) {
  const MixedChoice& mixed = *report.mixed;
  json->key("auto_mixed").begin_object();
  json->key("budget").value(mixed.budget).key("met").value(mixed.met);
  json->key("before");
  add_error(json, mixed.before);
  json->key("after");
  add_error(json, mixed.after);
  json->key("kept").begin_array();
  for (const size_t i : mixed.kept) json->value(report.layers[i].layer.name);
  json->end_array().end_object();
}

}  // namespace

std::string report_json(const QuantizationReport& report) {
  host::JsonWriter json;
  json.begin_object();
  json.key("model").value(report.model);
  add_options(&json, report);
  json.key("error");
  add_error(&json, report.error);
  if (report.mixed) add_mixed(&json, report);
  json.key("layers").begin_array();
  for (const LayerReport& row : report.layers) add_layer(&json, row);
  json.end_array().end_object();
  return json.finish();
}

}  // namespace linnet::converter
