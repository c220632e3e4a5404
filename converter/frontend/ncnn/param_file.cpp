#include "converter/frontend/ncnn/param_file.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "converter/error.h"
#include "model/format.h"

namespace linnet::converter::ncnn {
namespace {

constexpr std::string_view kMagic = "7767517";
constexpr int kArrayBase = -23300;
constexpr size_t kMaxLayers = 8 * format::kMaxNodes;  // Split and friends vanish later
constexpr size_t kMaxNameBytes = 255;

// Splits the text into lines and lines into words.
class Words {
 public:
  explicit Words(Bytes text) : text_(reinterpret_cast<const char*>(text.data()), text.size()) {}

  // Moves to the next line that is not empty; false at the end.
  bool next_line() {
    while (!text_.empty()) {
      const size_t end = text_.find('\n');
      line_ = text_.substr(0, end);
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      ++number_;
      if (line_.find_first_not_of(" \t\r") != std::string_view::npos) return true;
    }
    return false;
  }
  // The next word of the line, empty at its end.
  std::string_view word() {
    const size_t begin = line_.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
      line_ = {};
      return {};
    }
    line_.remove_prefix(begin);
    const size_t end = line_.find_first_of(" \t\r");
    const std::string_view result = line_.substr(0, end);
    line_.remove_prefix(result.size());
    return result;
  }
  std::string where() const { return "line " + std::to_string(number_) + " of the .param file"; }

 private:
  std::string_view text_, line_;
  size_t number_ = 0;
};

size_t parse_count(const Words& words, std::string_view text, const char* what, size_t cap) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > cap) {
    throw ConvertError(words.where(), std::string("expected ") + what + ", a number up to " +
                                          std::to_string(cap) + ", found '" + std::string(text) +
                                          "'");
  }
  return value;
}

double parse_number(const Words& words, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value)) {
    throw ConvertError(words.where(), "expected a number, found '" + std::string(text) + "'");
  }
  return value;
}

std::string parse_name(const Words& words, std::string_view text, const char* what) {
  if (text.empty() || text.size() > kMaxNameBytes) {
    throw ConvertError(words.where(), std::string("expected ") + what +
                                          " of 1 to 255 characters, found " +
                                          std::to_string(text.size()));
  }
  return std::string(text);
}

void parse_param_word(const Words& words, std::string_view word, Layer* layer) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) {
    throw ConvertError(words.where(), "expected id=value, found '" + std::string(word) + "'");
  }
  int id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + equals, id);
  if (error != std::errc() || end != word.data() + equals) {
    throw ConvertError(words.where(), "expected id=value, found '" + std::string(word) + "'");
  }
  std::vector<double> values;
  for (std::string_view rest = word.substr(equals + 1); !rest.empty();) {
    const size_t comma = rest.find(',');
    values.push_back(parse_number(words, rest.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (id <= kArrayBase) {
    if (values.empty() || values[0] != static_cast<double>(values.size() - 1)) {
      throw ConvertError(words.where(),
                         "expected id=count,values…, found '" + std::string(word) + "'");
    }
    values.erase(values.begin());
    id = kArrayBase - id;
  } else if (values.size() != 1) {
    throw ConvertError(words.where(), "expected one value, found '" + std::string(word) + "'");
  }
  layer->params[id] = std::move(values);
}

Layer parse_layer(Words* words) {
  Layer layer;
  layer.type = parse_name(*words, words->word(), "a layer type");
  layer.name = parse_name(*words, words->word(), "a layer name");
  const size_t inputs = parse_count(*words, words->word(), "the count of inputs", kMaxLayers);
  const size_t outputs = parse_count(*words, words->word(), "the count of outputs", kMaxLayers);
  for (size_t i = 0; i < inputs; ++i) {
    layer.inputs.push_back(parse_name(*words, words->word(), "an input blob"));
  }
  for (size_t i = 0; i < outputs; ++i) {
    layer.outputs.push_back(parse_name(*words, words->word(), "an output blob"));
  }
  for (std::string_view word = words->word(); !word.empty(); word = words->word()) {
    parse_param_word(*words, word, &layer);
  }
  return layer;
}

}  // namespace

double Layer::number(int id, double fallback) const {
  const auto found = params.find(id);
  return found == params.end() || found->second.empty() ? fallback : found->second[0];
}

int Layer::integer(int id, int fallback, int low, int high) const {
  const double value = number(id, fallback);
  if (value < low || value > high || value != std::floor(value)) {
    throw ConvertError(describe(), "parameter " + std::to_string(id) +
                                       ": expected a whole number from " + std::to_string(low) +
                                       " to " + std::to_string(high) + ", found " +
                                       std::to_string(value));
  }
  return static_cast<int>(value);
}

const std::vector<double>& Layer::array(int id) const {
  static const std::vector<double> empty;
  const auto found = params.find(id);
  return found == params.end() ? empty : found->second;
}

std::string Layer::describe() const {
  return type + " '" + name + "'";
}

std::vector<Layer> parse_param(Bytes text) {
  Words words(text);
  if (!words.next_line() || words.word() != kMagic) {
    throw ConvertError("",
                       "expected an ncnn .param text file that starts with 7767517 (binary "
                       ".param.bin files are not read; use the text form)");
  }
  if (!words.next_line()) throw ConvertError(words.where(), "expected layer and blob counts");
  const size_t layer_count = parse_count(words, words.word(), "the count of layers", kMaxLayers);
  std::vector<Layer> layers;
  while (words.next_line()) {
    if (layers.size() == layer_count) {
      throw ConvertError(words.where(), "more layers than the " + std::to_string(layer_count) +
                                            " that the second line says");
    }
    layers.push_back(parse_layer(&words));
  }
  if (layers.size() != layer_count) {
    throw ConvertError("", "expected " + std::to_string(layer_count) + " layers, found " +
                               std::to_string(layers.size()) + "; is the .param file complete?");
  }
  return layers;
}

}  // namespace linnet::converter::ncnn
