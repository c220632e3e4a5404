// Pictures, what is in them, and what was found in them. Files of any format become this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace linnet::bench::accuracy {

// In pixels of the picture, as in COCO files: the upper left corner and the size.
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  double area() const { return width * height; }
  bool operator==(const Box&) const = default;
};

// An object that is there.
struct Truth {
  size_t picture = 0, category = 0;  // indices in the data set
  Box box;
  double area = 0;     // of the object, not of its box; decides small, medium or large
  bool crowd = false;  // a region of many objects: what is found in it counts neither way
};

// An object that was found.
struct Detection {
  size_t picture = 0, category = 0;
  Box box;
  double score = 0;
};

struct Picture {
  int64_t id = 0;
  std::string name;           // as the annotations call it
  std::string path;           // empty if the folder is not known
  int width = 0, height = 0;  // 0 if not known
};

struct Category {
  int64_t id = 0;
  std::string name;
};

struct Dataset {
  std::vector<Picture> pictures;     // ids ascend
  std::vector<Category> categories;  // in the order of the file
  std::vector<Truth> truths;
  std::vector<std::string> notes;  // what was left out, a line each
};

// Truths that are no crowds.
size_t object_count(const Dataset& dataset);

// Intersection of two boxes over their union; over the area of `found` if `truth` is a crowd.
double overlap(const Box& found, const Box& truth, bool crowd);

}  // namespace linnet::bench::accuracy
