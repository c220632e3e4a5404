// What was found in one picture, and its forms for people and programs.
#pragma once

#include <string>
#include <vector>

#include "examples/detect/detector.h"
#include "host/image.h"
#include "linnet/linnet.h"

namespace linnet::detect {

struct Result {
  std::string path;
  int width = 0, height = 0;      // of the picture
  std::vector<linnet_box> boxes;  // the best first
  Times times;
};

// A title line, and a line for each box: class, score, x1 y1 x2 y2.
std::string to_table(const Result& result, const std::vector<std::string>& class_names);

// A list with an object for each picture:
//   {"image", "width", "height", "detections": [{"class_id", "class", "score", "box_xyxy"}],
//    "times_ms": {"load", "letterbox", "network"}}
std::string to_json(const std::vector<Result>& results,
                    const std::vector<std::string>& class_names);

// Draws boxes with class and score; the best boxes on top.
void annotate(host::Image* image, const std::vector<linnet_box>& boxes,
              const std::vector<std::string>& class_names);

}  // namespace linnet::detect
