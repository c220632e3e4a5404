#include "tools/amalgamate/names.h"

#include <vector>

#include "tools/amalgamate/tokens.h"

namespace linnet::amalgamate {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) {
    for (const Token& token : tokenize(text)) {
      if (token.kind == TokenKind::identifier || token.kind == TokenKind::other) {
        tokens_.push_back(token);
      }
    }
  }

  DeclaredNames run() {
    while (at_ < tokens_.size()) declaration();
    return std::move(names_);
  }

 private:
  std::string_view text(size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead].text : std::string_view();
  }
  bool is(std::string_view wanted) const { return text() == wanted; }
  bool is_name() const {
    return at_ < tokens_.size() && tokens_[at_].kind == TokenKind::identifier;
  }
  bool is_type_keyword() const { return is("struct") || is("class") || is("union") || is("enum"); }

  // From an opening bracket to behind its end.
  void skip_brackets(std::string_view open, std::string_view close) {
    int depth = 0;
    do {
      if (is(open)) ++depth;
      if (is(close)) --depth;
      ++at_;
    } while (depth > 0 && at_ < tokens_.size());
  }
  void skip_group() {
    if (is("(")) return skip_brackets("(", ")");
    if (is("[")) return skip_brackets("[", "]");
    if (is("{")) return skip_brackets("{", "}");
    ++at_;
  }
  // Behind the end of a declaration: a semicolon, or the body of a function.
  void skip_rest() {
    while (at_ < tokens_.size() && !is(";")) {
      const bool body = is("{");
      skip_group();
      if (body && !is(";") && !is(",")) return;
    }
    ++at_;
  }

  void declare(std::string_view name) {
    bool internal = false;
    for (const bool unnamed : scopes_) internal = internal || unnamed;
    (internal ? names_.internal : names_.shared).emplace(name);
  }

  void open_namespace() {
    bool unnamed = true;
    for (++at_; !is("{") && !is(";") && at_ < tokens_.size(); ++at_) unnamed = false;
    if (is("{")) scopes_.push_back(unnamed);
    ++at_;
  }

  void declaration() {
    if (is("namespace")) return open_namespace();
    if (is("extern") && text(1) == "\"C\"") {
      at_ += 2;
      if (!is("{")) return;
      scopes_.push_back(false);
      ++at_;
    } else if (is("}")) {
      if (!scopes_.empty()) scopes_.pop_back();
      ++at_;
    } else if (is("using")) {
      ++at_;
      if (text(1) == "=") declare(text());
      skip_rest();
    } else if (is("template")) {
      ++at_;
      if (!is("<")) return skip_rest();  // an instantiation
      skip_brackets("<", ">");
    } else if (is_type_keyword()) {
      type();
    } else if (text().starts_with("LINNET_") && text(1) == "(") {
      ++at_;  // a macro that makes whole declarations
      skip_group();
    } else if (is("static_assert")) {
      skip_rest();
    } else {
      variable_or_function();
    }
  }

  void type() {
    while (is_type_keyword()) ++at_;
    if (is_name()) declare(text());
    skip_rest();
  }

  // The name is the last word before what makes it a function, an array or a value.
  void variable_or_function() {
    std::string_view name;
    bool qualified = false;
    while (at_ < tokens_.size()) {
      if (is("__attribute__") || is("alignas") || is("decltype")) {
        ++at_;
        skip_group();
      } else if (is("<")) {
        skip_brackets("<", ">");
      } else if (is("(") || is("=") || is("[") || is("{") || is(";")) {
        break;
      } else if (is_name()) {
        qualified = at_ > 0 && tokens_[at_ - 1].text == ":";
        name = text();
        ++at_;
      } else {
        ++at_;
      }
    }
    if (!name.empty() && !qualified && name != "operator") declare(name);
    skip_rest();
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::vector<bool> scopes_;  // whether each of them is unnamed
  DeclaredNames names_;
};

}  // namespace

DeclaredNames declared_names(std::string_view text) {
  return Parser(text).run();
}

}  // namespace linnet::amalgamate
