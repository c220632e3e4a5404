/* Detects in a picture that is baked in, on any board: C99 against linnet/linnet.h, no heap, no
 * file system, no operating system. */
#include "linnet/linnet.h"

#include "assets.h"
#include "board.h"
#include "console.h"

enum { kMostBoxes = 32, kMostCandidates = 256 };

/* All the memory that the detector uses, besides the stack. */
static uint8_t arena[FIRMWARE_ARENA_BYTES] __attribute__((aligned(LINNET_ALIGNMENT)));
static linnet_box boxes[kMostBoxes];

static void print_number(const char* name, uint32_t value) {
  put_text(name);
  put_text(" ");
  put_number(value);
  end_line();
}

static int fail(const linnet_error* error) {
  char text[160];
  linnet_error_format(error, text, sizeof text);
  put_text("error: ");
  put_text(text);
  end_line();
  return 1;
}

/* class, name, score and corners, floats as their bits: two machines agree if the lines do. */
static void print_box(const char* label, const linnet_model* model, const linnet_box* box) {
  const float values[] = {box->score, box->x1, box->y1, box->x2, box->y2};
  put_text(label);
  put_text(" ");
  put_text(linnet_model_class_name(model, box->class_id));
  for (unsigned i = 0; i < sizeof values / sizeof values[0]; ++i) {
    put_text(" ");
    put_float_bits(values[i]);
  }
  const uint32_t rounded[] = {(uint32_t)box->x1, (uint32_t)box->y1, (uint32_t)box->x2,
                              (uint32_t)box->y2};
  put_text(" (");
  put_number((uint32_t)(box->score * 100));
  put_text(" % at");
  for (unsigned i = 0; i < 4; ++i) {
    put_text(" ");
    put_number(rounded[i]);
  }
  put_text(")");
  end_line();
}

/* Opens the model, detects, prints; label: what lines of boxes begin with. */
static int detect(const linnet_model* model, uint32_t cpu_features, const char* label) {
  linnet_error error;
  linnet_config config = linnet_config_default();
  config.height = FIRMWARE_HEIGHT;
  config.width = FIRMWARE_WIDTH;
  config.max_candidates = kMostCandidates;
  config.flags = LINNET_DETECT_ONLY;
  config.cpu_features = cpu_features;
  config.error = &error;
  size_t bytes = 0;
  linnet_session* session = 0;
  if (linnet_arena_size(model, &config, &bytes) != LINNET_OK ||
      linnet_open(model, &config, arena, sizeof arena, &session) != LINNET_OK) {
    return fail(&error);
  }

  const linnet_image picture = {
      LINNET_RGB, FIRMWARE_PICTURE_WIDTH, FIRMWARE_PICTURE_HEIGHT, {asset_picture, 0}, {0, 0}};
  size_t count = 0;
  const uint32_t start = board_nanoseconds();
  if (linnet_detect(session, &picture, 0, boxes, kMostBoxes, &count) != LINNET_OK) {
    return fail(linnet_session_error(session));
  }
  const uint32_t end = board_nanoseconds();
  linnet_close(session);

  for (size_t i = 0; i < count; ++i) print_box(label, model, &boxes[i]);
  print_number("boxes", (uint32_t)count);
  print_number("arena", (uint32_t)bytes);
  print_number("nanoseconds", end - start);
  return 0;
}

int main(void) {
  linnet_model model;
  if (linnet_model_verify(FIRMWARE_MODEL_DATA, FIRMWARE_MODEL_BYTES, &model) != LINNET_OK) {
    return fail(&model.error);
  }
  int code = detect(&model, 0, "box");
#if FIRMWARE_PORTABLE_TOO
  /* Floats: the portable kernels give the same bits on every CPU, those of an instruction set have
   * their own order of additions. */
  if (code == 0) code = detect(&model, LINNET_CPU_PORTABLE, "portable");
#endif
  print_number("stack", (uint32_t)board_stack_used());
  return code;
}
