/* Prints "open" or why the model in the file that is named cannot be opened. */
#include <stdio.h>
#include <stdlib.h>

#include "linnet/linnet.h"

enum { kMostBytes = 4 << 20 };

static _Alignas(LINNET_ALIGNMENT) unsigned char file[kMostBytes];

static int fail(const linnet_error* error) {
  char line[200];
  linnet_error_format(error, line, sizeof line);
  printf("%s\n", line);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  FILE* stream = fopen(argv[1], "rb");
  if (stream == NULL) return 2;
  const size_t bytes = fread(file, 1, sizeof file, stream);
  fclose(stream);

  linnet_model model;
  linnet_error error;
  linnet_config config = linnet_config_default();
  config.error = &error;
  if (linnet_model_verify(file, bytes, &model) != LINNET_OK) return fail(&model.error);
  size_t arena_bytes = 0;
  if (linnet_arena_size(&model, &config, &arena_bytes) != LINNET_OK) return fail(&error);
  void* arena = aligned_alloc(LINNET_ALIGNMENT, arena_bytes);
  linnet_session* session = NULL;
  if (linnet_open(&model, &config, arena, arena_bytes, &session) != LINNET_OK) return fail(&error);
  /* Runs once, so that every kernel that was chosen exists. */
  linnet_tensor heads[LINNET_HEADS];
  static const unsigned char picture[3] = {90, 120, 30};
  const linnet_image image = {LINNET_RGB, 1, 1, {picture, NULL}, {0, 0}};
  if (linnet_letterbox(session, &image) != LINNET_OK ||
      linnet_run(session, NULL, heads) != LINNET_OK) {
    return fail(linnet_session_error(session));
  }
  free(arena);
  printf("open\n");
  return 0;
}
