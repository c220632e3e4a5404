/* Quoted by docs/embedding.md. */
#include "detector.h"

#include "demo.h"

/* All the memory that detection takes, beside the stack. */
static uint8_t arena[DEMO_DETECT_ARENA_BYTES] __attribute__((aligned(LINNET_ALIGNMENT)));
static linnet_model model;
static linnet_session* session;
static linnet_error error;

linnet_status detector_start(linnet_config config) {
  linnet_status status = linnet_model_verify(demo_lnt, DEMO_BYTES, &model);
  if (status != LINNET_OK) {
    error = model.error;
    return status;
  }
  config.height = DEMO_HEIGHT;
  config.width = DEMO_WIDTH;
  config.flags = LINNET_DETECT_ONLY;
  config.error = &error;
  return linnet_open(&model, &config, arena, sizeof arena, &session);
}

linnet_image yuyv_frame(const uint8_t* pixels, int width, int height) {
  linnet_image image = {0};
  image.format = LINNET_YUYV;
  image.width = width;
  image.height = height;
  image.planes[0] = pixels;
  image.strides[0] = 2 * (size_t)width; /* bytes from row to row: what DMA leaves between them */
  return image;
}

int detector_run(const linnet_image* image, linnet_box* boxes, size_t capacity) {
  linnet_detect_options options = linnet_detect_options_default();
  size_t count = 0;
  options.confidence = 0.25f;
  options.iou = 0.45f;
  if (linnet_detect(session, image, &options, boxes, capacity, &count) != LINNET_OK) {
    error = *linnet_session_error(session);
    return -1;
  }
  return (int)count;
}

const char* detector_class_name(const linnet_box* box) {
  return demo_classes[box->class_id];
}

void detector_error(char* line, size_t capacity) {
  linnet_error_format(&error, line, capacity);
}

const char* what_to_do(linnet_status status) {
  switch (status) {
    case LINNET_OK:
      return "nothing";
    case LINNET_INVALID_ARGUMENT:
      return "a mistake in the program: error.what names the argument";
    case LINNET_BAD_MODEL:
      return "the model in flash is damaged or cut off: write it again";
    case LINNET_UNSUPPORTED:
      return "the library was trimmed for another model: build it with LINNET_OPS of this one";
    case LINNET_ARENA_TOO_SMALL:
      return "make the arena error.expected bytes long";
    case LINNET_MISALIGNED:
      return "align the model and the arena to 64 bytes: linker script, attribute";
    case LINNET_BUSY:
      return "two tasks use one session: wait, or open one for each";
  }
  return "a status of a newer library";
}
