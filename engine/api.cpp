// The C API's calls on models and sessions: argument checks, locking, the order of the steps.
#include "engine/build.h"
#include "engine/error.h"
#include "engine/head_decoder.h"
#include "engine/ops/conv_head.h"
#include "engine/session.h"
#include "kernels/cpu_features.h"
#include "kernels/quantize/quantize.h"
#include "model/verify.h"

#include <cstring>

using namespace linnet;

namespace {

linnet_status status_of(VerifyCode code) {
  switch (code) {
    case VerifyCode::ok:
      return LINNET_OK;
    case VerifyCode::misaligned:
      return LINNET_MISALIGNED;
    case VerifyCode::unsupported:
      return LINNET_UNSUPPORTED;
    case VerifyCode::bad:
      return LINNET_BAD_MODEL;
  }
  return LINNET_BAD_MODEL;
}

SessionState* session_of(linnet_session* session) {
  return reinterpret_cast<SessionState*>(session);
}

linnet_status check_boxes(SessionState* session, const linnet_box* boxes, size_t capacity,
                          const size_t* count) {
  if (count == nullptr || (boxes == nullptr && capacity != 0)) {
    return report(&session->error, LINNET_INVALID_ARGUMENT, "boxes and count: must not be null");
  }
  return LINNET_OK;
}

bool in_unit_interval(float x) {
  return x >= 0.0f && x <= 1.0f;
}

linnet_status check_options(SessionState* session, const linnet_detect_options* options) {
  if (options == nullptr) return LINNET_OK;
  if (!in_unit_interval(options->confidence) || !in_unit_interval(options->iou)) {
    return report(&session->error, LINNET_INVALID_ARGUMENT,
                  "confidence and iou: must be from 0 to 1");
  }
  return LINNET_OK;
}

linnet_status check_request(SessionState* session, const linnet_detect_options* options,
                            const linnet_box* boxes, size_t capacity, const size_t* count) {
  const linnet_status status = check_boxes(session, boxes, capacity, count);
  return status == LINNET_OK ? check_options(session, options) : status;
}

linnet_detect_options options_or_default(const linnet_detect_options* options) {
  return options == nullptr ? linnet_detect_options_default() : *options;
}

linnet_tensor view_of(const Tensor& t) {
  linnet_tensor view{};
  view.height = t.height;
  view.width = t.width;
  view.channels = t.channels;
  view.pixel_stride = static_cast<size_t>(t.channels);
  if (t.dtype == format::kS8) {
    view.type = LINNET_S8;
    view.data_s8 = static_cast<const int8_t*>(t.data);
  } else {
    view.data = static_cast<const float*>(t.data);
  }
  return view;
}

linnet_status place_picture(SessionState* session, const linnet_image* image) {
  if (image == nullptr) {
    return report(&session->error, LINNET_INVALID_ARGUMENT, "image: must not be null");
  }
  const linnet_status status = letterbox(session, *image);
  if (status != LINNET_OK) return status;
  session->has_input = true;
  session->has_heads = false;  // the planner may have put the input where they were
  return LINNET_OK;
}

// Boxes will be in pixels of the network input.
void place_own_input(SessionState* session) {
  session->gain = 1;
  session->pad_x = session->pad_y = 0;
  session->picture_width = session->width;
  session->picture_height = session->height;
}

// Several pixels go as one of many channels, so that vectors are full.
[[maybe_unused]] void quantize_input(const SessionState& session, const float* input) {
  constexpr int kChannels = 3, kTogether = 16;
  const Tensor& in = session.tensors[0];
  float multiplier[kChannels * kTogether];
  for (float& m : multiplier) m = 1.0f / session.model.header().input_scale;
  const QuantizeF32 quantize = quantize_select(session.cpu_features).quantize;
  const int pixels = in.height * in.width, groups = pixels / kTogether;
  const auto convert = [&](int count, int channels, int first) {
    quantize(count, channels, input + first, static_cast<size_t>(channels), multiplier,
             {-128, -128, 127}, static_cast<int8_t*>(in.data) + first,
             static_cast<size_t>(channels));
  };
  const int grouped = groups * kTogether;
  if (groups > 0) convert(groups, kChannels * kTogether, 0);
  if (pixels > grouped) convert(pixels - grouped, kChannels, grouped * kChannels);
}

// Runs the network on what the letterbox left.
void run_placed(SessionState* session) {
  session->has_input = false;
  execute(session);
}

// Runs the network on `input`, or on what the letterbox left if that is null.
linnet_status run_network(SessionState* session, const float* input) {
  if (input == nullptr && !session->has_input) {
    return report(&session->error, LINNET_INVALID_ARGUMENT,
                  "input: null, and no picture letterboxed since the last run");
  }
  if (input == nullptr) {
    run_placed(session);
    return LINNET_OK;
  }
  session->has_input = false;
  place_own_input(session);
  Tensor& in = session->tensors[0];
  if constexpr (kHasS8) {
    if (in.dtype == format::kS8) {
      quantize_input(*session, input);
      execute(session);
      return LINNET_OK;
    }
  }
  void* const own = in.data;
  in.data = const_cast<float*>(input);  // a verified model never writes its input
  execute(session);
  in.data = own;
  return LINNET_OK;
}

linnet_status run(SessionState* session, const float* input, linnet_tensor* heads) {
  if (!session->has_head_tensors) {
    return report(&session->error, LINNET_INVALID_ARGUMENT,
                  "linnet_run: the session was opened with LINNET_DETECT_ONLY, so it has no heads");
  }
  const linnet_status status = run_network(session, input);
  if (status != LINNET_OK) return status;
  session->has_heads = true;
  for (int i = 0; heads != nullptr && i < LINNET_HEADS; ++i) {
    heads[i] = view_of(session->tensors[session->model.head(i).tensor]);
  }
  return LINNET_OK;
}

linnet_status decode_heads(SessionState* session, const linnet_detect_options* options,
                           linnet_box* boxes, size_t capacity, size_t* count) {
  if (!session->has_heads) {
    return report(&session->error, LINNET_INVALID_ARGUMENT, "linnet_decode: call linnet_run first");
  }
  const linnet_detect_options given = options_or_default(options);
  Detection detection{given, objectness_gate(given.confidence),
                      CandidateHeap(session->candidates, session->max_candidates)};
  return decode(session, &detection, boxes, capacity, count);
}

// run_it: runs the network. Who gives it no floats does not link the quantizer of floats.
template <typename Run>
linnet_status run_and_decode(SessionState* session, const Run& run_it,
                             const linnet_detect_options* given, linnet_box* boxes, size_t capacity,
                             size_t* count) {
  const linnet_detect_options options = options_or_default(given);
  session->has_heads = false;
  Detection detection{options, objectness_gate(options.confidence),
                      CandidateHeap(session->candidates, session->max_candidates)};
  session->detection = &detection;
  linnet_status status = run_it();
  if (status == LINNET_OK) status = decode(session, &detection, boxes, capacity, count);
  session->detection = nullptr;
  return status;
}

// Runs `call` with the session locked and its error cleared.
template <typename Call>
linnet_status use(linnet_session* handle, const Call& call) {
  if (handle == nullptr) return LINNET_INVALID_ARGUMENT;
  SessionState* session = session_of(handle);
  const SessionLock lock(session);
  if (!lock.ok()) return LINNET_BUSY;
  report(&session->error, LINNET_OK, "");
  return call(session);
}

}  // namespace

extern "C" {

uint32_t linnet_cpu_features(void) {
  return cpu_features_available();
}

linnet_status linnet_model_verify(const void* file, size_t bytes, linnet_model* out) {
  if (out == nullptr) return LINNET_INVALID_ARGUMENT;
  *out = linnet_model{};
  VerifyError error;
  if (model_verify(file, bytes, &error)) {
    out->data = file;
    out->bytes = bytes;
    report(&out->error, LINNET_OK, "", 0, 0);
    out->error.index = -1;
    return LINNET_OK;
  }
  return report(&out->error, status_of(error.code), error.what, error.expected, error.found,
                error.index);
}

linnet_status linnet_model_get_info(const linnet_model* model, linnet_model_info* out) {
  if (model == nullptr || model->data == nullptr || out == nullptr) return LINNET_INVALID_ARGUMENT;
  const ModelView view(model->data);
  const format::Header& header = view.header();
  *out = linnet_model_info{};
  out->name = view.string(header.model_name);
  out->native_height = header.native_height;
  out->native_width = header.native_width;
  out->max_stride = header.max_stride;
  out->class_count = header.class_count;
  for (int i = 0; i < LINNET_HEADS; ++i) {
    out->head_strides[i] = view.head(i).stride;
    out->head_anchors[i] = view.head(i).anchor_count;
  }
  return LINNET_OK;
}

const char* linnet_model_class_name(const linnet_model* model, int class_id) {
  if (model == nullptr || model->data == nullptr) return nullptr;
  const ModelView view(model->data);
  if (class_id < 0 || class_id >= view.header().class_count) return nullptr;
  return view.class_name(class_id);
}

const linnet_error* linnet_session_error(const linnet_session* session) {
  return session == nullptr ? nullptr : &reinterpret_cast<const SessionState*>(session)->error;
}

linnet_status linnet_session_tensor(const linnet_session* handle, int index, linnet_tensor* out) {
  if (handle == nullptr || out == nullptr) return LINNET_INVALID_ARGUMENT;
  const auto* session = reinterpret_cast<const SessionState*>(handle);
  if (index < 0 || index >= session->model.tensor_count()) return LINNET_INVALID_ARGUMENT;
  *out = view_of(session->tensors[index]);
  return LINNET_OK;
}

linnet_detect_options linnet_detect_options_default(void) {
  linnet_detect_options options{};
  options.confidence = 0.25f;
  options.iou = 0.45f;
  return options;
}

linnet_status linnet_letterbox(linnet_session* handle, const linnet_image* image) {
  return use(handle, [&](SessionState* session) { return place_picture(session, image); });
}

linnet_status linnet_input(linnet_session* handle, linnet_tensor* input) {
  return use(handle, [&](SessionState* session) {
    if (input == nullptr || !session->has_input) {
      return report(&session->error, LINNET_INVALID_ARGUMENT,
                    "linnet_input: null, or no picture letterboxed since the last run");
    }
    *input = view_of(session->tensors[0]);
    return LINNET_OK;
  });
}

linnet_status linnet_run(linnet_session* handle, const float* input,
                         linnet_tensor heads[LINNET_HEADS]) {
  return use(handle, [&](SessionState* session) { return run(session, input, heads); });
}

linnet_status linnet_decode(linnet_session* handle, const linnet_detect_options* options,
                            linnet_box* boxes, size_t capacity, size_t* count) {
  return use(handle, [&](SessionState* session) {
    const linnet_status status = check_request(session, options, boxes, capacity, count);
    return status == LINNET_OK ? decode_heads(session, options, boxes, capacity, count) : status;
  });
}

linnet_status linnet_detect(linnet_session* handle, const linnet_image* image,
                            const linnet_detect_options* options, linnet_box* boxes,
                            size_t capacity, size_t* count) {
  return use(handle, [&](SessionState* session) {
    linnet_status status = check_request(session, options, boxes, capacity, count);
    if (status == LINNET_OK) status = place_picture(session, image);
    if (status != LINNET_OK) return status;
    const auto run_it = [&] {
      run_placed(session);
      return LINNET_OK;
    };
    return run_and_decode(session, run_it, options, boxes, capacity, count);
  });
}

linnet_status linnet_detect_input(linnet_session* handle, const float* input,
                                  const linnet_detect_options* options, linnet_box* boxes,
                                  size_t capacity, size_t* count) {
  return use(handle, [&](SessionState* session) {
    const linnet_status status = check_request(session, options, boxes, capacity, count);
    if (status != LINNET_OK) return status;
    const auto run_it = [&] { return run_network(session, input); };
    return run_and_decode(session, run_it, options, boxes, capacity, count);
  });
}

}  // extern "C"
