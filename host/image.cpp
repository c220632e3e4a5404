#include "host/image.h"

#include <algorithm>
#include <cctype>

#include "host/codecs/codecs.h"
#include "host/file.h"

namespace linnet::host {
namespace {

using Encoder = codecs::Buffer (*)(const Image&);
struct Ending {
  const char* text;
  Encoder encode;
};
constexpr Ending kEndings[] = {{".png", codecs::encode_png},
                               {".ppm", codecs::encode_ppm},
                               {".bmp", codecs::encode_bmp},
                               {".jpg", codecs::encode_jpeg},
                               {".jpeg", codecs::encode_jpeg}};

Encoder encoder_for(const std::string& path) {
  std::string lower = path;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Ending& ending : kEndings) {
    if (lower.ends_with(ending.text)) return ending.encode;
  }
  return nullptr;
}

}  // namespace

Image::Image(int image_width, int image_height) : width(image_width), height(image_height) {
  codecs::check_size("picture", width, height);
  rgb.resize(3 * static_cast<size_t>(width) * static_cast<size_t>(height));
}

linnet_image Image::view() const {
  linnet_image image{};
  image.format = LINNET_RGB;
  image.width = width;
  image.height = height;
  image.planes[0] = rgb.data();
  image.strides[0] = 3 * static_cast<size_t>(width);
  return image;
}

Image decode_image(std::span<const uint8_t> file) {
  if (codecs::is_jpeg(file)) return codecs::decode_jpeg(file);
  if (codecs::is_png(file)) return codecs::decode_png(file);
  if (codecs::is_bmp(file)) return codecs::decode_bmp(file);
  if (codecs::is_pnm(file)) return codecs::decode_pnm(file);
  throw ImageError("expected a picture (" + readable_image_formats() + "), found " +
                   (file.empty() ? "an empty file" : "something else"));
}

Image read_image(const std::string& path) {
  constexpr size_t kMaxFileBytes = size_t{1} << 30;
  const std::vector<uint8_t> file = read_file(path, kMaxFileBytes);
  try {
    return decode_image(file);
  } catch (const ImageError& error) {
    throw ImageError(path + ": " + error.what());
  }
}

void write_image(const std::string& path, const Image& image) {
  const Encoder encode = encoder_for(path);
  if (encode == nullptr) {
    throw ImageError(path + ": expected a name that ends with .png, .jpg, .ppm or .bmp");
  }
  write_file_atomically(path, encode(image));
}

bool is_image_path(const std::string& path) {
  return encoder_for(path) != nullptr;
}

std::string readable_image_formats() {
  return std::string(codecs::have_jpeg() ? "JPEG, " : "") + (codecs::have_png() ? "PNG, " : "") +
         "PPM, PGM, BMP";
}

}  // namespace linnet::host
