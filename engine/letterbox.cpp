// Picture to network input, as YOLOv5 does it with OpenCV: aspect kept, centred, border 114,
// bilinear resize in OpenCV's 8-bit fixed-point arithmetic (modules/imgproc/src/resize.cpp: 11-bit
// weights, half-pixel centres), bit for bit, so that boxes do not depend on who resized.
#include "engine/build.h"
#include "engine/error.h"
#include "engine/session.h"
#include "kernels/requantize.h"

namespace linnet {
namespace {

constexpr int kMaxPictureExtent = 16384;
constexpr int kWeightOne = 2048;  // INTER_RESIZE_COEF_SCALE
constexpr uint8_t kBorder = 114;

struct Rgb {
  int r, g, b;
};

int floor_to_int(float x) {
  const int i = static_cast<int>(x);
  return static_cast<float>(i) > x ? i - 1 : i;
}

int clamp_to_byte(int x) {
  return x < 0 ? 0 : (x > 255 ? 255 : x);
}

// BT.601, limited range, in OpenCV's 20-bit fixed point.
Rgb from_yuv(int y, int u, int v) {
  constexpr int kShift = 20, kHalf = 1 << (kShift - 1);
  constexpr int kY = 1220542, kUB = 2116026, kUG = -409993, kVG = -852492, kVR = 1673527;
  const int luma = (y > 16 ? y - 16 : 0) * kY;
  u -= 128;
  v -= 128;
  return {clamp_to_byte((luma + kHalf + kVR * v) >> kShift),
          clamp_to_byte((luma + kHalf + kVG * v + kUG * u) >> kShift),
          clamp_to_byte((luma + kHalf + kUB * u) >> kShift)};
}

// One reader per pixel layout: the colour at (y, x).
struct InterleavedReader {
  const uint8_t* data;
  size_t stride;
  int bytes, r, b;
  Rgb operator()(int y, int x) const {
    const uint8_t* p = data + static_cast<size_t>(y) * stride +
                       static_cast<size_t>(x) * static_cast<size_t>(bytes);
    return {p[r], p[bytes == 1 ? 0 : 1], p[b]};
  }
};

// NV12 and YUYV: a luma for each pixel, a pair of chroma for two.
struct YuvReader {
  const uint8_t* luma;
  const uint8_t* chroma;
  size_t luma_stride, chroma_stride;
  int luma_step;         // bytes between the luma of pixels
  int chroma_step;       // between the chroma of pairs
  int chroma_row_shift;  // 1: a row of chroma is for two rows of pixels
  int v;                 // from U to V
  Rgb operator()(int y, int x) const {
    const uint8_t* u = chroma + static_cast<size_t>(y >> chroma_row_shift) * chroma_stride +
                       (x >> 1) * chroma_step;
    return from_yuv(luma[static_cast<size_t>(y) * luma_stride + static_cast<size_t>(x * luma_step)],
                    u[0], u[v]);
  }
};

int clamp(int x, int high) {
  return x < 0 ? 0 : (x > high ? high : x);
}

// Source rows or columns and weights for one output coordinate. Beyond the edge OpenCV gives a
// column the weights 1 and 0, but a row keeps its weights and reads the edge twice, which rounds
// differently.
LetterboxColumn sample_position(int out, double scale, int extent, bool is_column) {
  const auto position = static_cast<float>((out + 0.5) * scale - 0.5);
  const int first = floor_to_int(position);
  float fraction = position - static_cast<float>(first);
  if (is_column && (first < 0 || first >= extent - 1)) fraction = 0;
  LetterboxColumn at;
  at.left = clamp(first, extent - 1);
  at.right = clamp(first + 1, extent - 1);
  at.left_weight = static_cast<int16_t>(round_half_to_even((1.0f - fraction) * kWeightOne));
  at.right_weight = static_cast<int16_t>(round_half_to_even(fraction * kWeightOne));
  return at;
}

int mix(int top, int bottom, int top_weight, int bottom_weight) {
  return ((((top_weight * (top >> 4)) >> 16) + ((bottom_weight * (bottom >> 4)) >> 16)) + 2) >> 2;
}

struct Placement {
  int width, height;  // of the resized picture
  int left, top;
};

template <typename Reader>
Rgb sample(const Reader& read, const LetterboxColumn& row, const LetterboxColumn& column) {
  const Rgb a = read(row.left, column.left), b = read(row.left, column.right);
  const Rgb c = read(row.right, column.left), d = read(row.right, column.right);
  const int wl = column.left_weight, wr = column.right_weight;
  const int wt = row.left_weight, wb = row.right_weight;
  return {mix(a.r * wl + b.r * wr, c.r * wl + d.r * wr, wt, wb),
          mix(a.g * wl + b.g * wr, c.g * wl + d.g * wr, wt, wb),
          mix(a.b * wl + b.b * wr, c.b * wl + d.b * wr, wt, wb)};
}

// One writer per element type of the input: a pixel's byte as the network reads it.
struct FloatWriter {
  using Value = float;
  float scale;
  float operator()(int byte) const { return static_cast<float>(byte) * scale; }
};

struct Int8Writer {
  using Value = int8_t;
  int8_t operator()(int byte) const { return static_cast<int8_t>(byte - 128); }
};

template <typename Reader, typename Writer>
void fill_pixels(SessionState* session, const linnet_image& image, const Placement& at,
                 const Reader& read, const Writer& write) {
  const typename Writer::Value border = write(kBorder);
  const double scale_x = 1.0 / (static_cast<double>(at.width) / image.width);
  const double scale_y = 1.0 / (static_cast<double>(at.height) / image.height);
  const bool same_size = at.width == image.width && at.height == image.height;
  for (int x = 0; x < at.width; ++x) {
    session->columns[x] = sample_position(x, scale_x, image.width, true);
  }
  auto* out = static_cast<typename Writer::Value*>(session->tensors[0].data);
  for (int y = 0; y < session->height; ++y) {
    const int inner_y = y - at.top;
    const bool row_inside = inner_y >= 0 && inner_y < at.height;
    const LetterboxColumn row =
        row_inside ? sample_position(inner_y, scale_y, image.height, false) : LetterboxColumn{};
    for (int x = 0; x < session->width; ++x, out += 3) {
      const int inner_x = x - at.left;
      if (!row_inside || inner_x < 0 || inner_x >= at.width) {
        out[0] = out[1] = out[2] = border;
        continue;
      }
      const Rgb rgb =
          same_size ? read(inner_y, inner_x) : sample(read, row, session->columns[inner_x]);
      out[0] = write(rgb.r);
      out[1] = write(rgb.g);
      out[2] = write(rgb.b);
    }
  }
}

template <typename Reader>
void fill_input(SessionState* session, const linnet_image& image, const Placement& at,
                const Reader& read) {
  const bool is_s8 = session->tensors[0].dtype == format::kS8;
  if constexpr (kHasS8) {
    if (is_s8) fill_pixels(session, image, at, read, Int8Writer{});
  }
  if constexpr (kHasF32) {
    if (!is_s8) {
      fill_pixels(session, image, at, read, FloatWriter{session->model.header().input_scale});
    }
  }
}

// Round half to even for non-negative doubles, as Python's round().
int python_round(double x) {
  const int whole = static_cast<int>(x);
  const double rest = x - whole;
  if (rest > 0.5 || (rest == 0.5 && (whole & 1) != 0)) return whole + 1;
  return whole;
}

Placement place(SessionState* session, const linnet_image& image) {
  const double ratio_y = static_cast<double>(session->height) / image.height;
  const double ratio_x = static_cast<double>(session->width) / image.width;
  const double gain = ratio_y < ratio_x ? ratio_y : ratio_x;
  Placement at;
  at.width = python_round(image.width * gain);
  at.height = python_round(image.height * gain);
  if (at.width < 1) at.width = 1;
  if (at.height < 1) at.height = 1;
  const auto before = [](int free) {
    const double side = free / 2.0 - 0.1;  // YOLOv5: the odd pixel goes to the right and below
    return side <= 0 ? 0 : python_round(side);
  };
  at.left = before(session->width - at.width);
  at.top = before(session->height - at.height);
  // YOLOv5 maps boxes back with the unrounded size (scale_coords).
  session->gain = static_cast<float>(gain);
  session->pad_x = static_cast<float>((session->width - image.width * gain) / 2);
  session->pad_y = static_cast<float>((session->height - image.height * gain) / 2);
  session->picture_width = image.width;
  session->picture_height = image.height;
  return at;
}

size_t packed_stride(const linnet_image& image) {
  const auto width = static_cast<size_t>(image.width);
  switch (image.format) {
    case LINNET_RGB:
    case LINNET_BGR:
      return width * 3;
    case LINNET_RGBA:
    case LINNET_BGRA:
      return width * 4;
    case LINNET_YUYV:
      return width * 2;
    default:
      return width;
  }
}

linnet_status check_image(SessionState* session, const linnet_image& image) {
  const auto fail = [&](const char* what, uint64_t expected, uint64_t found) {
    return report(&session->error, LINNET_INVALID_ARGUMENT, what, expected, found);
  };
  if (image.format < LINNET_RGB || image.format > LINNET_YUYV) {
    return fail("image format: unknown", LINNET_YUYV, static_cast<uint64_t>(image.format));
  }
  const int extents[] = {image.width, image.height};
  for (const int extent : extents) {
    if (extent < 1 || extent > kMaxPictureExtent) {
      return fail("image width and height: must be 1 to 16384 pixels", kMaxPictureExtent,
                  shown(extent));
    }
  }
  const bool nv12 = image.format == LINNET_NV12;
  if (image.planes[0] == nullptr || (nv12 && image.planes[1] == nullptr)) {
    return fail("image planes: must not be null", 1, 0);
  }
  const bool even_width = image.width % 2 == 0 || (!nv12 && image.format != LINNET_YUYV);
  const bool even_height = image.height % 2 == 0 || !nv12;
  if (!even_width || !even_height) {
    return fail("image size: NV12 needs even height and width, YUYV even width", 0, 1);
  }
  const size_t least = packed_stride(image);
  for (int i = 0; i < (nv12 ? 2 : 1); ++i) {
    if (image.strides[i] != 0 && image.strides[i] < least) {
      return fail("image stride in bytes: shorter than a row", least, image.strides[i]);
    }
  }
  return LINNET_OK;
}

}  // namespace

linnet_status letterbox(SessionState* session, const linnet_image& image) {
  const linnet_status status = check_image(session, image);
  if (status != LINNET_OK) return status;
  const Placement at = place(session, image);
  const size_t stride = image.strides[0] != 0 ? image.strides[0] : packed_stride(image);
  const uint8_t* data = image.planes[0];
  const auto interleaved = [&](int bytes, int r, int b) {
    fill_input(session, image, at, InterleavedReader{data, stride, bytes, r, b});
  };
  const auto yuv = [&](const YuvReader& read) { fill_input(session, image, at, read); };
  switch (image.format) {
    case LINNET_RGB:
      interleaved(3, 0, 2);
      break;
    case LINNET_BGR:
      interleaved(3, 2, 0);
      break;
    case LINNET_RGBA:
      interleaved(4, 0, 2);
      break;
    case LINNET_BGRA:
      interleaved(4, 2, 0);
      break;
    case LINNET_GREY:
      interleaved(1, 0, 0);
      break;
    case LINNET_NV12: {
      const size_t chroma = image.strides[1] != 0 ? image.strides[1] : packed_stride(image);
      yuv({data, image.planes[1], stride, chroma, 1, 2, 1, 1});
      break;
    }
    case LINNET_YUYV:
      yuv({data, data + 1, stride, stride, 2, 4, 0, 2});
      break;
  }
  return LINNET_OK;
}

}  // namespace linnet
