// The message of the ConvertError that an action throws.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "converter/error.h"

namespace linnet::converter {

template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const ConvertError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "no error";
}

inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

}  // namespace linnet::converter
