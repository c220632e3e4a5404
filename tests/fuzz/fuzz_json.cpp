// JSON in both directions. Any bytes as a document: read or refused; what was read is written and
// read again, and must be the same. Any bytes as a string of a document that is written: it must be
// readable.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "host/json.h"
#include "host/json_reader.h"

namespace {

using linnet::host::JsonValue;
using linnet::host::JsonWriter;
using linnet::host::parse_json;

void require(bool condition) {
  if (!condition) std::abort();
}

void write(const JsonValue& value, JsonWriter* writer) {
  switch (value.type()) {
    case JsonValue::Type::null:
      writer->value(std::nan(""));
      break;
    case JsonValue::Type::boolean:
      writer->value(value.boolean());
      break;
    case JsonValue::Type::number:
      writer->value(value.number());
      break;
    case JsonValue::Type::string:
      writer->value(value.string());
      break;
    case JsonValue::Type::array:
      writer->begin_array();
      for (const JsonValue& item : value.array()) write(item, writer);
      writer->end_array();
      break;
    case JsonValue::Type::object:
      writer->begin_object();
      for (const auto& [name, member] : value.object()) {
        writer->key(name);
        write(member, writer);
      }
      writer->end_object();
      break;
  }
}

// Six digits after the point are written.
bool near(double a, double b) {
  return std::abs(a - b) <= 1e-6 + 1e-12 * std::abs(a);
}

void require_same(const JsonValue& a, const JsonValue& b) {
  require(a.type() == b.type());
  switch (a.type()) {
    case JsonValue::Type::null:
      break;
    case JsonValue::Type::boolean:
      require(a.boolean() == b.boolean());
      break;
    case JsonValue::Type::number:
      require(near(a.number(), b.number()));
      break;
    case JsonValue::Type::string:
      require(a.string() == b.string());
      break;
    case JsonValue::Type::array:
      require(a.array().size() == b.array().size());
      for (size_t i = 0; i < a.array().size(); ++i) require_same(a.array()[i], b.array()[i]);
      break;
    case JsonValue::Type::object:
      require(a.object().size() == b.object().size());
      for (size_t i = 0; i < a.object().size(); ++i) {
        require(a.object()[i].first == b.object()[i].first);
        require_same(a.object()[i].second, b.object()[i].second);
      }
      break;
  }
}

void read_and_write(const std::string& text) {
  JsonValue read;
  try {
    read = parse_json(text);
  } catch (const std::runtime_error&) {
    return;
  }
  JsonWriter writer;
  write(read, &writer);
  require_same(read, parse_json(writer.finish()));
}

std::string document_of(const std::string& text) {
  JsonWriter writer;
  writer.begin_object().key(text).value(text).end_object();
  return writer.finish();
}

void write_and_read(const std::string& text) {
  const std::string document = document_of(text);
  const JsonValue read = parse_json(document);
  const auto& [name, value] = read.object().at(0);
  require(name == value.string());
  // Bytes that are no UTF-8 were replaced; what is left is written as it is.
  require(document_of(name) == document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_and_write(text);
  write_and_read(text);
  return 0;
}
