#include "host/json.h"

#include <gtest/gtest.h>

#include <cmath>

#include "host/json_reader.h"
#include "host/utf8.h"

namespace linnet::host {
namespace {

TEST(JsonWriter, Document) {
  JsonWriter json;
  json.begin_array();
  json.begin_object().key("a").value(1).key("b").begin_array().value(1.5).value("x").value(true);
  json.end_array().key("c").begin_object().end_object().end_object();
  json.value(std::string("s")).value(INFINITY).value(NAN).value(int64_t{-9223372036854775807});
  json.end_array();
  const JsonValue v = parse_json(json.finish());
  EXPECT_EQ(v.array()[0]["a"].number(), 1);
  EXPECT_EQ(v.array()[0]["b"].array()[0].number(), 1.5);
  EXPECT_EQ(v.array()[0]["b"].array()[1].string(), "x");
  EXPECT_TRUE(v.array()[0]["b"].array()[2].boolean());
  EXPECT_TRUE(v.array()[0]["c"].object().empty());
  EXPECT_EQ(v.array()[1].string(), "s");
  EXPECT_EQ(v.array()[2].type(), JsonValue::Type::null);
  EXPECT_EQ(v.array()[3].type(), JsonValue::Type::null);
}

std::string quoted(const std::string& text) {
  JsonWriter json;
  json.value(text);
  return json.finish();
}

TEST(JsonWriter, Escapes) {
  for (const std::string& text : {std::string("a\"b\\c\n\t\r\x01\x7F"),
                                  std::string("caf\xC3\xA9 \xE8\xBD\xA6 \xF0\x9F\x9A\x97"),
                                  std::string("\0", 1), std::string()}) {
    EXPECT_EQ(parse_json(quoted(text)).string(), text);
  }
  EXPECT_EQ(quoted("\x01"), "\"\\u0001\"\n");
}

TEST(JsonWriter, BytesThatAreNoUtf8AreReplaced) {
  // Overlong, surrogate, cut off, too large, a lone trailing byte.
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xE8\xBD", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_EQ(quoted(bad).find("\"\xEF\xBF\xBD"), 0u);
  }
}

TEST(JsonReader, Values) {
  const JsonValue v = parse_json(
      " {\"n\": [1, -2.5e3, 0], \"s\": \"a\\u00e9\\ud83d\\ude97\\n\", \"t\": true, \"f\": false,"
      " \"z\": null, \"o\": {}, \"a\": [ ]} ");
  EXPECT_EQ(v["n"].array().size(), 3u);
  EXPECT_EQ(v["n"].array()[1].number(), -2500);
  EXPECT_EQ(v["s"].string(), "a\xC3\xA9\xF0\x9F\x9A\x97\n");
  EXPECT_TRUE(v["t"].boolean());
  EXPECT_FALSE(v["f"].boolean());
  EXPECT_EQ(v["z"].type(), JsonValue::Type::null);
  EXPECT_TRUE(v["o"].object().empty());
  EXPECT_TRUE(v["a"].array().empty());
  EXPECT_EQ(v.find("absent"), nullptr);
  EXPECT_THROW((void)v["absent"], std::runtime_error);
  EXPECT_THROW((void)v["n"].string(), std::runtime_error);
}

TEST(JsonReader, Errors) {
  for (const char* bad : {"", "[1,]", "[1 2]", "{\"a\"}", "{a: 1}", "\"a", "\"\\x\"", "\"\\u12\"",
                          "tru", "1 2", "nan", "1.2.3", "[", "{\"a\":1", "\"\n\"", "\"\\"}) {
    EXPECT_THROW((void)parse_json(bad), std::runtime_error) << bad;
  }
  EXPECT_THROW((void)parse_json(std::string(1000, '[')), std::runtime_error);
  EXPECT_NO_THROW((void)parse_json(std::string(60, '[') + std::string(60, ']')));
}

TEST(JsonReader, UnwantedMembersAreCheckedAndLeftOut) {
  const JsonValue value = parse_json(R"([{"a": 1, "b": [1, {"b": 2}], "c": {"b": 3}}])", "b");
  const JsonValue& item = value.array()[0];
  EXPECT_EQ(item.object().size(), 2u);
  EXPECT_EQ(item["a"].number(), 1);
  EXPECT_TRUE(item["c"].object().empty());
  EXPECT_THROW((void)parse_json(R"({"b": [1,]})", "b"), std::runtime_error);
}

TEST(JsonReader, ItemByItem) {
  double sum = 0;
  const auto add = [&sum](const JsonValue& item) { sum += item.number(); };
  for_each_json_item(" [1, 2, 3] ", "", add);
  for_each_json_item("[]", "", add);
  EXPECT_EQ(sum, 6);
  for (const char* bad : {"", "{}", "[1", "[1,]", "[1] 2", "[1 2]"}) {
    EXPECT_THROW(for_each_json_item(bad, "", add), std::runtime_error) << bad;
  }
}

TEST(Utf8, RoundTrip) {
  for (const char32_t c : {0x01u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text;
    append_utf8(c, &text);
    size_t position = 0;
    EXPECT_EQ(next_code_point(text, &position), c);
    EXPECT_EQ(position, text.size());
  }
}

}  // namespace
}  // namespace linnet::host
