/* Detects in a binary PPM file, prints the boxes with all their digits. */
#include <stdio.h>

#include "detector.h"

static uint8_t pixels[320 * 240 * 3];
static linnet_box boxes[50];
static int steps;

static void count_step(void* context, int node) {
  (void)node;
  ++*(int*)context;
}

static int fail(const char* what) {
  char line[200];
  detector_error(line, sizeof line);
  fprintf(stderr, "%s: %s\n", what, line);
  return 1;
}

/* Every frame is allowed, also one without anything in it. */
static int detect_in_grey(void) {
  static uint8_t grey[64 * 48 * 2];
  size_t i;
  for (i = 0; i < sizeof grey; ++i) grey[i] = 128;
  {
    linnet_image image = yuyv_frame(grey, 64, 48);
    return detector_run(&image, boxes, sizeof boxes / sizeof boxes[0]);
  }
}

linnet_config consumer_config(void);

int main(int argc, char** argv) {
  FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  linnet_config config = consumer_config();
  linnet_image image = {LINNET_RGB, 320, 240, {pixels, NULL}, {0, 0}};
  int count, i;
  if (file == NULL || fseek(file, 15, SEEK_SET) != 0 ||
      fread(pixels, 1, sizeof pixels, file) != sizeof pixels) {
    fprintf(stderr, "usage: detect PICTURE.ppm (320x240)\n");
    return 2;
  }
  fclose(file);
  if (config.on_step == NULL) {
    config.on_step = count_step;
    config.on_step_context = &steps;
  }
  if (detector_start(config) != LINNET_OK) return fail("start");
  if (detect_in_grey() < 0) return fail("grey frame");
  count = detector_run(&image, boxes, sizeof boxes / sizeof boxes[0]);
  if (count < 0) return fail("picture");
  for (i = 0; i < count; ++i) {
    const linnet_box* box = &boxes[i];
    printf("%s %.9g %.9g %.9g %.9g %.9g\n", detector_class_name(box), (double)box->score,
           (double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2);
  }
  if (config.on_step == count_step && steps == 0) return 3;
  image.width = 0;
  if (detector_run(&image, boxes, 1) != -1) return 4;
  fail("expected"); /* an error has a text */
  fprintf(stderr, "%s\n", what_to_do(LINNET_INVALID_ARGUMENT));
  return 0;
}
