// A model's detections in all pictures of a data set.
#pragma once

#include <functional>
#include <vector>

#include "bench/accuracy/class_map.h"
#include "bench/accuracy/dataset.h"
#include "bench/network.h"
#include "host/args.h"
#include "host/thread_pool.h"

namespace linnet::bench::accuracy {

// Those of YOLOv5's val.py.
struct DetectOptions {
  host::Size size;  // 0 = the model's native size
  float confidence = 0.001f;
  float iou = 0.6f;
  int max_boxes = 300;  // a picture
  uint32_t cpu_features = 0;
};

// Called after each picture, by any thread, with how many are done.
using PictureDone = std::function<void(size_t)>;

std::vector<std::string> class_names_of(const Network& network);

// Every class of a cell above the confidence is a detection (multi-label), NMS is by class. Each
// thread of the pool has a session of its own; the result does not depend on how many there are.
// Fills in the sizes of pictures that lack one, and notes those that have another. Throws
// std::runtime_error with one line, for pictures that are missing before anything is run.
std::vector<Detection> detect(const Network& network, const ClassMap& classes,
                              const DetectOptions& options, host::ThreadPool* pool,
                              Dataset* dataset, const PictureDone& done);

}  // namespace linnet::bench::accuracy
