// Members of COCO's objects, checked.
#pragma once

#include <cmath>
#include <stdexcept>
#include <unordered_map>

#include "bench/accuracy/dataset.h"
#include "host/json_reader.h"

namespace linnet::bench::accuracy {

inline int64_t whole_number(const host::JsonValue& value, const char* name) {
  constexpr double kLargest = 9007199254740992;  // up to here a double holds every whole number
  const double number = value.number();
  if (number != std::floor(number) || std::fabs(number) > kLargest) {
    throw std::runtime_error(std::string(name) + ": expected a whole number, found " +
                             std::to_string(number));
  }
  return static_cast<int64_t>(number);
}

inline Box box_of(const host::JsonValue& value) {
  const std::vector<host::JsonValue>& list = value.array();
  if (list.size() != 4) {
    throw std::runtime_error("bbox: expected 4 numbers (x, y, width, height), found " +
                             std::to_string(list.size()));
  }
  const Box box{list[0].number(), list[1].number(), list[2].number(), list[3].number()};
  if (box.width < 0 || box.height < 0) {
    throw std::runtime_error(
        "bbox: expected a width and height of 0 or more (x, y, width, "
        "height), found " +
        std::to_string(box.width) + " and " + std::to_string(box.height));
  }
  return box;
}

// From the ids of pictures or categories to their indices.
using IndexOfId = std::unordered_map<int64_t, size_t>;

template <typename Item>
IndexOfId index_of_ids(const std::vector<Item>& items, const char* what) {
  IndexOfId map;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!map.emplace(items[i].id, i).second) {
      throw std::runtime_error(std::string(what) + ": expected every id once, found " +
                               std::to_string(items[i].id) + " twice");
    }
  }
  return map;
}

}  // namespace linnet::bench::accuracy
