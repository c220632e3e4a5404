// Folders as YOLO's training wants them: pictures, and a text file for each with its objects.
#pragma once

#include <string>
#include <vector>

#include "bench/accuracy/dataset.h"

namespace linnet::bench::accuracy {

// The labels of a picture are where YOLOv5 looks for them: .../images/x.jpg -> .../labels/x.txt
// (the last "images" of the path), or else beside the picture. A line is "class cx cy width height"
// or, for an outline, "class x1 y1 x2 y2 x3 y3 ...", in parts of the picture's width and height; a
// line that comes twice counts once. A picture without a file has no objects. Ids: of pictures from
// 1 in the order of their names, of categories from 0 in the order of class_names.
//
// Boxes are in parts of the picture until scale_to_pixels(). Throws std::runtime_error with one
// line: no picture, no label file at all, a line that is not as above.
Dataset read_yolo_labels(const std::string& picture_folder,
                         const std::vector<std::string>& class_names);

// Needs the size of each picture. The area of an object is that of its box.
void scale_to_pixels(Dataset* dataset);

// Where the labels of a picture may be, the first choice first.
std::vector<std::string> label_paths(const std::string& picture);

}  // namespace linnet::bench::accuracy
