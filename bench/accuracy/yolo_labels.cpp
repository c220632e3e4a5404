#include "bench/accuracy/yolo_labels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>

#include "host/file.h"
#include "host/paths.h"
#include "host/picture_list.h"

namespace linnet::bench::accuracy {
namespace {

constexpr size_t kBoxNumbers = 5, kFewestOutlineNumbers = 7;
// Rounding in the tools that write labels.
constexpr double kLargest = 1.01;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw std::runtime_error(where + ": expected " + what);
}

std::vector<double> numbers_of(const std::string& line, const std::string& where) {
  std::vector<double> numbers;
  const char* at = line.c_str();
  while (true) {
    at += std::strspn(at, " \t\r");
    if (*at == 0) return numbers;
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    if (end == at || !std::isfinite(number)) fail(where, "numbers, found '" + line + "'");
    numbers.push_back(number);
    at = end;
  }
}

// The smallest box around an outline.
Box box_around(const std::vector<double>& numbers) {
  double left = numbers[1], right = left, top = numbers[2], bottom = top;
  for (size_t i = 1; i + 1 < numbers.size(); i += 2) {
    left = std::min(left, numbers[i]);
    right = std::max(right, numbers[i]);
    top = std::min(top, numbers[i + 1]);
    bottom = std::max(bottom, numbers[i + 1]);
  }
  return {left, top, right - left, bottom - top};
}

Truth truth_of(const std::vector<double>& numbers, size_t classes, const std::string& where) {
  const bool outline = numbers.size() >= kFewestOutlineNumbers && numbers.size() % 2 == 1;
  if (numbers.size() != kBoxNumbers && !outline) {
    fail(where, "'class cx cy width height', found " + std::to_string(numbers.size()) +
                    (numbers.size() == 1 ? " number" : " numbers"));
  }
  const double id = numbers[0];
  if (id != std::floor(id) || id < 0 || id >= static_cast<double>(classes)) {
    fail(where, "a class from 0 to " + std::to_string(classes - 1) + " as the model has, found " +
                    std::to_string(id));
  }
  for (size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] < 0 || numbers[i] > kLargest) {
      fail(where,
           "coordinates from 0 to 1, in parts of the picture, found " + std::to_string(numbers[i]));
    }
  }
  Truth truth;
  truth.category = static_cast<size_t>(id);
  truth.box = outline ? box_around(numbers)
                      : Box{numbers[1] - numbers[3] / 2, numbers[2] - numbers[4] / 2, numbers[3],
                            numbers[4]};
  return truth;
}

void read_labels(const std::string& path, size_t picture, Dataset* dataset) {
  const std::vector<uint8_t> file = host::read_file(path);
  std::set<std::vector<double>> seen;
  size_t index = 0;
  for (auto begin = file.begin(); begin != file.end();) {
    const auto end = std::find(begin, file.end(), '\n');
    const std::string where = path + ": line " + std::to_string(++index);
    const std::vector<double> numbers = numbers_of({begin, end}, where);
    begin = end == file.end() ? end : end + 1;
    if (numbers.empty()) continue;
    Truth truth = truth_of(numbers, dataset->categories.size(), where);
    truth.picture = picture;
    if (seen.insert(numbers).second) dataset->truths.push_back(truth);
  }
}

}  // namespace

std::vector<std::string> label_paths(const std::string& picture) {
  std::vector<std::string> choices;
  const std::string beside =
      picture.substr(0, picture.size() - host::file_ending(picture).size()) + ".txt";
  const std::string text = host::absolute_path(beside);
  constexpr std::string_view kImages = "/images/", kLabels = "/labels/";
  const size_t at = text.rfind(kImages);
  if (at != std::string::npos) {
    choices.push_back(std::string(text).replace(at, kImages.size(), kLabels));
  }
  choices.push_back(beside);
  return choices;
}

Dataset read_yolo_labels(const std::string& picture_folder,
                         const std::vector<std::string>& class_names) {
  Dataset dataset;
  for (size_t i = 0; i < class_names.size(); ++i) {
    dataset.categories.push_back({static_cast<int64_t>(i), class_names[i]});
  }
  size_t without = 0;
  for (const std::string& path : host::list_pictures({picture_folder})) {
    Picture picture;
    picture.id = static_cast<int64_t>(dataset.pictures.size()) + 1;
    picture.name = host::file_name(path);
    picture.path = path;
    dataset.pictures.push_back(picture);
    const std::vector<std::string> choices = label_paths(path);
    const auto there = std::find_if(choices.begin(), choices.end(), host::path_exists);
    if (there == choices.end()) {
      ++without;
    } else {
      read_labels(*there, dataset.pictures.size() - 1, &dataset);
    }
  }
  if (without == dataset.pictures.size()) {
    fail(picture_folder, "label files such as " + label_paths(dataset.pictures[0].path).front() +
                             " or beside the pictures, found none");
  }
  if (without != 0) {
    dataset.notes.push_back(std::to_string(without) +
                            " pictures have no label file: taken as pictures without objects");
  }
  return dataset;
}

void scale_to_pixels(Dataset* dataset) {
  for (Truth& truth : dataset->truths) {
    const Picture& picture = dataset->pictures[truth.picture];
    truth.box.x *= picture.width;
    truth.box.width *= picture.width;
    truth.box.y *= picture.height;
    truth.box.height *= picture.height;
    truth.area = truth.box.area();
  }
}

}  // namespace linnet::bench::accuracy
