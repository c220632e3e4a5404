/* Linnet: YOLOv5-Lite detectors on ARM CPUs. C API.
 *
 * The library never allocates, never prints, never throws and keeps no global state. All memory is
 * the caller's: the model file (read in place, must stay valid and unchanged while a session uses
 * it) and one arena per session. A session is used by one thread at a time; different sessions are
 * independent and may share one model.
 *
 *   linnet_model model;
 *   linnet_config config = linnet_config_default();
 *   if (linnet_model_verify(file, file_bytes, &model) != LINNET_OK) …model.error…
 *   linnet_arena_size(&model, &config, &arena_bytes);
 *   linnet_open(&model, &config, arena, arena_bytes, &session);
 *   linnet_detect(session, &image, &options, boxes, capacity, &count);
 *
 * Heights and widths are in pixels. Tensors are NHWC with N = 1.
 */
#ifndef LINNET_LINNET_H
#define LINNET_LINNET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LINNET_VERSION_MAJOR 0
#define LINNET_VERSION_MINOR 1
#define LINNET_VERSION_PATCH 0
#define LINNET_ALIGNMENT 64 /* bytes; of model files and arenas in memory */
#define LINNET_HEADS 3
#define LINNET_MAX_THREADS 64

typedef enum linnet_status {
  LINNET_OK = 0,
  LINNET_INVALID_ARGUMENT = 1, /* a null pointer, a size or an option out of range */
  LINNET_BAD_MODEL = 2,        /* the file is not a valid model */
  LINNET_UNSUPPORTED = 3,      /* valid, but this build lacks an op, a type or a weight layout */
  LINNET_ARENA_TOO_SMALL = 4,
  LINNET_MISALIGNED = 5, /* file or arena not 64-byte aligned */
  LINNET_BUSY = 6        /* the session is in use by another thread */
} linnet_status;

/* What went wrong, in parts that a message can be made of. `what` is a static string that names the
 * field and what to do. */
typedef struct linnet_error {
  linnet_status status;
  const char* what;
  uint64_t expected;
  uint64_t found;
  int64_t index; /* of the node, tensor or byte it is about; -1 if none */
} linnet_error;

/* Name of a status, such as "bad model". Never null. */
const char* linnet_status_name(linnet_status status);
/* Writes one line, NUL-terminated and cut to `capacity`; returns the full length without NUL. */
size_t linnet_error_format(const linnet_error* error, char* text, size_t capacity);

/* A verified model. Its fields belong to the library, except that `error` may be read. */
typedef struct linnet_model {
  const void* data;
  size_t bytes;
  linnet_error error; /* of the last verify */
} linnet_model;

/* Checks every byte that the engine will rely on. file: 64-byte aligned, borrowed. Reads `bytes`
 * bytes, writes only *out, allocates nothing, time O(bytes). */
linnet_status linnet_model_verify(const void* file, size_t bytes, linnet_model* out);

typedef struct linnet_model_info {
  const char* name;
  int native_height, native_width; /* size the weights were exported for */
  int max_stride;                  /* height and width must be multiples of this */
  int class_count;
  int head_strides[LINNET_HEADS];
  int head_anchors[LINNET_HEADS]; /* anchors per cell */
} linnet_model_info;
linnet_status linnet_model_get_info(const linnet_model* model, linnet_model_info* out);
/* Name of a class, or null if class_id is out of range. Borrowed from the model. */
const char* linnet_model_class_name(const linnet_model* model, int class_id);

/* A parallel_for runs `task(context, i, worker)` for every i in [0, count), in any order, and
 * returns when all are done. `worker` is in [0, threads); no two calls with the same worker may
 * overlap. */
typedef void (*linnet_task)(void* context, int index, int worker);
typedef void (*linnet_parallel_for)(void* pool, int count, linnet_task task, void* context);

/* Called before each step of a run with the index of its node, and once after the last with the
 * number of nodes: for profiling and watchdogs. A node that runs inside the one before has no call.
 * With a hook threads wait for one another after every node, which else they need not. */
typedef void (*linnet_step_hook)(void* context, int node);

/* Instruction sets. linnet_cpu_features() says what this CPU and this build have. */
enum {
  LINNET_CPU_NEON = 1 << 0,
  LINNET_CPU_DOTPROD = 1 << 1,
  LINNET_CPU_I8MM = 1 << 2,
  LINNET_CPU_FP16 = 1 << 3,
  LINNET_CPU_AVX2 = 1 << 4, /* and FMA */
  LINNET_CPU_AVX512 = 1 << 5,
  LINNET_CPU_AVX512_VNNI = 1 << 6,
  LINNET_CPU_AVX_VNNI = 1 << 7,
  LINNET_CPU_PORTABLE = 1 << 30 /* alone: portable C++ only */
};
uint32_t linnet_cpu_features(void);

/* Bits of linnet_config.flags. */
enum {
  /* Every node's output exists during the run (linnet_session_tensor); slower, a larger arena. */
  LINNET_EVERY_TENSOR = 1 << 0,
  /* For linnet_detect and linnet_detect_input only: no memory for the heads, which is most of an
   * int8 model's arena. linnet_run is an error. */
  LINNET_DETECT_ONLY = 1 << 1
};

typedef struct linnet_config {
  int height, width; /* network input; 0 = the model's native size */
  int threads;       /* 1 to LINNET_MAX_THREADS; above 1 needs parallel_for */
  linnet_parallel_for parallel_for;
  void* pool;               /* first argument of parallel_for */
  uint32_t max_candidates;  /* boxes kept before NMS, the best by score; 0 = 1024 */
  uint32_t cpu_features;    /* LINNET_CPU_ bits that may be used, if present; 0 = all */
  uint32_t flags;           /* LINNET_EVERY_TENSOR, LINNET_DETECT_ONLY */
  linnet_step_hook on_step; /* may be null */
  void* on_step_context;
  linnet_error* error; /* where to say what went wrong; may be null */
} linnet_config;
linnet_config linnet_config_default(void);

typedef struct linnet_session linnet_session;

/* Exactly the bytes that linnet_open needs for this model and configuration. */
linnet_status linnet_arena_size(const linnet_model* model, const linnet_config* config,
                                size_t* bytes);
/* arena: 64-byte aligned, `bytes` long, borrowed until linnet_close or for ever. No byte outside is
 * touched; one byte less than linnet_arena_size is LINNET_ARENA_TOO_SMALL. */
linnet_status linnet_open(const linnet_model* model, const linnet_config* config, void* arena,
                          size_t bytes, linnet_session** out);
/* Ends the use of the arena; the pointer is invalid afterwards. Null is allowed. */
void linnet_close(linnet_session* session);

/* What went wrong in the last call on this session. Borrowed. */
const linnet_error* linnet_session_error(const linnet_session* session);

typedef enum linnet_pixel_format {
  LINNET_RGB = 0, /* 3 bytes a pixel */
  LINNET_BGR = 1,
  LINNET_RGBA = 2, /* 4 bytes; alpha is ignored */
  LINNET_BGRA = 3,
  LINNET_GREY = 4, /* 1 byte */
  LINNET_NV12 = 5, /* 8-bit Y plane, then interleaved U V at half size (BT.601, limited range) */
  LINNET_YUYV = 6  /* Y0 U Y1 V, two pixels in four bytes (BT.601, limited range) */
} linnet_pixel_format;

/* A picture, borrowed. NV12: height and width even, planes[1] is the UV plane. YUYV: width even. */
typedef struct linnet_image {
  linnet_pixel_format format;
  int width, height; /* 1 to 16384 */
  const uint8_t* planes[2];
  size_t strides[2]; /* bytes between rows; 0 = tightly packed */
} linnet_image;

typedef struct linnet_detect_options {
  float confidence;   /* a box is kept if objectness * class score > confidence; 0 to 1 */
  float iou;          /* of two boxes of a class the weaker goes if their IoU > iou; 0 to 1 */
  int multi_label;    /* 0: the best class of a cell only; 1: every class above confidence */
  int class_agnostic; /* 1: NMS across classes */
  uint32_t max_boxes; /* returned at most; 0 = 300 */
  const uint8_t* class_filter; /* class_count bytes, 0 = ignore this class; null = all */
} linnet_detect_options;
linnet_detect_options linnet_detect_options_default(void); /* 0.25, 0.45, best class, by class */

/* x1 <= x2, y1 <= y2, in pixels of the picture given, clipped to it. */
typedef struct linnet_box {
  float x1, y1, x2, y2;
  float score; /* objectness * class probability */
  int32_t class_id;
} linnet_box;

/* Picture in, boxes out, the best first. Ties: higher score, then lower class, then lower index of
 * head, row, column, anchor. *count is what was written, at most `capacity`. */
linnet_status linnet_detect(linnet_session* session, const linnet_image* image,
                            const linnet_detect_options* options, linnet_box* boxes,
                            size_t capacity, size_t* count);

typedef enum linnet_type { LINNET_F32 = 0, LINNET_S8 = 1 } linnet_type;

/* A borrowed view, valid until the next call on the session: [height][width][channels]. */
typedef struct linnet_tensor {
  const float* data; /* null if the type is LINNET_S8 */
  int height, width, channels;
  size_t pixel_stride; /* values between pixels */
  linnet_type type;
  const int8_t* data_s8; /* null if the type is LINNET_F32 */
} linnet_tensor;

/* The parts of linnet_detect, for callers who want to time or replace them. */

/* Scales the picture into the session's input: aspect kept, centred, border grey 114, bilinear. */
linnet_status linnet_letterbox(linnet_session* session, const linnet_image* image);
/* The session's input, as linnet_letterbox left it; of an int8 model the bytes minus 128. */
linnet_status linnet_input(linnet_session* session, linnet_tensor* input);
/* input: [height][width][3] floats, R G B in 0..1, read in place (an int8 model rounds them to
 * 1/255 into the arena); or null to use what linnet_letterbox left, once: its memory is used again
 * during the run. heads may be null. Gives the raw logits of the three heads, floats. Any input is
 * allowed, also infinities and NaN. */
linnet_status linnet_run(linnet_session* session, const float* input,
                         linnet_tensor heads[LINNET_HEADS]);
/* Boxes from the heads of the last linnet_run, in pixels of the picture last letterboxed (or of the
 * network input if linnet_run was given its input). */
linnet_status linnet_decode(linnet_session* session, const linnet_detect_options* options,
                            linnet_box* boxes, size_t capacity, size_t* count);
/* Where tensor `index` of the model lies in the arena, for tools that show memory. What it holds
 * lasts only from the node that makes it to the last that reads it; a tensor between two nodes that
 * run as one does not exist, and its data is null. */
linnet_status linnet_session_tensor(const linnet_session* session, int index, linnet_tensor* out);
/* linnet_run and linnet_decode in one, with the same boxes but less work: cells whose objectness is
 * too low are not computed. linnet_detect does the same. There are no heads afterwards. */
linnet_status linnet_detect_input(linnet_session* session, const float* input,
                                  const linnet_detect_options* options, linnet_box* boxes,
                                  size_t capacity, size_t* count);

#ifdef __cplusplus
}
#endif

#endif /* LINNET_LINNET_H */
