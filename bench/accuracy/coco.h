// COCO files: annotations ("instances") in, detections ("results") in and out.
// https://cocodataset.org/#format-data and #format-results
#pragma once

#include <string>
#include <vector>

#include "bench/accuracy/dataset.h"

namespace linnet::bench::accuracy {

// Objects of pictures or categories that the file does not list are left out, as pycocotools does;
// a note says how many. An annotation without "area" has that of its box. picture_folder: where
// the pictures lie; may be empty. Throws std::runtime_error with one line.
Dataset read_coco_annotations(const std::string& path, const std::string& picture_folder);

// Detections of the pictures in `dataset`; those of other categories are left out, with a line
// appended to *notes. Throws std::runtime_error with one line, also for a picture that `dataset`
// does not have.
std::vector<Detection> read_coco_detections(const std::string& path, const Dataset& dataset,
                                            std::vector<std::string>* notes);

// A box and a score as the file below holds them: 3 digits for pixels and 5 for the score, as
// YOLOv5's val.py --save-json. Detections of a model are rounded at once, so that a saved file
// gives the same figures.
Detection rounded_as_saved(Detection detection);

void write_coco_detections(const std::string& path, const Dataset& dataset,
                           const std::vector<Detection>& detections);

}  // namespace linnet::bench::accuracy
