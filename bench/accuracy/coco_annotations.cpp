#include <algorithm>

#include "bench/accuracy/coco.h"
#include "bench/accuracy/coco_fields.h"
#include "host/file.h"
#include "host/paths.h"

namespace linnet::bench::accuracy {
namespace {

using host::JsonValue;

// Calls read(item) for each; what it throws says which one.
template <typename Read>
void for_each(const JsonValue& json, const char* list, const Read& read) {
  const std::vector<JsonValue>& items = json[list].array();
  for (size_t i = 0; i < items.size(); ++i) {
    try {
      read(items[i]);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(std::string(list) + "[" + std::to_string(i) + "]: " + error.what());
    }
  }
}

int extent_of(const JsonValue& item, const char* name) {
  const JsonValue* const value = item.find(name);
  if (value == nullptr) return 0;
  return static_cast<int>(std::clamp<int64_t>(whole_number(*value, name), 0, 1 << 20));
}

std::vector<Picture> read_pictures(const JsonValue& json, const std::string& folder) {
  std::vector<Picture> pictures;
  for_each(json, "images", [&](const JsonValue& item) {
    Picture picture;
    picture.id = whole_number(item["id"], "id");
    picture.name = item["file_name"].string();
    if (!folder.empty()) picture.path = host::join_paths(folder, picture.name);
    picture.width = extent_of(item, "width");
    picture.height = extent_of(item, "height");
    pictures.push_back(std::move(picture));
  });
  if (pictures.empty()) throw std::runtime_error("images: expected at least one, found none");
  std::stable_sort(pictures.begin(), pictures.end(),
                   [](const Picture& a, const Picture& b) { return a.id < b.id; });
  return pictures;
}

std::vector<Category> read_categories(const JsonValue& json) {
  std::vector<Category> categories;
  for_each(json, "categories", [&](const JsonValue& item) {
    categories.push_back({whole_number(item["id"], "id"), item["name"].string()});
  });
  if (categories.empty()) {
    throw std::runtime_error("categories: expected at least one, found none");
  }
  return categories;
}

bool is_crowd(const JsonValue& item) {
  const JsonValue* const value = item.find("iscrowd");
  if (value == nullptr) return false;
  return value->type() == JsonValue::Type::boolean ? value->boolean() : value->number() != 0;
}

Truth read_truth(const JsonValue& item) {
  Truth truth;
  truth.box = box_of(item["bbox"]);
  const JsonValue* const area = item.find("area");
  truth.area = area == nullptr ? truth.box.area() : area->number();
  truth.crowd = is_crowd(item);
  return truth;
}

void read_truths(const JsonValue& json, Dataset* dataset) {
  const IndexOfId pictures = index_of_ids(dataset->pictures, "images");
  const IndexOfId categories = index_of_ids(dataset->categories, "categories");
  size_t strangers = 0;
  for_each(json, "annotations", [&](const JsonValue& item) {
    const auto picture = pictures.find(whole_number(item["image_id"], "image_id"));
    const auto category = categories.find(whole_number(item["category_id"], "category_id"));
    if (picture == pictures.end() || category == categories.end()) {
      ++strangers;
      return;
    }
    Truth truth = read_truth(item);
    truth.picture = picture->second;
    truth.category = category->second;
    dataset->truths.push_back(truth);
  });
  if (strangers != 0) {
    dataset->notes.push_back(
        std::to_string(strangers) +
        " annotations left out: of pictures or categories that are not listed");
  }
}

}  // namespace

Dataset read_coco_annotations(const std::string& path, const std::string& picture_folder) {
  const std::vector<uint8_t> file = host::read_file(path);
  try {
    const JsonValue json =
        host::parse_json({reinterpret_cast<const char*>(file.data()), file.size()}, "segmentation");
    Dataset dataset;
    dataset.pictures = read_pictures(json, picture_folder);
    dataset.categories = read_categories(json);
    read_truths(json, &dataset);
    return dataset;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path + ": expected COCO annotations of objects; " + error.what());
  }
}

}  // namespace linnet::bench::accuracy
