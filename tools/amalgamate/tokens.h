// C++ source as tokens, as far as the amalgamation must understand it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linnet::amalgamate {

enum class TokenKind { identifier, other, directive, comment };

struct Token {
  TokenKind kind;
  std::string_view text;  // of a directive the whole of it, with its continuation lines
};

// Every byte of `text` that is no white space is in a token; numbers and literals are `other`,
// punctuation is one character a token.
std::vector<Token> tokenize(std::string_view text);

// `text` with identifiers replaced by what `renamed` gives for them; members (after . and ->) and
// qualified names (after ::) stay.
template <typename Renamed>
std::string replace_identifiers(std::string_view text, const Renamed& renamed);

bool is_identifier_character(char c);

// --- implementation ---------------------------------------------------------------------------

template <typename Renamed>
std::string replace_identifiers(std::string_view text, const Renamed& renamed) {
  std::string out;
  const char* copied = text.data();
  std::string_view before, before_that;
  for (const Token& token : tokenize(text)) {
    if (token.kind == TokenKind::comment) continue;
    const bool is_member = before == "." || (before == ">" && before_that == "-" &&
                                             before.data() == before_that.data() + 1);
    const bool is_qualified = before == ":" && before_that == ":";
    if (token.kind == TokenKind::directive) {
      // Macros use the names too; their first word does not.
      const size_t word = token.text.find_first_not_of("# \t");
      const size_t rest = token.text.find_first_of(" \t\\", word);
      if (rest != std::string_view::npos) {
        out.append(copied, token.text.data() + rest);
        out += replace_identifiers(token.text.substr(rest), renamed);
        copied = token.text.data() + token.text.size();
      }
    } else if (token.kind == TokenKind::identifier && !is_member && !is_qualified) {
      out.append(copied, token.text.data());
      out += renamed(token.text);
      copied = token.text.data() + token.text.size();
    }
    before_that = before;
    before = token.text;
  }
  return out.append(copied, text.data() + text.size());
}

}  // namespace linnet::amalgamate
