#include "bench/accuracy/coco.h"
#include "bench/accuracy/coco_fields.h"
#include "host/file.h"
#include "host/format.h"

namespace linnet::bench::accuracy {
namespace {

constexpr int kPixelDigits = 3, kScoreDigits = 5;

double rounded(double x, int digits) {
  const double unit = std::pow(10.0, digits);
  return std::round(x * unit) / unit;
}

class DetectionReader {
 public:
  explicit DetectionReader(const Dataset& dataset)
      : pictures_(index_of_ids(dataset.pictures, "images")),
        categories_(index_of_ids(dataset.categories, "categories")) {}

  void read(const host::JsonValue& item) {
    const int64_t id = whole_number(item["image_id"], "image_id");
    const auto picture = pictures_.find(id);
    if (picture == pictures_.end()) {
      throw std::runtime_error("image_id: expected an id of the annotations, found " +
                               std::to_string(id) + "; are these detections of other pictures?");
    }
    const auto category = categories_.find(whole_number(item["category_id"], "category_id"));
    if (category == categories_.end()) {
      ++strangers_;
      return;
    }
    found_.push_back(
        {picture->second, category->second, box_of(item["bbox"]), item["score"].number()});
  }

  std::vector<Detection> take(const std::string& path, std::vector<std::string>* notes) {
    if (strangers_ != 0) {
      notes->push_back(path + ": " + std::to_string(strangers_) +
                       " detections left out: the annotations do not list their category_id");
    }
    return std::move(found_);
  }

 private:
  IndexOfId pictures_, categories_;
  std::vector<Detection> found_;
  size_t strangers_ = 0;
};

}  // namespace

std::vector<Detection> read_coco_detections(const std::string& path, const Dataset& dataset,
                                            std::vector<std::string>* notes) {
  const std::vector<uint8_t> file = host::read_file(path);
  size_t index = 0;
  try {
    DetectionReader reader(dataset);
    host::for_each_json_item({reinterpret_cast<const char*>(file.data()), file.size()},
                             "segmentation", [&](const host::JsonValue& item) {
                               reader.read(item);
                               ++index;
                             });
    return reader.take(path, notes);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path + ": expected a list of COCO detections; item " +
                             std::to_string(index) + ": " + error.what());
  }
}

Detection rounded_as_saved(Detection d) {
  for (double* x : {&d.box.x, &d.box.y, &d.box.width, &d.box.height}) {
    *x = rounded(*x, kPixelDigits);
  }
  d.score = rounded(d.score, kScoreDigits);
  return d;
}

void write_coco_detections(const std::string& path, const Dataset& dataset,
                           const std::vector<Detection>& detections) {
  std::string text = "[";
  for (const Detection& d : detections) {
    if (text.size() > 1) text += ',';
    text += host::formatted(
        "\n{\"image_id\": %lld, \"category_id\": %lld, \"bbox\": [%.*f, %.*f, %.*f, %.*f], "
        "\"score\": %.*f}",
        static_cast<long long>(dataset.pictures[d.picture].id),
        static_cast<long long>(dataset.categories[d.category].id), kPixelDigits, d.box.x,
        kPixelDigits, d.box.y, kPixelDigits, d.box.width, kPixelDigits, d.box.height, kScoreDigits,
        d.score);
  }
  text += "\n]\n";
  host::write_text_atomically(path, text);
}

}  // namespace linnet::bench::accuracy
