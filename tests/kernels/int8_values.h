// What the int8 kernels are fed with, and what must come out, to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/requantize.h"
#include "tests/kernels/values.h"

namespace linnet::test {

// any: uniform. ends: -128 and 127 only, where sums of products are largest.
enum class Bytes { any, ends };
inline constexpr Bytes kBytes[] = {Bytes::any, Bytes::ends};

void fill_int8(Random* random, int8_t* to, size_t count, Bytes bytes);
// -127 to 127; ends: those two only.
void fill_weights(Random* random, int8_t* to, size_t count, Bytes bytes);

// Zero points and bounds at all their ends.
inline constexpr RequantizeS8 kRequantizeCases[] = {
    {0, -128, 127},   {-128, -128, 127}, {127, -128, 127}, {-128, -128, -128}, {127, 127, 127},
    {-128, 127, 127}, {127, -128, -128}, {5, 5, 127},      {-3, -128, -100},   {100, -100, -50}};

// About `ordinary`, or half of a power of two (ties), or one of the ends: 0, subnormal, tiny, huge
// (at most `largest`).
float multiplier(Random* random, float ordinary, float largest);

// kernels/requantize.h said with the standard library.
int8_t expected_rounded(float x, const RequantizeS8& to);

std::string describe(const RequantizeS8& to);

}  // namespace linnet::test
