#include "bench/accuracy/detect.h"

#include <atomic>
#include <stdexcept>

#include "bench/accuracy/coco.h"
#include "bench/accuracy/parallel.h"
#include "host/arena_session.h"
#include "host/image.h"
#include "host/paths.h"

namespace linnet::bench::accuracy {
namespace {

// As YOLOv5's max_nms: at a confidence near 0 a picture has thousands.
constexpr uint32_t kMaxCandidates = 30000;

void check_pictures(const Dataset& dataset) {
  size_t missing = 0;
  const Picture* first = nullptr;
  for (const Picture& picture : dataset.pictures) {
    if (host::path_exists(picture.path)) continue;
    if (missing++ == 0) first = &picture;
  }
  if (missing == 0) return;
  throw std::runtime_error(first->path + ": expected a picture that the annotations name, found " +
                           "none; missing are " + std::to_string(missing) + " of " +
                           std::to_string(dataset.pictures.size()) +
                           ": is --images the right folder?");
}

std::vector<host::ArenaSession> open_sessions(const Network& network, const DetectOptions& options,
                                              size_t count) {
  linnet_config config = linnet_config_default();
  config.height = options.size.height;
  config.width = options.size.width;
  config.max_candidates = kMaxCandidates;
  config.cpu_features = options.cpu_features;
  std::vector<host::ArenaSession> sessions(count);
  for (host::ArenaSession& session : sessions)
    session.open(network.model(), config, 1, network.name());
  return sessions;
}

std::vector<linnet_box> boxes_in(host::ArenaSession* session, const host::Image& image,
                                 const DetectOptions& options) {
  linnet_detect_options how = linnet_detect_options_default();
  how.confidence = options.confidence;
  how.iou = options.iou;
  how.multi_label = 1;
  how.max_boxes = static_cast<uint32_t>(options.max_boxes);
  std::vector<linnet_box> boxes(how.max_boxes);
  size_t count = 0;
  const linnet_image view = image.view();
  session->check(linnet_detect(session->get(), &view, &how, boxes.data(), boxes.size(), &count));
  boxes.resize(count);
  return boxes;
}

Detection detection_of(const linnet_box& box, size_t picture, size_t category) {
  const double x = static_cast<double>(box.x1), y = static_cast<double>(box.y1);
  return rounded_as_saved({picture,
                           category,
                           {x, y, static_cast<double>(box.x2) - x, static_cast<double>(box.y2) - y},
                           static_cast<double>(box.score)});
}

// True if the picture's size is what it should be, or was not known.
bool settle_size(const host::Image& image, Picture* picture) {
  if (picture->width == 0 || picture->height == 0) {
    picture->width = image.width;
    picture->height = image.height;
  }
  return picture->width == image.width && picture->height == image.height;
}

}  // namespace

std::vector<std::string> class_names_of(const Network& network) {
  std::vector<std::string> names;
  for (int i = 0; i < network.info().class_count; ++i) {
    const char* const name = linnet_model_class_name(&network.model(), i);
    names.push_back(name != nullptr ? name : std::to_string(i));
  }
  return names;
}

std::vector<Detection> detect(const Network& network, const ClassMap& classes,
                              const DetectOptions& options, host::ThreadPool* pool,
                              Dataset* dataset, const PictureDone& done) {
  check_pictures(*dataset);
  std::vector<host::ArenaSession> sessions =
      open_sessions(network, options, static_cast<size_t>(pool->threads()));
  std::vector<std::vector<Detection>> found(dataset->pictures.size());
  std::atomic<size_t> finished = 0, resized = 0;
  parallel_for(pool, found.size(), [&](size_t i, int worker) {
    Picture& picture = dataset->pictures[i];
    const host::Image image = host::read_image(picture.path);
    if (!settle_size(image, &picture)) ++resized;
    for (const linnet_box& box : boxes_in(&sessions[static_cast<size_t>(worker)], image, options)) {
      const size_t category = classes.category[static_cast<size_t>(box.class_id)];
      if (category != kNoCategory) found[i].push_back(detection_of(box, i, category));
    }
    done(++finished);
  });
  if (resized != 0) {
    dataset->notes.push_back(std::to_string(resized) +
                             " pictures do not have the size that the annotations say");
  }
  std::vector<Detection> all;
  for (const auto& one : found) all.insert(all.end(), one.begin(), one.end());
  return all;
}

}  // namespace linnet::bench::accuracy
