// 3x3 convolution with stride 1 by Winograd's minimal filtering: chunks of tiles go through the
// input transform, one matrix multiplication per position of the patch, and the output transform.
#include "engine/arena.h"
#include "engine/ops/op.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/winograd_f32/winograd_f32.h"

namespace linnet {
namespace {

// Transformed inputs and sums of a chunk: they should stay in the second-level cache with a part of
// the weights.
constexpr size_t kChunkBytes = 160 * 1024;
constexpr int kMostChunkTiles = 32;
constexpr int kFewestChunks = 4;  // so that threads find work

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &winograd_f32_select(cpu_features, step->node->parameter);
}

int tiles_across(const Step& step) {
  const int tile = step.node->parameter;
  return (step.out_extent.width + tile - 1) / tile;
}

int tile_count(const Step& step) {
  const int tile = step.node->parameter;
  return (step.out_extent.height + tile - 1) / tile * tiles_across(step);
}

// A multiple of 8, which suits most kernels.
int chunk_tiles(const Step& step) {
  constexpr size_t kMultiple = 8;
  const auto channels = static_cast<size_t>(step.in[0].channels() + step.out.channels());
  const auto positions = static_cast<size_t>(winograd_positions(step.node->parameter));
  const size_t fit = kChunkBytes / (positions * channels * sizeof(float)) / kMultiple * kMultiple;
  const size_t share =
      round_up(divide_round_up(static_cast<size_t>(tile_count(step)), kFewestChunks), kMultiple);
  size_t tiles = fit < share ? fit : share;
  if (tiles > kMostChunkTiles) tiles = kMostChunkTiles;
  return static_cast<int>(tiles < kMultiple ? kMultiple : tiles);
}

constexpr int kMostMr = 16;

struct Scratch {
  const float** rows;  // one pointer for each tile, and some more for a last call
  float* inputs;       // [position][tile][input channel]
  float* sums;         // [position][tile][output channel]
  size_t bytes;
};

Scratch divide(const Step& step, void* memory) {
  const auto tiles = static_cast<size_t>(chunk_tiles(step));
  const auto places = tiles * static_cast<size_t>(winograd_positions(step.node->parameter));
  Arena arena(memory);
  Scratch scratch;
  scratch.rows = arena.take<const float*>(tiles + kMostMr);
  scratch.inputs = arena.take<float>(places * static_cast<size_t>(step.in[0].channels()));
  scratch.sums = arena.take<float>(places * static_cast<size_t>(step.out.channels()));
  scratch.bytes = arena.used();
  return scratch;
}

size_t scratch_bytes(const Step& step) {
  return divide(step, nullptr).bytes;
}

int item_count(const Step& step) {
  return static_cast<int>(divide_round_up(static_cast<size_t>(tile_count(step)),
                                          static_cast<size_t>(chunk_tiles(step))));
}

class Chunk {
 public:
  Chunk(const SessionState& session, const Step& step, void* scratch)
      : session_(session),
        step_(step),
        node_(*step.node),
        transform_(*static_cast<const WinogradF32Variant*>(step.kernel)),
        multiply_(igemm_f32_select(session.cpu_features)),
        scratch_(divide(step, scratch)),
        tile_(step.node->parameter),
        patch_(tile_ + 2),
        inputs_(step.in[0].channels()),
        outputs_(step.out.channels()),
        capacity_(chunk_tiles(step)) {}

  void compute(int first, int count) {
    for (int t = 0; t < count; ++t) transform_input(first + t, t);
    for (int p = 0; p < winograd_positions(tile_); ++p) multiply(p, count);
    for (int t = 0; t < count; ++t) transform_output(first + t, t);
  }

 private:
  int top(int tile) const { return tile / tiles_across(step_) * tile_; }
  int left(int tile) const { return tile % tiles_across(step_) * tile_; }

  void transform_input(int tile, int t) const {
    const int y = top(tile) - node_.pad_top, x = left(tile) - node_.pad_left;
    float* out = scratch_.inputs + static_cast<ptrdiff_t>(t) * inputs_;
    const float* pixels[kWinogradMaxPatch * kWinogradMaxPatch];
    for (int s = 0; s < step_.in[0].count; ++s) {
      const format::Segment& run = step_.in[0].segments[s];
      for (int i = 0; i < patch_; ++i) {
        for (int j = 0; j < patch_; ++j) pixels[i * patch_ + j] = input_pixel(run, y + i, x + j);
      }
      transform_.input(pixels, run.channels, out, stride(inputs_));
      out += run.channels;
    }
  }

  const float* input_pixel(const format::Segment& run, int y, int x) const {
    const bool inside = y >= 0 && y < step_.in_extent.height && x >= 0 && x < step_.in_extent.width;
    const int shift = run.upsample_shift;
    return inside ? pixel<float>(session_.tensors[run.tensor], y >> shift, x >> shift, run.channel)
                  : session_.zeros;
  }

  size_t stride(int channels) const {
    return static_cast<size_t>(capacity_) * static_cast<size_t>(channels);
  }

  void multiply(int position, int count) const {
    const auto k = static_cast<size_t>(inputs_), n = static_cast<size_t>(outputs_);
    const size_t panels = igemm_f32_panel_count(n) * igemm_f32_panel_floats(k);
    const float* weights = static_cast<const float*>(step_.weights) + winograd_bias_floats(n) +
                           static_cast<size_t>(position) * panels;
    const float* in = scratch_.inputs + static_cast<size_t>(position) * stride(inputs_);
    float* out = scratch_.sums + static_cast<size_t>(position) * stride(outputs_);
    const int mr = multiply_.mr;
    for (int t = 0; t < count + mr - 1; ++t) {
      scratch_.rows[t] = in + static_cast<ptrdiff_t>(t < count ? t : count - 1) * inputs_;
    }
    for (int t = 0; t < count; t += mr) {
      const int m = count - t < mr ? count - t : mr;
      multiply_.function(m, 1, scratch_.rows + t, &inputs_, weights, igemm_f32_panel_floats(k),
                         outputs_, {}, out + static_cast<size_t>(t) * n, n);
    }
  }

  void transform_output(int tile, int t) const {
    const int y = top(tile), x = left(tile);
    const float* sums = scratch_.sums + static_cast<ptrdiff_t>(t) * outputs_;
    const float* bias = static_cast<const float*>(step_.weights);
    float* pixels[kWinogradMaxTile * kWinogradMaxTile];
    for (int s = 0; s < step_.out.count; ++s) {
      const format::Segment& run = step_.out.segments[s];
      for (int i = 0; i < tile_; ++i) {
        for (int j = 0; j < tile_; ++j) {
          const bool inside = y + i < step_.out_extent.height && x + j < step_.out_extent.width;
          pixels[i * tile_ + j] =
              inside ? pixel<float>(session_.tensors[run.tensor], y + i, x + j, run.channel)
                     : nullptr;
        }
      }
      transform_.output(sums, stride(outputs_), bias, run.channels, epilogue_of(node_), pixels);
      sums += run.channels;
      bias += run.channels;
    }
  }

  const SessionState& session_;
  const Step& step_;
  const format::Node& node_;
  const WinogradF32Variant& transform_;
  const IgemmF32Variant& multiply_;
  Scratch scratch_;
  int tile_, patch_, inputs_, outputs_;
  int capacity_;  // tiles of a chunk
};

void run(const SessionState& session, const Step& step, int begin, int end, void* scratch) {
  Chunk chunk(session, step, scratch);
  const int most = chunk_tiles(step), tiles = tile_count(step);
  for (int item = begin; item < end; ++item) {
    const int first = item * most;
    chunk.compute(first, tiles - first < most ? tiles - first : most);
  }
}

}  // namespace

const OpDesc k_op_winograd_conv2d = {bind, scratch_bytes, item_count, run};

}  // namespace linnet
