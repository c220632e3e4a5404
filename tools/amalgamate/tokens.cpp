#include "tools/amalgamate/tokens.h"

#include <cctype>
#include <stdexcept>

namespace linnet::amalgamate {
namespace {

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void take(TokenKind kind, size_t end) {
    if (end > text_.size()) end = text_.size();
    tokens_.push_back({kind, text_.substr(at_, end - at_)});
    at_ = end;
    line_start_ = false;
  }
  size_t end_of(std::string_view ending) const {
    const size_t found = text_.find(ending, at_ + 2);
    return found == std::string_view::npos ? text_.size() : found;
  }

  void step() {
    const char c = peek();
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (c == '\n') line_start_ = true;
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      take(TokenKind::comment, end_of("\n"));
    } else if (c == '/' && peek(1) == '*') {
      take(TokenKind::comment, end_of("*/") + 2);
    } else if (c == '#' && line_start_) {
      take(TokenKind::directive, end_of_directive());
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      take(TokenKind::other, end_of_number());
    } else if (is_identifier_character(c)) {
      take(TokenKind::identifier, end_of_word());
    } else if (c == '"' || c == '\'') {
      take(TokenKind::other, end_of_literal(c));
    } else {
      take(TokenKind::other, at_ + 1);
    }
  }

  size_t end_of_word() const {
    size_t end = at_;
    while (end < text_.size() && is_identifier_character(text_[end])) ++end;
    return end;
  }
  // Digit separators are no character literals.
  size_t end_of_number() const {
    size_t end = at_;
    while (end < text_.size() && (is_identifier_character(text_[end]) || text_[end] == '.' ||
                                  text_[end] == '\'' || is_exponent_sign(end))) {
      ++end;
    }
    return end;
  }
  bool is_exponent_sign(size_t i) const {
    const char before = text_[i - 1];
    return (text_[i] == '+' || text_[i] == '-') && (before == 'e' || before == 'p');
  }
  size_t end_of_literal(char quote) const {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    return end + 1;
  }
  // A comment at its end is a token of its own.
  size_t end_of_directive() const {
    size_t end = at_;
    while (end < text_.size() && text_.substr(end, 2) != "//") {
      if (text_[end] == '\n' && text_[end - 1] != '\\') break;
      ++end;
    }
    return end;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool line_start_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

bool is_identifier_character(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::vector<Token> tokenize(std::string_view text) {
  return Tokenizer(text).run();
}

}  // namespace linnet::amalgamate
