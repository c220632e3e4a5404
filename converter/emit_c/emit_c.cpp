#include "converter/emit_c/emit_c.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <iomanip>

#include "converter/error.h"
#include "host/arena_session.h"
#include "host/text_stream.h"
#include "linnet/linnet.h"
#include "model/model_view.h"

namespace linnet::converter {
namespace {

std::string upper_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Never called: linnet_arena_size only wants to see a function.
void no_parallel_for(void*, int, linnet_task, void*) {}

size_t arena_bytes(const linnet_model& model, const CSourceOptions& options, uint32_t flags,
                   uint32_t cpu_features) {
  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.height = options.height;
  config.width = options.width;
  config.threads = options.threads;
  config.parallel_for = no_parallel_for;
  config.cpu_features = cpu_features;
  config.flags = flags;
  config.error = &error;
  size_t bytes = 0;
  if (linnet_arena_size(&model, &config, &bytes) != LINNET_OK) {
    throw ConvertError("", host::error_line(error));
  }
  return bytes;
}

// What the kernels of another CPU may want beyond the portable ones: NEON's compute 8 pixels at a
// time in place of 4, of which a thread keeps row pointers (9 of them for a window of 3x3), a tile
// and, in a head, logits and objectness.
size_t margin(const linnet_model& model, int threads) {
  constexpr size_t kMorePixels = 4, kWindow = 9, kTileWidth = 8;
  const ModelView view(model.data);
  size_t channels = 0;
  for (int i = 0; i < view.head_count(); ++i) {
    channels = std::max<size_t>(channels, view.tensor(view.head(i).tensor).channels);
  }
  const size_t values = channels + format::kMaxAnchorsPerHead * kTileWidth + kTileWidth;
  const size_t bytes = kMorePixels * (values * sizeof(float) + kWindow * sizeof(void*));
  return round_up(bytes, format::kAlignment) * static_cast<size_t>(threads);
}

// Enough on this machine and on ARM; 64-bit pointers make it no less than what a 32-bit target asks
// for.
size_t arena_bytes(const linnet_model& model, const CSourceOptions& options, uint32_t flags) {
  return std::max(
      arena_bytes(model, options, flags, 0),
      arena_bytes(model, options, flags, LINNET_CPU_PORTABLE) + margin(model, options.threads));
}

// A C string literal. Octal escapes end after three digits, whatever follows; a question mark could
// begin a trigraph.
std::string quoted(const char* text) {
  host::TextStream out;
  out << '"';
  for (; *text != '\0'; ++text) {
    const auto c = static_cast<unsigned char>(*text);
    if (c < 0x20 || c >= 0x7F || c == '?' || c == '"' || c == '\\') {
      out << '\\' << std::oct << std::setw(3) << std::setfill('0') << int{c};
    } else {
      out << *text;
    }
  }
  out << '"';
  return out.str();
}

// Words of 64 bits: compilers take a third of the time that bytes cost them (docs/embedding.md).
constexpr size_t kWordBytes = 8;

void append_words(const uint8_t* bytes, size_t count, std::string* out) {
  constexpr size_t kWordsInLine = 5;
  for (size_t i = 0; i < count; i += kWordBytes) {
    uint64_t word = 0;
    for (size_t k = 0; k < std::min(kWordBytes, count - i); ++k) {
      word |= uint64_t{bytes[i + k]} << (8 * k);
    }
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, word, 16).ptr;
    if (i != 0) out->append(i / kWordBytes % kWordsInLine == 0 ? ",\n" : ",");
    out->append("0x").append(digits, end);
  }
}

std::string header_text(const linnet_model& model, const CSourceOptions& options) {
  const std::string name = c_name(options.file_name);
  const std::string macro = upper_case(name);
  const format::Header& header = ModelView(model.data).header();
  host::TextStream out;
  const auto define = [&](const char* what, uint64_t value, const char* rest) {
    out << "#define " << macro << '_' << what << ' ' << value << rest << '\n';
  };
  out << "/* A model for Linnet, made by linnet-convert --emit-c. Link " << options.file_name
      << ".c. */\n"
      << "#ifndef " << macro << "_LNT_H\n#define " << macro << "_LNT_H\n\n#include <stdint.h>\n\n";
  define("BYTES", model.bytes, "u /* of the model */");
  define("CRC32", header.crc32, "u");
  define("HEIGHT", options.height != 0 ? options.height : header.native_height,
         " /* for linnet_config: what the arena below is for */");
  define("WIDTH", options.width != 0 ? options.width : header.native_width, "");
  define("THREADS", options.threads, "");
  define("ARENA_BYTES", arena_bytes(model, options, 0),
         "u /* enough on ARM and here; linnet_arena_size is exact */\n/* The same with "
         "LINNET_DETECT_ONLY in "
         "linnet_config.flags. */");
  define("DETECT_ARENA_BYTES", arena_bytes(model, options, LINNET_DETECT_ONLY), "u");
  define("STRIDE", header.max_stride, " /* height and width are multiples of it */");
  define("CLASSES", header.class_count, "");
  out << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
      << "/* For linnet_model_verify, with " << macro << "_BYTES; 64-byte aligned. */\n"
      << "extern const uint64_t " << name << "_lnt[" << (model.bytes + kWordBytes - 1) / kWordBytes
      << "];\n"
      << "/* UTF-8; what linnet_model_class_name gives as well. */\n"
      << "extern const char* const " << name << "_classes[" << macro << "_CLASSES];\n\n"
      << "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return out.str();
}

std::string source_text(const linnet_model& model, const CSourceOptions& options) {
  const std::string name = c_name(options.file_name);
  const std::string macro = upper_case(name);
  const ModelView view(model.data);
  host::TextStream start;
  start << "/* Made by linnet-convert --emit-c. */\n#include \"" << options.file_name << ".h\"\n\n"
        << "#if " << macro << "_CRC32 != " << view.header().crc32 << "u\n"
        << "#error \"" << options.file_name << ".c and its .h hold different models\"\n#endif\n"
        << "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
        << "#error \"Linnet's models are little-endian\"\n#endif\n\n"
        << "/* Where the model lies, for example __attribute__((section(\".qspi_flash\"))). */\n"
        << "#ifndef LINNET_MODEL_SECTION\n#define LINNET_MODEL_SECTION\n#endif\n"
        << "#if defined(__cplusplus)\n#define LINNET_MODEL_ALIGNED alignas(64)\n"
        << "#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L\n"
        << "#define LINNET_MODEL_ALIGNED _Alignas(64)\n"
        << "#else\n#define LINNET_MODEL_ALIGNED __attribute__((aligned(64)))\n#endif\n\n"
        << "const char* const " << name << "_classes[" << macro << "_CLASSES] = {\n";
  for (int i = 0; i < view.header().class_count; ++i) {
    start << (i == 0 ? "    " : ",\n    ") << quoted(view.class_name(i));
  }
  start << "};\n\nLINNET_MODEL_ALIGNED LINNET_MODEL_SECTION const uint64_t " << name << "_lnt["
        << (model.bytes + kWordBytes - 1) / kWordBytes << "] = {\n";
  std::string text = start.str();
  text.reserve(text.size() + model.bytes * 5 / 2);
  append_words(static_cast<const uint8_t*>(model.data), model.bytes, &text);
  text += "};\n";
  return text;
}

}  // namespace

std::string c_name(const std::string& file_name) {
  std::string name = file_name;
  bool any = false, includable = true;
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    includable = includable && byte >= 0x20 && c != '"' && c != '\\' && c != '?';
    const bool plain = byte < 0x80 && std::isalnum(byte) != 0;
    any = any || plain;
    if (!plain) c = '_';
  }
  if (!any || !includable) {
    throw ConvertError("",
                       "expected a file name that C can include and with a letter or a digit, to "
                       "name an array after, found '" +
                           file_name + "'; choose one with -o");
  }
  // The library's own names, and names that C reserves or does not take.
  const bool taken = upper_case(name).starts_with("LINNET");
  const bool begins_badly = std::isalpha(static_cast<unsigned char>(name[0])) == 0;
  return taken || begins_badly ? "model_" + name : name;
}

CSource emit_c(const void* file, size_t bytes, const CSourceOptions& options) {
  linnet_model model;
  if (linnet_model_verify(file, bytes, &model) != LINNET_OK) {
    throw ConvertError("", host::error_line(model.error));
  }
  return {header_text(model, options), source_text(model, options)};
}

}  // namespace linnet::converter
