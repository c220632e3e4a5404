// JPEG through libjpeg. libjpeg reports errors by a call that must not return: it jumps, so the
// functions that call it hold nothing that has a destructor.
#include <string>

#include "host/codecs/codecs.h"

#ifdef LINNET_HAVE_JPEG
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
// jpeglib.h needs the above.
#include <jerror.h>
#include <jpeglib.h>
#endif

namespace linnet::host::codecs {

bool is_jpeg(Bytes file) {
  return file.size() >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF;
}

#ifdef LINNET_HAVE_JPEG

namespace {

constexpr int kMaxScans = 200;  // of a progressive file: bounds the time that one can cost
constexpr int kQuality = 95;

struct ErrorState {
  jpeg_error_mgr manager;
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
  bool cut_off;
  bool out_of_memory;

  [[noreturn]] void raise() const {
    if (out_of_memory) throw std::bad_alloc();
    throw ImageError(std::string("JPEG: ") + text);
  }
};

[[noreturn]] void fail_with(ErrorState* state, const char* text) {
  std::snprintf(state->text, sizeof state->text, "%s", text);
  std::longjmp(state->jump, 1);
}

void on_error(j_common_ptr info) {
  auto* const state = reinterpret_cast<ErrorState*>(info->err);
  state->out_of_memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
  info->err->format_message(info, state->text);
  std::longjmp(state->jump, 1);
}

// Warnings are forgotten, except those that say that pixels are missing.
void on_message(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
    reinterpret_cast<ErrorState*>(info->err)->cut_off = true;
  }
}

void on_progress(j_common_ptr info) {
  const auto* const decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > kMaxScans) {
    fail_with(reinterpret_cast<ErrorState*>(info->err), "too many scans");
  }
}

void init_errors(ErrorState* state) {
  std::memset(state, 0, sizeof *state);
  jpeg_std_error(&state->manager);
  state->manager.error_exit = on_error;
  state->manager.emit_message = on_message;
}

class Decoder {
 public:
  Decoder() {
    std::memset(&info_, 0, sizeof info_);
    std::memset(&progress_, 0, sizeof progress_);
    init_errors(&errors_);
    info_.err = &errors_.manager;
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool read_header(Bytes file) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = on_progress;
    info_.progress = &progress_;
    jpeg_mem_src(&info_, file.data(), static_cast<unsigned long>(file.size()));
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    const bool four = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = four ? JCS_CMYK : JCS_RGB;
    return true;
  }

  // `row` holds channels() * width() bytes and is used for CMYK only.
  bool read_rows(uint8_t* rgb, uint8_t* row) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      uint8_t* const to = rgb + 3 * size_t{info_.output_scanline} * info_.output_width;
      JSAMPROW into = channels() == 4 ? row : to;
      jpeg_read_scanlines(&info_, &into, 1);
      if (channels() == 4) cmyk_to_rgb(row, to, info_.output_width);
      if (errors_.cut_off) fail_with(&errors_, "the file is cut off");
    }
    return true;
  }

  int orientation() const {
    constexpr uint8_t kExif[] = {'E', 'x', 'i', 'f', 0, 0};
    for (const jpeg_marker_struct* m = info_.marker_list; m != nullptr; m = m->next) {
      if (m->data_length > sizeof kExif && std::memcmp(m->data, kExif, sizeof kExif) == 0) {
        return exif_orientation({m->data + sizeof kExif, m->data_length - sizeof kExif});
      }
    }
    return 1;
  }

  int64_t width() const { return info_.image_width; }
  int64_t height() const { return info_.image_height; }
  int channels() const { return info_.out_color_space == JCS_CMYK ? 4 : 3; }
  [[noreturn]] void raise() const { errors_.raise(); }

 private:
  // Adobe's convention, as OpenCV takes it: the samples are inverted.
  static void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb, size_t pixels) {
    for (size_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
      const int k = cmyk[3];
      for (int c = 0; c < 3; ++c) rgb[c] = static_cast<uint8_t>(k - ((255 - cmyk[c]) * k >> 8));
    }
  }

  jpeg_decompress_struct info_;
  jpeg_progress_mgr progress_;
  ErrorState errors_;
};

class Encoder {
 public:
  Encoder() {
    std::memset(&info_, 0, sizeof info_);
    init_errors(&errors_);
    info_.err = &errors_.manager;
  }
  ~Encoder() {
    jpeg_destroy_compress(&info_);
    std::free(file_);
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  bool write(const Image& image) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &file_, &bytes_);
    info_.image_width = static_cast<JDIMENSION>(image.width);
    info_.image_height = static_cast<JDIMENSION>(image.height);
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, kQuality, TRUE);
    jpeg_start_compress(&info_, TRUE);
    for (int y = 0; y < image.height; ++y) {
      JSAMPROW row = const_cast<JSAMPROW>(image.pixel(0, y));
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }

  Bytes file() const { return {file_, bytes_}; }
  [[noreturn]] void raise() const { errors_.raise(); }

 private:
  jpeg_compress_struct info_;
  ErrorState errors_;
  unsigned char* file_ = nullptr;
  unsigned long bytes_ = 0;
};

}  // namespace

bool have_jpeg() {
  return true;
}

Image decode_jpeg(Bytes file) {
  Decoder decoder;
  if (!decoder.read_header(file)) decoder.raise();
  check_size("JPEG", decoder.width(), decoder.height());
  // A block of 64 pixels takes a bit, or less where the file uses arithmetic coding.
  constexpr int64_t kMaxPixelsPerByte = 8 * 64 * 8;
  check_density("JPEG", decoder.width() * decoder.height(), file.size(), kMaxPixelsPerByte);
  Image image(static_cast<int>(decoder.width()), static_cast<int>(decoder.height()));
  std::vector<uint8_t> row(decoder.channels() == 4 ? 4 * static_cast<size_t>(image.width) : 0);
  if (!decoder.read_rows(image.rgb.data(), row.data())) decoder.raise();
  return apply_orientation(std::move(image), decoder.orientation());
}

Buffer encode_jpeg(const Image& image) {
  Encoder encoder;
  if (!encoder.write(image)) encoder.raise();
  return {encoder.file().begin(), encoder.file().end()};
}

#else

bool have_jpeg() {
  return false;
}

Image decode_jpeg(Bytes) {
  throw ImageError("JPEG: this build has no libjpeg; build with it, or convert to PPM or BMP");
}

Buffer encode_jpeg(const Image&) {
  throw ImageError("JPEG: this build has no libjpeg; build with it, or write .png");
}

#endif

}  // namespace linnet::host::codecs
