// Sizes and opens sessions. One function lays the arena out, with memory or without.
#include <cstring>
#include <new>

#include "engine/arena.h"
#include "engine/error.h"
#include "engine/ops/conv_fused.h"
#include "engine/ops/conv_head.h"
#include "engine/ops/op.h"
#include "engine/planner.h"
#include "engine/step_group.h"
#include "kernels/cpu_features.h"
#include "kernels/igemm_s8/igemm_s8.h"
#include "model/conv_segments.h"
#include "model/verify.h"

namespace linnet {
namespace {

constexpr uint32_t kDefaultCandidates = 1024;
constexpr uint32_t kMaxCandidates = 1u << 20;

// Working memory of the layout, on the stack (12 KB), so that sizes can be asked without an arena.
struct Planning {
  Extent extents[format::kMaxTensors];
  PlannedTensor tensors[format::kMaxTensors];
  uint16_t order[format::kMaxTensors];
};

// The configuration with defaults filled in.
struct Settings {
  int height, width, threads;
  uint32_t max_candidates, cpu_features, flags;
};

linnet_status check_extent(const format::Header& header, int* extent, int native, const char* what,
                           linnet_error* error) {
  if (*extent == 0) *extent = native;
  if (*extent < 1 || *extent > static_cast<int>(format::kMaxExtent)) {
    return report(error, LINNET_INVALID_ARGUMENT, what, format::kMaxExtent, shown(*extent));
  }
  if (*extent % header.max_stride != 0) {
    const auto nearest = round_up(static_cast<size_t>(*extent), header.max_stride);
    return report(
        error, LINNET_INVALID_ARGUMENT,
        "height or width of the input: must be a multiple of the model's stride; the next is",
        nearest, shown(*extent));
  }
  return LINNET_OK;
}

linnet_status check_settings(const ModelView& model, const linnet_config& config,
                             Settings* settings) {
  const format::Header& header = model.header();
  settings->height = config.height;
  settings->width = config.width;
  linnet_status status =
      check_extent(header, &settings->height, header.native_height,
                   "height of the input in pixels: too small or too large", config.error);
  if (status != LINNET_OK) return status;
  status = check_extent(header, &settings->width, header.native_width,
                        "width of the input in pixels: too small or too large", config.error);
  if (status != LINNET_OK) return status;
  settings->threads = config.threads;
  if (config.threads < 1 || config.threads > LINNET_MAX_THREADS) {
    return report(config.error, LINNET_INVALID_ARGUMENT, "threads: must be 1 to 64",
                  LINNET_MAX_THREADS, shown(config.threads));
  }
  if (config.threads > 1 && config.parallel_for == nullptr) {
    return report(config.error, LINNET_INVALID_ARGUMENT,
                  "parallel_for: needed for more than one thread");
  }
  settings->max_candidates =
      config.max_candidates == 0 ? kDefaultCandidates : config.max_candidates;
  if (settings->max_candidates > kMaxCandidates) {
    return report(config.error, LINNET_INVALID_ARGUMENT, "max_candidates: too many", kMaxCandidates,
                  settings->max_candidates);
  }
  constexpr uint32_t kFlags = LINNET_EVERY_TENSOR | LINNET_DETECT_ONLY;
  if ((config.flags & ~kFlags) != 0) {
    return report(config.error, LINNET_INVALID_ARGUMENT, "flags: unknown bits", kFlags,
                  config.flags);
  }
  settings->flags = config.flags;
  const uint32_t available = cpu_features_available();
  settings->cpu_features = config.cpu_features == 0 ? available : config.cpu_features & available;
  return LINNET_OK;
}

format::DType type_of(const ModelView& model, const View& view) {
  return static_cast<format::DType>(model.tensor(view.segments[0].tensor).dtype);
}

// Extents of the step's views, kernels, weights.
void bind_step(const ModelView& model, const Extent* extents, int index, uint32_t cpu_features,
               Step* step) {
  const format::Node& node = model.node(index);
  *step = Step();
  step->node = &node;
  for (int i = 0; i < node.operand_count; ++i) step->in[i] = model.operand(node, i);
  step->out = model.output(node);
  step->in_extent = view_extent(step->in[0], extents);
  step->out_extent = view_extent(step->out, extents);
  step->weights = model.weights(node);
  step->whole_input =
      is_whole_tensor(step->in[0], model.tensor(step->in[0].segments[0].tensor).channels);
  step->head = head_of_step(model, *step);
  step->in_type = type_of(model, step->in[0]);
  step->out_type = type_of(model, step->out);
  step->op = find_op(node.op, step->in_type);
  step->op->bind(cpu_features, step);
}

// The tensor between two steps is used by nobody else, and never by the caller.
bool is_between(const PlannedTensor& tensor, int step) {
  return tensor.first == step && tensor.last == step + 1;
}

// Makes step i run step i + 1 too where that is possible. The tensor between them needs no memory.
bool fuse(const Step& next, int i, int threads, PlannedTensor* tensors, Step* step) {
  if (!can_fuse_conv(*step, next, threads)) return false;
  PlannedTensor& between = tensors[step->out.segments[0].tensor];
  if (!is_between(between, i)) return false;
  between.units = 0;
  // Both steps run at the same time: what one reads must not lie where the other writes.
  extend_lifetime(step->in[0], i, i + 1, tensors);
  extend_lifetime(next.out, i, i + 1, tensors);
  step->op = fused_conv_op(step->out_type);
  step->fused = {next.node, next.out, next.out_extent, next.weights, next.kernel};
  return true;
}

// Zeros that stand for padding: a pixel of a run of channels.
size_t zero_floats(const Step& step) {
  size_t most = 0;
  for (int i = 0; i < step.in[0].count; ++i) {
    if (step.in[0].segments[i].channels > most) most = step.in[0].segments[i].channels;
  }
  return step.node->op == format::k_winograd_conv2d ? most : 0;
}

// When each tensor is alive, and how large it is. False if one is too large for the planner.
bool fill_plan(const ModelView& model, const Extent* extents, PlannedTensor* tensors) {
  for (int i = 0; i < model.tensor_count(); ++i) {
    const auto dtype = static_cast<format::DType>(model.tensor(i).dtype);
    const uint64_t values =
        uint64_t{extents[i].height} * extents[i].width * model.tensor(i).channels;
    const uint64_t bytes = values * element_bytes(dtype);
    const uint64_t units = (bytes + LINNET_ALIGNMENT - 1) / LINNET_ALIGNMENT;
    if (units > UINT32_MAX) return false;
    tensors[i].units = static_cast<uint32_t>(units);
    tensors[i].first = UINT16_MAX;
    tensors[i].last = 0;
  }
  tensors[0].first = 0;
  for (int i = 0; i < model.node_count(); ++i) {
    const format::Node& node = model.node(i);
    for (int k = 0; k < node.operand_count; ++k)
      extend_lifetime(model.operand(node, k), i, i, tensors);
    extend_lifetime(model.output(node), i, i, tensors);
  }
  for (int i = 0; i < model.head_count(); ++i) tensors[model.head(i).tensor].last = UINT16_MAX;
  return true;
}

// What the steps need of the arena, and which of them make a head alone.
struct StepNeeds {
  size_t scratch_bytes = 0;  // for each worker
  size_t zero_floats = 1;
  int head_step[LINNET_HEADS] = {-1, -1, -1};
};

// In a detection the heads that a convolution makes alone are never stored.
void drop_head_tensors(const ModelView& model, const StepNeeds& needs, PlannedTensor* tensors) {
  for (int i = 0; i < model.head_count(); ++i) {
    bool unused = true;
    for (int k = 0; k < model.head_count(); ++k) {
      unused = unused && (model.head(k).tensor != model.head(i).tensor || needs.head_step[k] >= 0);
    }
    if (unused) tensors[model.head(i).tensor].units = 0;
  }
}

// Binds all steps, fuses pairs and adds up what they need; steps may be null. Tensors that fusing
// makes superfluous lose their size.
linnet_status bind_steps(const ModelView& model, const Settings& settings, Planning* planning,
                         Step* steps, StepNeeds* needs, linnet_error* error) {
  const int count = model.node_count();
  for (int i = 0; i < count; ++i) {
    const format::Node& node = model.node(i);
    const format::DType in = type_of(model, model.operand(node, 0));
    if (find_op(node.op, in) == nullptr) {
      return report(error, LINNET_UNSUPPORTED, missing_op(node.op, in), 0, 0, i);
    }
  }
  bool fused = false;  // the step is part of the one before
  Step step, next;
  StepGroup group;
  bind_step(model, planning->extents, 0, settings.cpu_features, &next);
  for (int i = 0; i < count; ++i) {
    step = next;
    const bool has_next = i + 1 < count;
    if (has_next) bind_step(model, planning->extents, i + 1, settings.cpu_features, &next);
    if (fused) {
      step.op = nullptr;
      fused = false;
    } else {
      fused = has_next && (settings.flags & LINNET_EVERY_TENSOR) == 0 &&
              fuse(next, i, settings.threads, planning->tensors, &step);
      const size_t bytes = round_up(step.op->scratch_bytes(step), LINNET_ALIGNMENT);
      if (bytes > needs->scratch_bytes) needs->scratch_bytes = bytes;
      if (zero_floats(step) > needs->zero_floats) needs->zero_floats = zero_floats(step);
      if (step.head >= 0) needs->head_step[step.head] = i;
    }
    if (steps != nullptr) new (&steps[i]) Step(step);
    // One thread has nobody to meet.
    if (settings.threads == 1 || step.op == nullptr) continue;
    if (group.add(step, i, planning->tensors) && steps != nullptr) {
      steps[group.first()].group_steps = group.length();
    }
  }
  return LINNET_OK;
}

linnet_status report_too_large(linnet_error* error) {
  return report(error, LINNET_INVALID_ARGUMENT,
                "arena: larger than this machine can address; use a smaller input");
}

// Takes everything that a session needs from `arena`; fills *session unless arena only counts.
linnet_status lay_out(const ModelView& model, const linnet_config& config, Arena* arena,
                      void* session_memory, const void* file, SessionState** out) {
  Settings settings;
  linnet_status status = check_settings(model, config, &settings);
  if (status != LINNET_OK) return status;
  Planning planning;
  status = infer_extents(model, settings.height, settings.width, planning.extents, config.error);
  if (status != LINNET_OK) return status;
  if (!fill_plan(model, planning.extents, planning.tensors)) return report_too_large(config.error);
  arena->take<uint8_t>(sizeof(SessionState));
  SessionState* session =
      session_memory == nullptr ? nullptr : new (session_memory) SessionState(file);
  const auto node_count = static_cast<size_t>(model.node_count());
  const auto tensor_count = static_cast<size_t>(model.tensor_count());
  Step* steps = arena->take<Step>(node_count);
  Tensor* tensors = arena->take<Tensor>(tensor_count);
  StepNeeds needs;
  status = bind_steps(model, settings, &planning, steps, &needs, config.error);
  if (status != LINNET_OK) return status;
  const bool detect_only = (settings.flags & LINNET_DETECT_ONLY) != 0;
  if (detect_only) drop_head_tensors(model, needs, planning.tensors);
  const uint64_t units = plan_memory(planning.tensors, model.tensor_count(), planning.order);
  auto* zeros = arena->take<float>(needs.zero_floats);
  // Sizes above are bounded by the format's caps; only the products below can be huge.
  const size_t threads = static_cast<size_t>(settings.threads);
  auto* scratch = arena->take_each(threads, needs.scratch_bytes);
  auto* candidates = arena->take<Candidate>(settings.max_candidates);
  auto* columns = arena->take<LetterboxColumn>(static_cast<size_t>(settings.width));
  struct Unit {
    uint8_t bytes[LINNET_ALIGNMENT];
  };
  if (units > SIZE_MAX / sizeof(Unit)) return report_too_large(config.error);
  // One more: igemm_s8 reads a little beyond a row.
  static_assert(kIgemmS8OverRead <= sizeof(Unit));
  Unit* activations = arena->take<Unit>(static_cast<size_t>(units) + 1);
  if (arena->overflowed()) return report_too_large(config.error);
  if (session == nullptr) return LINNET_OK;

  session->height = settings.height;
  session->width = settings.width;
  session->threads = settings.threads;
  session->parallel_for = config.parallel_for;
  session->pool = config.pool;
  session->cpu_features = settings.cpu_features;
  session->on_step = config.on_step;
  session->on_step_context = config.on_step_context;
  session->tensors = tensors;
  session->steps = steps;
  session->step_count = model.node_count();
  std::memset(zeros, 0, needs.zero_floats * sizeof(float));
  session->zeros = zeros;
  session->scratch = scratch;
  session->scratch_bytes = needs.scratch_bytes;
  for (int i = 0; i < LINNET_HEADS; ++i) session->head_step[i] = needs.head_step[i];
  session->has_head_tensors = !detect_only;
  session->candidates = candidates;
  session->max_candidates = settings.max_candidates;
  session->columns = columns;
  for (int i = 0; i < model.tensor_count(); ++i) {
    void* data =
        planning.tensors[i].units == 0 ? nullptr : activations + planning.tensors[i].offset;
    new (&tensors[i])
        Tensor{data, planning.extents[i].height, planning.extents[i].width,
               model.tensor(i).channels, static_cast<format::DType>(model.tensor(i).dtype)};
  }
  // A verified file may still read channels that nothing wrote: let them be the same on every run.
  std::memset(activations, 0, (static_cast<size_t>(units) + 1) * sizeof(Unit));
  *out = session;
  return LINNET_OK;
}

linnet_status check_model(const linnet_model* model, const linnet_config* config) {
  if (config == nullptr) return LINNET_INVALID_ARGUMENT;
  if (model == nullptr || model->data == nullptr) {
    return report(config->error, LINNET_INVALID_ARGUMENT,
                  "model: null or not verified; call linnet_model_verify first");
  }
  return LINNET_OK;
}

}  // namespace
}  // namespace linnet

using namespace linnet;

extern "C" {

linnet_config linnet_config_default(void) {
  linnet_config config{};
  config.threads = 1;
  return config;
}

linnet_status linnet_arena_size(const linnet_model* model, const linnet_config* config,
                                size_t* bytes) {
  const linnet_status status = check_model(model, config);
  if (status != LINNET_OK) return status;
  if (bytes == nullptr) {
    return report(config->error, LINNET_INVALID_ARGUMENT, "bytes: must not be null");
  }
  Arena counter(nullptr);
  SessionState* none = nullptr;
  const linnet_status laid_out =
      lay_out(ModelView(model->data), *config, &counter, nullptr, model->data, &none);
  if (laid_out == LINNET_OK) *bytes = counter.used();
  return laid_out;
}

linnet_status linnet_open(const linnet_model* model, const linnet_config* config, void* arena,
                          size_t bytes, linnet_session** out) {
  size_t needed = 0;
  const linnet_status sized = linnet_arena_size(model, config, &needed);
  if (sized != LINNET_OK) return sized;
  if (arena == nullptr || out == nullptr) {
    return report(config->error, LINNET_INVALID_ARGUMENT, "arena and out: must not be null");
  }
  const auto misalignment = reinterpret_cast<uintptr_t>(arena) % LINNET_ALIGNMENT;
  if (misalignment != 0) {
    return report(config->error, LINNET_MISALIGNED, "address of the arena: align it to 64 bytes", 0,
                  misalignment);
  }
  if (bytes < needed) {
    return report(config->error, LINNET_ARENA_TOO_SMALL,
                  "bytes of the arena: give what linnet_arena_size says", needed, bytes);
  }
  Arena real(arena);
  SessionState* session = nullptr;
  const linnet_status status =
      lay_out(ModelView(model->data), *config, &real, arena, model->data, &session);
  if (status == LINNET_OK) *out = reinterpret_cast<linnet_session*>(session);
  return status;
}

void linnet_close(linnet_session*) {
  // Nothing is owned outside the arena.
}

}  // extern "C"
