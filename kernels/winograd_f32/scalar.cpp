#include "kernels/activation_f32/activation_f32.h"
#include "kernels/winograd_f32/matrices.h"
#include "kernels/winograd_f32/winograd_f32.h"

namespace linnet {
namespace {

// result = left x middle x left^T for one channel; left has kRows rows.
template <int kRows, int kPatch>
void transform(const float (&left)[kRows][kPatch], const float (&middle)[kPatch][kPatch],
               float (&result)[kRows][kRows]) {
  float half[kRows][kPatch];
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kPatch; ++j) {
      half[i][j] = 0;
      for (int k = 0; k < kPatch; ++k) half[i][j] += left[i][k] * middle[k][j];
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kRows; ++j) {
      result[i][j] = 0;
      for (int k = 0; k < kPatch; ++k) result[i][j] += half[i][k] * left[j][k];
    }
  }
}

template <typename M>
void input(const float* const* pixels, int channels, float* out, size_t position_stride) {
  for (int c = 0; c < channels; ++c) {
    float patch[M::kPatch][M::kPatch], result[M::kPatch][M::kPatch];
    for (int i = 0; i < M::kPatch; ++i) {
      for (int j = 0; j < M::kPatch; ++j) patch[i][j] = pixels[i * M::kPatch + j][c];
    }
    transform(M::kInput, patch, result);
    for (int i = 0; i < M::kPatch; ++i) {
      for (int j = 0; j < M::kPatch; ++j) {
        out[static_cast<size_t>(i * M::kPatch + j) * position_stride + c] = result[i][j];
      }
    }
  }
}

template <typename M>
void output(const float* in, size_t position_stride, const float* bias, int channels,
            const Epilogue& epilogue, float* const* pixels) {
  for (int c = 0; c < channels; ++c) {
    float sums[M::kPatch][M::kPatch], result[M::kTile][M::kTile];
    for (int i = 0; i < M::kPatch; ++i) {
      for (int j = 0; j < M::kPatch; ++j) {
        sums[i][j] = in[static_cast<size_t>(i * M::kPatch + j) * position_stride + c];
      }
    }
    transform(M::kOutput, sums, result);
    for (int i = 0; i < M::kTile; ++i) {
      for (int j = 0; j < M::kTile; ++j) {
        float* pixel = pixels[i * M::kTile + j];
        if (pixel != nullptr) pixel[c] = activate(result[i][j] + bias[c], epilogue);
      }
    }
  }
}

}  // namespace

void winograd_input_f32_2x2_scalar(const float* const* pixels, int channels, float* out,
                                   size_t position_stride) {
  input<Winograd2Matrices>(pixels, channels, out, position_stride);
}
void winograd_input_f32_4x4_scalar(const float* const* pixels, int channels, float* out,
                                   size_t position_stride) {
  input<Winograd4Matrices>(pixels, channels, out, position_stride);
}
void winograd_output_f32_2x2_scalar(const float* in, size_t position_stride, const float* bias,
                                    int channels, const Epilogue& epilogue, float* const* pixels) {
  output<Winograd2Matrices>(in, position_stride, bias, channels, epilogue, pixels);
}
void winograd_output_f32_4x4_scalar(const float* in, size_t position_stride, const float* bias,
                                    int channels, const Epilogue& epilogue, float* const* pixels) {
  output<Winograd4Matrices>(in, position_stride, bias, channels, epilogue, pixels);
}

}  // namespace linnet
