#include "host/json.h"

#include "examples/detect/result.h"

namespace linnet::detect {
namespace {

constexpr int kPixelDigits = 3, kTimeDigits = 3;

void write_box(const linnet_box& box, const std::vector<std::string>& class_names,
               host::JsonWriter* json) {
  json->begin_object();
  json->key("class_id").value(static_cast<int>(box.class_id));
  json->key("class").value(class_names[static_cast<size_t>(box.class_id)]);
  json->key("score").value(static_cast<double>(box.score));
  json->key("box_xyxy").begin_array();
  for (const float coordinate : {box.x1, box.y1, box.x2, box.y2}) {
    json->value(static_cast<double>(coordinate), kPixelDigits);
  }
  json->end_array().end_object();
}

}  // namespace

std::string to_json(const std::vector<Result>& results,
                    const std::vector<std::string>& class_names) {
  host::JsonWriter json;
  json.begin_array();
  for (const Result& result : results) {
    json.begin_object();
    json.key("image").value(result.path);
    json.key("width").value(result.width).key("height").value(result.height);
    json.key("detections").begin_array();
    for (const linnet_box& box : result.boxes) write_box(box, class_names, &json);
    json.end_array();
    json.key("times_ms").begin_object();
    json.key("load").value(result.times.load, kTimeDigits);
    json.key("letterbox").value(result.times.letterbox, kTimeDigits);
    json.key("network").value(result.times.network, kTimeDigits);
    json.end_object().end_object();
  }
  json.end_array();
  return json.finish();
}

}  // namespace linnet::detect
