// PNG through libpng. libpng reports errors by longjmp, so the functions that call it hold nothing
// that has a destructor.
#include <string>

#include "host/codecs/codecs.h"

#ifdef LINNET_HAVE_PNG
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#endif

namespace linnet::host::codecs {

bool is_png(Bytes file) {
  constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return file.size() >= sizeof kSignature &&
         std::equal(kSignature, kSignature + sizeof kSignature, file.begin());
}

#ifdef LINNET_HAVE_PNG

namespace {

struct Message {
  char text[160] = "";
  bool out_of_memory = false;

  // libpng goes on without what it had no memory for, where the file is not needed for the rows;
  // here that is an error, as everywhere.
  [[noreturn]] void raise() const {
    check_memory();
    throw ImageError(std::string("PNG: ") + text);
  }
  void check_memory() const {
    if (out_of_memory) throw std::bad_alloc();
  }
};

png_voidp on_allocate(png_structp png, png_alloc_size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) static_cast<Message*>(png_get_mem_ptr(png))->out_of_memory = true;
  return memory;
}

void on_free(png_structp, png_voidp memory) {
  std::free(memory);
}

void on_error(png_structp png, png_const_charp text) {
  auto* const message = static_cast<Message*>(png_get_error_ptr(png));
  std::snprintf(message->text, sizeof message->text, "%s", text);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

struct Source {
  const uint8_t* data;
  size_t left;
};

void on_read(png_structp png, png_bytep out, png_size_t bytes) {
  auto* const source = static_cast<Source*>(png_get_io_ptr(png));
  if (bytes > source->left) png_error(png, "the file is cut off");
  std::memcpy(out, source->data, bytes);
  source->data += bytes;
  source->left -= bytes;
}

void on_write(png_structp png, png_bytep data, png_size_t bytes) {
  auto* const file = static_cast<Buffer*>(png_get_io_ptr(png));
  auto* const message = static_cast<Message*>(png_get_mem_ptr(png));
  try {
    file->insert(file->end(), data, data + bytes);
  } catch (...) {
    message->out_of_memory = true;
  }
  if (message->out_of_memory) png_error(png, "out of memory");
}

void on_flush(png_structp) {}

class Decoder {
 public:
  explicit Decoder(Bytes file) : source_{file.data(), file.size()} {
    png_ = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &message_, on_error, on_warning,
                                    &message_, on_allocate, on_free);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool read_header() {
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_user_limits(png_, kMaxImageExtent, kMaxImageExtent);
    png_set_chunk_cache_max(png_, 64);
    png_set_chunk_malloc_max(png_, 1 << 24);
    png_set_read_fn(png_, &source_, on_read);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_strip_16(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  // Interlaced pictures arrive in several passes over the same rows.
  bool read_rows(uint8_t* rgb, size_t row_bytes, int height) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    if (png_get_rowbytes(png_, info_) != row_bytes) png_error(png_, "rows are not 8-bit RGB");
    for (int pass = 0; pass < passes_; ++pass) {
      for (int y = 0; y < height; ++y) {
        png_read_row(png_, rgb + static_cast<size_t>(y) * row_bytes, nullptr);
      }
    }
    return true;
  }

  // What stands behind the rows matters only for eXIf; a fault there is no reason to refuse.
  int orientation() {
#ifdef PNG_eXIf_SUPPORTED
    if (setjmp(png_jmpbuf(png_)) != 0) return 1;
    png_read_end(png_, info_);
    png_bytep exif = nullptr;
    png_uint_32 bytes = 0;
    if (png_get_eXIf_1(png_, info_, &bytes, &exif) != 0 && exif != nullptr) {
      return exif_orientation({exif, bytes});
    }
#endif
    return 1;
  }

  int64_t width() const {
    return png_get_image_width(png_, info_);
  }
  int64_t height() const {
    return png_get_image_height(png_, info_);
  }
  const Message& message() const {
    return message_;
  }

 private:
  Message message_;
  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
};

class Encoder {
 public:
  Encoder() {
    png_ = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &message_, on_error, on_warning,
                                     &message_, on_allocate, on_free);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~Encoder() { png_destroy_write_struct(&png_, &info_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  bool write(const Image& image, Buffer* file) {
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_write_fn(png_, file, on_write, on_flush);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width),
                 static_cast<png_uint_32>(image.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, 3);
    png_write_info(png_, info_);
    for (int y = 0; y < image.height; ++y) png_write_row(png_, image.pixel(0, y));
    png_write_end(png_, info_);
    return true;
  }

  const Message& message() const { return message_; }

 private:
  Message message_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

bool have_png() {
  return true;
}

Image decode_png(Bytes file) {
  Decoder decoder(file);
  if (!decoder.read_header()) decoder.message().raise();
  check_size("PNG", decoder.width(), decoder.height());
  // Deflate shrinks 1032 to 1 at best; a byte holds 8 pixels of 1 bit.
  constexpr int64_t kMaxPixelsPerByte = 1032 * 8;
  check_density("PNG", decoder.width() * decoder.height(), file.size(), kMaxPixelsPerByte);
  Image image(static_cast<int>(decoder.width()), static_cast<int>(decoder.height()));
  if (!decoder.read_rows(image.rgb.data(), 3 * static_cast<size_t>(image.width), image.height)) {
    decoder.message().raise();
  }
  const int orientation = decoder.orientation();
  decoder.message().check_memory();
  return apply_orientation(std::move(image), orientation);
}

Buffer encode_png(const Image& image) {
  Encoder encoder;
  Buffer file;
  const bool written = encoder.write(image, &file);
  encoder.message().check_memory();
  return written ? file : encode_png_stored(image);
}

#else

bool have_png() {
  return false;
}

Image decode_png(Bytes) {
  throw ImageError("PNG: this build has no libpng; build with it, or convert to PPM or BMP");
}

Buffer encode_png(const Image& image) {
  return encode_png_stored(image);
}

#endif

}  // namespace linnet::host::codecs
